// Fair cycles: strongly connected components that a strongly fair execution can stay in for ever.
//
// A component in which some context is owed a step in some state, but never steps inside, cannot be
// stayed in through those states: they are removed and the rest is searched again (Emerson and Lei,
// "Modalities for model checking", Science of Computer Programming 8, 1987). Tarjan's algorithm
// finds the components; it is iterative here, because paths are as long as spaces are large.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/explore/graph.h"
#include "sim/explore/region.h"

namespace irqloom::explore {

/// Which edges a cycle may and must have.
struct CycleMarks {
  std::uint8_t wanted = 0;   ///< If not 0: at least one edge has one of these marks.
  std::uint8_t without = 0;  ///< No edge has any of these.

  bool allows(const Edge& e) const { return (e.marks & without) == 0; }
  bool is_wanted(const Edge& e) const { return (e.marks & wanted) != 0; }
};

class FairCycles {
 public:
  /// Searches the region. All arguments outlive the object.
  FairCycles(const Graph& graph, const Region& region, CycleMarks marks);

  /// The fair component of the state: 0 is none; states of one component have the same number.
  std::uint32_t component(StateNumber s) const { return is_fair_[group_[s]] ? group_[s] : 0; }
  bool found() const { return found_; }

 private:
  struct Frame {
    StateNumber state = 0;
    std::uint32_t taken = 0;  ///< Of the state's edges.
  };

  void search_within(std::uint32_t group, std::span<const StateNumber> states);
  void search_from(StateNumber root, std::uint32_t group);
  void enter(StateNumber s);
  void leave(StateNumber s);
  void examine(std::span<const StateNumber> component);
  void split(std::span<const StateNumber> component, std::uint32_t group,
             const ContextSet& starved);

  const Graph& graph_;
  CycleMarks marks_;
  bool found_ = false;
  std::vector<bool> is_fair_;         ///< Per group.
  std::vector<std::uint32_t> group_;  ///< The subgraph a state is searched in; 0: none any more.
  std::vector<std::uint32_t> index_;  ///< Tarjan's, from 1 on; 0: not visited.
  std::vector<std::uint32_t> low_;
  std::uint32_t next_index_ = 1;
  std::vector<StateNumber> stack_;
  std::vector<Frame> frames_;
  std::vector<std::pair<std::uint32_t, std::vector<StateNumber>>> work_;
};

}  // namespace irqloom::explore
