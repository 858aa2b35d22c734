// Ordering assumptions: what a scenario takes for granted about the order of steps.
//
// They restrict the exploration and are printed with its verdict; a timed run is only told when it
// broke one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/exec.h"

namespace irqloom {

/// The step `label` of `routine` of context `after` is not taken while `before` is not at rest.
/// At rest: finished, or its only frame is the bottom one and waits for its guard.
struct Assumption {
  ContextId before = 0;
  ContextId after = 0;
  std::string routine;  ///< RoutineInfo::name; all objects' routines of that name are meant.
  std::string label;    ///< StepInfo::name.
  std::string text;     ///< For people: "the re-trigger reaches irr before the unmask".
};

/// The assumptions of one scenario. Immutable; the fabric must outlive it.
class Assumptions {
 public:
  Assumptions() = default;
  /// Throws std::invalid_argument, with the text of the assumption, where a context or a step does
  /// not exist.
  Assumptions(const Fabric& fabric, std::vector<Assumption> list);

  bool empty() const { return list_.empty(); }
  const std::vector<Assumption>& list() const { return list_; }

  /// The assumption that the next step of `c`, taken now, would break, or nullptr.
  const Assumption* broken_by(Exec& x, ContextId c) const;

 private:
  struct Restriction {
    RoutineId routine = 0;
    std::uint8_t pc = 0;
    std::size_t assumption = 0;
  };

  std::vector<Assumption> list_;
  std::vector<std::vector<Restriction>> by_context_;  ///< Indexed by Assumption::after.
};

/// Whether `c` has nothing to do until somebody gives it work.
bool at_rest(Exec& x, ContextId c);

}  // namespace irqloom
