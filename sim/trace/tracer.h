// Turns steps into records: adds causes, flows and what really changed, and feeds the sinks.
//
// Used by the timed run and by replays. A scheduler without sinks makes no tracer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/exec.h"
#include "sim/core/slot_waiters.h"
#include "sim/trace/record.h"

namespace irqloom {

class Tracer : public Listener {
 public:
  /// Watches `world`, which belongs to the scheduler. The scheduler's Exec has to listen to this
  /// tracer. All must outlive it.
  Tracer(const Fabric& fabric, World& world, std::vector<Sink*> sinks);

  /// Before the first step; the world holds the initial state.
  void begin(const TraceInfo& info);
  /// `c` is about to step at `time_ps`.
  void before_step(ContextId c, std::uint64_t time_ps);
  /// It has stepped. `choices` and `choice` are the StepResult's, `violations` what this step
  /// broke. World::written() must hold what the step wrote: it is cleared after this, by the
  /// scheduler.
  void after_step(std::uint16_t choices, std::uint16_t choice, std::uint64_t duration_ps,
                  const std::vector<Violation>& violations);
  /// An outsider wrote World::written() between two steps.
  void outside_write();
  /// Something is broken, and no step shows it.
  void violated(const OpenViolation& open);
  /// After the last step.
  void end(std::uint64_t end_ps, const std::string& verdict);

  void on_event(const Event& event) override { record_.events.push_back(event); }

 private:
  /// What is known about a context between two of its steps.
  struct Lane {
    bool ready = false;             ///< Its guard holds.
    bool has_waited = false;        ///< Its guard did not hold at some time since its last step.
    std::uint64_t cause = no_step;  ///< What made the guard hold, if it has waited.
    std::uint64_t cause_flow = 0;
    std::uint64_t flow = 0;  ///< Of its last step.
  };

  void ask(ContextId c);
  void find_changes();
  void find_return();
  bool starts_flow() const;
  bool settle(std::uint64_t cause, std::uint64_t flow);

  const Fabric& fabric_;
  World& world_;
  std::vector<Sink*> sinks_;
  Exec probe_;
  World shadow_;  ///< The world before the current step.
  std::vector<Lane> lanes_;
  SlotWaiters waiters_;
  std::vector<SlotIndex> reads_;
  std::vector<ContextId> woken_;
  StepRecord record_;
  std::uint64_t next_seq_ = 0;
  std::uint64_t flows_ = 0;
};

}  // namespace irqloom
