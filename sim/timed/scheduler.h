// What TimedRun does, step by step. Only for timed.cpp and scheduler.cpp.
//
// Time and executors are the Pacer's, waiting for slots is SlotWaiters', verdicts are the Judge's;
// this puts them together around Exec::blocked() and Exec::execute().
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/deadlock.h"
#include "sim/core/lock_graph.h"
#include "sim/core/random.h"
#include "sim/core/slot_waiters.h"
#include "sim/timed/fingerprint.h"
#include "sim/timed/labels.h"
#include "sim/timed/outsiders.h"
#include "sim/timed/pacer.h"
#include "sim/timed/timed.h"
#include "sim/trace/tracer.h"

namespace irqloom::timed {

class Scheduler final : private TurnTaker {
 public:
  Scheduler(Fabric& fabric, const CostTable& costs, const TimedOptions& options,
            std::vector<Sink*> sinks);
  ~Scheduler() { fabric_.attach(nullptr); }
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  TimedResult run();
  void poke();
  Exec& exec() { return exec_; }

 private:
  // A turn of a context.
  void take_turn(ContextId c) override {
    guard([this, c] { turn(c); });
  }
  void turn(ContextId c);
  void step(ContextId c);
  void sleep(ContextId c, bool spins);
  bool spins(ContextId c) const;
  void report_step(const StepResult& result);
  /// The initial state, or what an outsider made of it.
  void look_outside_of_steps();
  void let_pass();
  /// To the sinks: the findings from number `first` on, which no step shows.
  void trace_findings(std::size_t first);
  void report_deadlocks();
  bool waits_for_stuck_owner();
  void check_assumptions(ContextId c);

  // After the world was written.
  void settle();
  void examine(ContextId c);
  void scan();

  // The whole run.
  /// SystemC's kernel would turn an exception into a report of its own.
  template <class Act>
  void guard(const Act& act);
  bool must_stop(std::uint64_t now);
  void stop(End end, std::string reason = {});
  void simulate();
  TimedResult finish();
  /// Without steps, seq is no_step.
  Moment moment() const { return Moment{pacer_.now_ps(), result_.steps - 1}; }

  Fabric& fabric_;
  TimedOptions options_;
  World world_;
  LockGraph lock_graph_;
  Exec exec_;
  Pacer pacer_;
  Outsiders outsiders_;
  SlotWaiters waiters_;
  Labels labels_;
  Judge judge_;
  WaitForGraph wait_for_graph_;
  TraceFingerprint fingerprint_;
  std::optional<Tracer> tracer_;

  struct Context {
    core::Random random;
    std::uint64_t fingerprint = 0;
  };
  std::vector<Context> contexts_;

  /// Whose state a slot holds, where it is the engine's.
  struct Owner {
    enum class Kind : std::uint8_t { nobody, context, executor, lock };
    Kind kind = Kind::nobody;
    std::uint16_t id = 0;
  };
  std::vector<Owner> owner_of_slot_;

  std::vector<SlotIndex> reads_;
  std::vector<ContextId> woken_;
  std::vector<Violation> shown_;
  TimedResult result_;
  std::uint64_t instant_ps_ = 0;
  std::uint64_t steps_at_instant_ = 0;
  bool started_ = false;
  bool stopped_ = false;
  std::exception_ptr failure_;
};

template <class Act>
void Scheduler::guard(const Act& act) {
  try {
    act();
  } catch (const CapacityExceeded& e) {
    stop(End::capacity, e.what());
  } catch (...) {
    failure_ = std::current_exception();
    stop(End::interrupted);
  }
}

}  // namespace irqloom::timed
