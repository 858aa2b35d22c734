#include "sim/timed/labels.h"

#include <stdexcept>

#include "sim/timed/fingerprint.h"

namespace irqloom::timed {

Labels::Labels(const Fabric& fabric, CostTable table) : table_(std::move(table)) {
  for (const RoutineInfo& routine : fabric.routines()) {
    first_.push_back(static_cast<std::uint32_t>(labels_.size()));
    labels_.emplace_back();
    for (std::size_t pc = 1; pc < routine.steps.size(); ++pc) {
      const StepInfo& step = routine.steps[pc];
      labels_.push_back(Label{&cost_of(routine, step), TraceFingerprint::of(routine, step)});
    }
  }
}

const StepCost& Labels::cost_of(const RoutineInfo& routine, const StepInfo& step) const {
  if (step.kind == StepKind::local) return nothing_;
  const auto found = table_.find(step.cost_key);
  if (found != table_.end()) return found->second;
  throw std::invalid_argument("no cost is given for key '" + std::string(step.cost_key) +
                              "' of step '" + std::string(step.name) + "' in routine " +
                              routine.name);
}

}  // namespace irqloom::timed
