// Recoverability: states from which no fair step leads back to where p holds.
#pragma once

#include <vector>

#include "sim/core/fabric.h"
#include "sim/explore/graph.h"

namespace irqloom::explore {

/// The graph's edges of non-optional contexts, backwards. Built once for all properties.
class BackwardGraph {
 public:
  BackwardGraph(const Fabric& fabric, const Graph& graph);

  /// The state with the smallest number from which no path of fair contexts' edges leads to a state
  /// where `predicate` holds, nor to one of which not every edge is known; or no_state. Its parent,
  /// if it has one, still had such a path.
  StateNumber first_lost(std::uint8_t predicate) const;

 private:
  const Graph& graph_;
  std::vector<std::uint64_t> first_;  ///< Sources of state s: [first_[s], first_[s + 1]).
  std::vector<StateNumber> sources_;
};

}  // namespace irqloom::explore
