// A short loop through a fair component that is fair by itself: shrinking a fair component can
// yield an unfair cycle, so every loop is checked and extended until nobody starves in it.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/explore/fair_cycle.h"

namespace irqloom::explore {

class LoopFinder {
 public:
  /// `start` is a state of a fair component of `cycles`. All arguments outlive the finder.
  LoopFinder(const Graph& graph, const FairCycles& cycles, CycleMarks marks, StateNumber start);

  /// Indices of the edges of a loop from `start` back to it: it stays in the component, has the
  /// wanted mark, and every context that is owed a step in one of its states steps in it.
  std::vector<std::uint64_t> find();

 private:
  std::vector<std::uint64_t> tour(const ContextSet& required);
  template <class Wanted>
  void extend(std::vector<std::uint64_t>& path, Wanted&& wanted);
  StateNumber end_of(const std::vector<std::uint64_t>& path) const;

  const Graph& graph_;
  const FairCycles& cycles_;
  CycleMarks marks_;
  StateNumber start_;
  std::vector<std::uint64_t> arrived_;  ///< Per state, the edge by which a search reached it first.
  std::vector<std::uint32_t> seen_;     ///< Per state, the last search that reached it.
  std::uint32_t searches_ = 0;
};

}  // namespace irqloom::explore
