#include "sim/core/work.h"

#include <utility>

namespace irqloom {

WorkItem::WorkItem(Fabric& fabric, std::string name, std::string layer, RoutineId function,
                   std::string delay_key, std::uint16_t stack_bytes)
    : function_(function),
      delay_key_(std::move(delay_key)),
      state_(fabric.reserve<WorkState>("work." + name)) {
  const RoutineId main =
      fabric.routine<&WorkItem::run>(*this, "worker_thread", "kernel/workqueue.c, Linux 6.1");
  worker_ = fabric.context(
      {.name = "kworker/" + std::move(name), .layer = std::move(layer), .stack_bytes = stack_bytes},
      main);
  place_ = Range{fabric.contexts()[worker_].offset, sizeof(ContextState)};
}

bool WorkItem::schedule(Exec& x) {
  if (is_pending(x)) return false;
  x.set(state_).pending = 1;
  return true;
}

Calls WorkItem::of_function() const {
  if (begins_with_ == nullptr) return {};
  return {{begins_with_}};
}

void WorkItem::run(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(is_pending(x), "the worker wakes up", cost(delay_key_), reads(state_));
    STEP("take the work item", writes(state_), of_function());
    x.set(state_).pending = 0;
    CALL(x.call(function_));
  }
  ROUTINE_END();
}

}  // namespace irqloom
