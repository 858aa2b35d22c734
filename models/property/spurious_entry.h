// spurious-entry: an epoch of a guest line ends and none of its handlers found unserved work in any
// device of the line.
//
// An epoch is one pass of the flow handler through its actions plus the thread runs that it woke. A
// thread may run and end on another CPU before the pass has called the next action
// (kernel/irq/handle.c: __handle_irq_event_percpu(), Linux 6.1.192), so an epoch lasts at least as
// long as its pass. A pass that begins while a run of an earlier epoch has yet to begin joins that
// epoch: its wake merges into that run. Passes that are refused (DISABLED, INPROGRESS,
// WAKEUP_ARMED) begin no epoch.
//
// An epoch is labelled by the code that sent its interrupt: by all of it, where several messages
// became one interrupt or several passes one epoch.
//
// suspend-aborted: a line that is armed for wakeup aborts a suspend although no device of the line
// has unserved work.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/core/exec.h"

namespace irqloom {

/// Ghost state of one line. Sets of senders have a bit per event::InjectOrigin, sets of runs one
/// per action.
///
/// At most two epochs are alive: one that passes can still join, and one of which every run has
/// begun and some run has not ended.
struct EpochState {
  std::uint8_t sent_by = 0;       ///< Senders of the interrupt that the vCPU has yet to take.
  std::uint8_t taken_by = 0;      ///< Senders of the one that it took and that is in no epoch yet.
  std::uint8_t in_pass = 0;       ///< The open epoch's pass is under way.
  std::uint8_t woken = 0;         ///< Runs of the open epoch that have not begun.
  std::uint8_t running = 0;       ///< Runs of the open epoch that have not ended.
  std::uint8_t found = 0;         ///< One of its handlers found work.
  std::uint8_t senders = 0;       ///< Of the open epoch.
  std::uint8_t last_running = 0;  ///< Likewise of the epoch before it.
  std::uint8_t last_found = 0;
  std::uint8_t last_senders = 0;
  std::uint8_t reserved[2] = {};
};

class SpuriousEntry : public Monitor {
 public:
  /// One guest line.
  struct Line {
    std::int64_t label;                ///< Of its events.
    std::string name;                  ///< Of the line.
    std::vector<std::string> devices;  ///< In the order of its actions, which bear their names.
    /// Whether some device of the line has unserved work.
    std::function<bool(const World&)> has_work;
    /// The pin of the guest's I/O APIC that feeds it; -1: there is none, and entries carry no
    /// label.
    std::int64_t pin = -1;
    std::int64_t vector = 0;              ///< Of that pin.
    std::vector<ContextId> entries = {};  ///< The contexts that take the vector.
    bool edge = false;  ///< An interrupt that is refused is pending, and not forgotten.
  };

  SpuriousEntry(Fabric& fabric, const std::vector<Line>& lines);

  std::vector<const EventType*> wants() const override;
  void on_event(Exec& x, const Event& event) override;

 private:
  struct Watched {
    Line line;
    std::vector<std::int64_t> actions;  ///< Labels of `line.devices`.
    Slot<EpochState> state;
  };

  void on_line_event(Exec& x, const Watched& w, const Event& e) const;
  void note_sent(Exec& x, std::int64_t pin, std::int64_t origin) const;
  void note_taken(Exec& x, std::int64_t vector) const;
  void begin_pass(Exec& x, const Watched& w) const;
  void begin_run(Exec& x, const Watched& w, std::uint8_t run) const;
  void end_run(Exec& x, const Watched& w, std::uint8_t run) const;
  void note_found(Exec& x, const Watched& w, std::uint8_t run) const;
  void close(Exec& x, const Watched& w) const;
  void judge(Exec& x, const Watched& w, bool found, std::uint8_t senders) const;
  void judge_wakeup(Exec& x, const Watched& w) const;
  static std::string place(const Watched& w, std::uint8_t senders);

  std::vector<Watched> lines_;
};

/// Senders as they are printed, in the order of event::InjectOrigin: "K-R27: ioapic_set_irq +
/// K-R23: ioapic_write_indirect".
std::string injection_label(std::uint8_t senders);

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::EpochState, IRQLOOM_HEX(sent_by), IRQLOOM_HEX(taken_by),
               IRQLOOM_FLAG(in_pass), IRQLOOM_HEX(woken), IRQLOOM_HEX(running), IRQLOOM_FLAG(found),
               IRQLOOM_HEX(senders), IRQLOOM_HEX(last_running), IRQLOOM_FLAG(last_found),
               IRQLOOM_HEX(last_senders), IRQLOOM_NUMBER(reserved));
