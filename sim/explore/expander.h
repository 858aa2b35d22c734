// All transitions out of one state.
//
// One working world is stepped, hashed and undone in place: a transition costs its writes, not the
// size of the world.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "sim/core/assume.h"
#include "sim/core/exec.h"
#include "sim/explore/changes.h"
#include "sim/explore/fingerprint.h"

namespace irqloom::explore {

/// One transition. Valid during the visit, while the working world is in the target state.
struct Transition {
  ContextId context = 0;
  std::uint16_t choice = 0;
  Fingerprint target;
  const StepResult* result = nullptr;
  std::span<const WordChange> changes;
};

class Expander {
 public:
  /// `assumptions` may be nullptr; all arguments outlive the expander.
  Expander(const Fabric& fabric, const Assumptions* assumptions, bool fuse);

  /// Makes `state` the one to expand. The bytes must stay until the next load().
  void load(std::span<const std::byte> state, const Fingerprint& fingerprint);

  /// Per context, whether and why it cannot step from the loaded state. A step that an assumption
  /// forbids counts as blocked by its guard.
  std::span<const Blocked> blocked() const { return blocked_; }

  /// Calls `visit(const Transition&)` for every transition of the loaded state: contexts by id,
  /// choices from 0. A step that exceeds a capacity is left out and noted.
  template <class Visit>
  void for_each_transition(Visit&& visit);

  /// Whether a step of the loaded state was left out.
  bool left_out() const { return left_out_; }
  /// What was too small, so far, in words: the space is not complete unless this is empty.
  const std::set<std::string>& exceeded() const { return exceeded_; }

  Exec& exec() { return exec_; }
  const World& world() const { return world_; }

 private:
  const StepResult* step(ContextId c, std::uint16_t choice);
  Fingerprint target();
  void undo();

  const Fabric& fabric_;
  const Assumptions* assumptions_;
  bool fuse_;
  World world_;
  Exec exec_;
  std::span<const std::byte> state_;
  Fingerprint fingerprint_;
  std::vector<Blocked> blocked_;
  std::vector<WordChange> changes_;  ///< Of the step that was taken last.
  bool left_out_ = false;
  std::set<std::string> exceeded_;
};

template <class Visit>
void Expander::for_each_transition(Visit&& visit) {
  for (std::size_t i = 0; i < blocked_.size(); ++i) {
    if (blocked_[i] != Blocked::no) continue;
    const auto c = static_cast<ContextId>(i);
    std::uint16_t choices = 1;
    for (std::uint16_t choice = 0; choice < choices; ++choice) {
      const StepResult* result = step(c, choice);
      if (result != nullptr) {
        choices = result->choices;
        const Fingerprint to = target();
        visit(Transition{c, choice, to, result, changes_});
      }
      undo();
    }
  }
}

}  // namespace irqloom::explore
