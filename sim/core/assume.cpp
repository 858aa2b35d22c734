#include "sim/core/assume.h"

#include <stdexcept>

namespace irqloom {

Assumptions::Assumptions(const Fabric& fabric, std::vector<Assumption> list)
    : list_(std::move(list)), by_context_(fabric.contexts().size()) {
  for (std::size_t a = 0; a < list_.size(); ++a) {
    const Assumption& wanted = list_[a];
    if (wanted.before >= by_context_.size() || wanted.after >= by_context_.size()) {
      throw std::invalid_argument("assumption about no context: " + wanted.text);
    }
    bool found = false;
    for (std::size_t r = 0; r < fabric.routines().size(); ++r) {
      const RoutineInfo& routine = fabric.routines()[r];
      if (routine.name != wanted.routine) continue;
      for (std::size_t pc = 1; pc < routine.steps.size(); ++pc) {
        if (routine.steps[pc].name != wanted.label) continue;
        by_context_[wanted.after].push_back(
            Restriction{static_cast<RoutineId>(r), static_cast<std::uint8_t>(pc), a});
        found = true;
      }
    }
    if (!found) {
      throw std::invalid_argument("assumption about no step '" + wanted.label + "' of '" +
                                  wanted.routine + "': " + wanted.text);
    }
  }
}

const Assumption* Assumptions::broken_by(Exec& x, ContextId c) const {
  if (list_.empty() || by_context_[c].empty()) return nullptr;
  const Frame* frame = x.fabric().top_frame(x.world(), c);
  if (frame == nullptr) return nullptr;
  for (const Restriction& r : by_context_[c]) {
    if (r.routine != frame->routine || r.pc != frame->pc) continue;
    if (!at_rest(x, list_[r.assumption].before)) return &list_[r.assumption];
  }
  return nullptr;
}

bool at_rest(Exec& x, ContextId c) {
  const Frame* frame = x.fabric().top_frame(x.world(), c);
  if (frame == nullptr) return true;
  if (frame->back != 0) return false;
  if (x.fabric().next_step(x.world(), c)->kind == StepKind::lock) return false;
  // The guard alone decides: an idle handler is at rest although its CPU runs something else.
  return !x.guard_holds(c);
}

}  // namespace irqloom
