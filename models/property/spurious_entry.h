// spurious-entry: an epoch of a guest line ends and none of its handlers found unserved work in any
// device of the line.
//
// An epoch is one pass of the flow handler through its actions plus the thread runs that it woke; a
// wake merged into a pending run belongs to that run. It is labelled by the step that injected it.
// Passes that are refused (DISABLED, INPROGRESS, WAKEUP_ARMED) begin no epoch.
//
// suspend-aborted: a line that is armed for wakeup aborts a suspend although no device of the line
// has unserved work.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/core/exec.h"

namespace irqloom {

/// Ghost state of one line: an epoch whose runs are still to come, and one whose runs are under
/// way.
struct EpochState {
  std::uint8_t injected_by = 0;  ///< 1 + InjectOrigin of the last message; 0 before the first.
  std::uint8_t next_open = 0;    ///< A pass is under way or a woken run has not begun.
  std::uint8_t next_found = 0;
  std::uint8_t next_label = 0;
  std::uint8_t in_pass = 0;       ///< The pass itself is under way.
  std::uint8_t next_runs = 0;     ///< Runs woken for the epoch that have not begun.
  std::uint8_t current_runs = 0;  ///< Runs of the current epoch that have not ended.
  std::uint8_t current_found = 0;
  std::uint8_t current_label = 0;
  std::uint8_t reserved = 0;
};

class SpuriousEntry : public Monitor {
 public:
  /// One guest line: its event label, its name, and the pin of the guest's IOAPIC that feeds it;
  /// -1: there is none, and entries carry no label.
  struct Line {
    std::int64_t label;
    std::string name;
    std::int64_t pin;
    /// Whether some device of the line has unserved work.
    std::function<bool(const World&)> has_work;
  };

  SpuriousEntry(Fabric& fabric, std::vector<Line> lines);

  std::vector<const EventType*> wants() const override;
  void on_event(Exec& x, const Event& event) override;

 private:
  void note_injection(Exec& x, std::int64_t pin, std::int64_t origin);
  void begin_pass(Exec& x, std::size_t i);
  void end_pass(Exec& x, std::size_t i);
  void begin_run(Exec& x, std::size_t i);
  void end_run(Exec& x, std::size_t i);
  std::string place(std::size_t i, std::uint8_t label) const;
  void judge_wakeup(Exec& x, std::size_t i);
  void judge(Exec& x, std::size_t i, bool found, std::uint8_t label);

  std::vector<Line> lines_;
  std::vector<Slot<EpochState>> states_;
};

/// The label as it is printed: "K-R23: injected by ioapic_write_indirect".
std::string injection_label(std::uint8_t injected_by);

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::EpochState, IRQLOOM_NUMBER(injected_by), IRQLOOM_FLAG(next_open),
               IRQLOOM_FLAG(next_found), IRQLOOM_NUMBER(next_label), IRQLOOM_FLAG(in_pass),
               IRQLOOM_NUMBER(next_runs), IRQLOOM_NUMBER(current_runs), IRQLOOM_FLAG(current_found),
               IRQLOOM_NUMBER(current_label), IRQLOOM_NUMBER(reserved));
