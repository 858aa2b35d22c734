// The states in which a liveness property is still owed something, and shortest paths to them.
//
// The property is watched by a monitor of one bit: `pending`. The search runs over pairs of state
// and bit, so that "after p, without q since" is a matter of reachability.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/graph.h"

namespace irqloom::explore {

class Region {
 public:
  /// Of an eventually, leads_to or no_cycle property. The graph outlives the region.
  Region(const Graph& graph, const GraphProperty& property);

  /// The states that are reached with the bit set, nearest first.
  const std::vector<StateNumber>& states() const { return order_; }
  /// Whether the state is one of them.
  bool contains(StateNumber s) const { return arrived_[node(s, true)] != unvisited; }
  /// Indices of the edges of a shortest path from the initial state to `s`, a state of the region.
  std::vector<std::uint64_t> path_to(StateNumber s) const;

 private:
  static constexpr std::uint64_t unvisited = ~std::uint64_t{0};
  static constexpr std::uint64_t at_start = unvisited - 1;

  static std::size_t node(StateNumber s, bool pending) {
    return std::size_t{s} * 2 + (pending ? 1 : 0);
  }
  bool starts_pending() const;
  bool is_pending(bool before, StateNumber target) const;
  void search();

  const Graph& graph_;
  const GraphProperty& property_;
  /// Per node, how it was reached first: index of the edge * 2 + the bit at the edge's source.
  std::vector<std::uint64_t> arrived_;
  std::vector<StateNumber> order_;
};

}  // namespace irqloom::explore
