// Replays a schedule on a fabric, which need not be the one that it was found on: replaying
// yesterday's counterexample on today's patch is the point.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/exec.h"
#include "sim/explore/schedule.h"

namespace irqloom::explore {

/// One step as it was replayed. Valid during the callback.
struct ReplayStep {
  std::size_t index = 0;  ///< Into Schedule::steps.
  ContextId context = 0;
  RoutineId routine = 0;
  std::uint8_t pc = 0;     ///< Label of the step in routines()[routine].steps.
  std::uint8_t depth = 0;  ///< Frames below it on the context's stack.
  const World* before = nullptr;
  const World* after = nullptr;
  const StepResult* result = nullptr;
};

struct ReplayResult {
  std::size_t taken = 0;  ///< Steps that were replayed.
  /// Why the next step does not fit, with what the context would do instead; empty: all were taken.
  std::string misfit;
  /// What broke: the step's index and the violation. Of steps, of `never` and `always` properties
  /// and of deadlocks, each once; the rest cannot be seen on one path.
  std::vector<std::pair<std::size_t, Violation>> violations;
  /// Of a lasso that was taken completely: whether it does return to the state at loop_start.
  bool loop_closes = false;
  World end;

  bool complete() const { return misfit.empty(); }
};

/// Takes the schedule's steps from the initial state, up to the first that does not fit: context or
/// step missing, another step next, not enabled, no such choice, a capacity exceeded.
/// `on_step` (may be empty) is called after each; `listener` (may be nullptr) hears the events.
ReplayResult replay(const Fabric& fabric, const Schedule& schedule,
                    const std::function<void(const ReplayStep&)>& on_step,
                    Listener* listener = nullptr);

/// "it waits for its guard" and the like, for people.
std::string describe(Blocked why);

}  // namespace irqloom::explore
