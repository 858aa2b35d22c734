#include "sim/explore/recover.h"

#include <numeric>

namespace irqloom::explore {

// A counting sort of the edges by target.
BackwardGraph::BackwardGraph(const Fabric& fabric, const Graph& graph)
    : graph_(graph), first_(graph.size() + 1) {
  const auto counts = [&](const Edge& e) {
    return fabric.contexts()[e.context].fairness == Fairness::fair;
  };
  for (std::uint64_t e = 0; e < graph.edges.size(); ++e) {
    if (counts(graph.edges[e])) ++first_[graph.edges[e].target];
  }
  std::inclusive_scan(first_.begin(), first_.end(), first_.begin());
  sources_.resize(first_.back());
  for (StateNumber s = 0; s < graph.size(); ++s) {
    for (const Edge& e : graph.out(s)) {
      if (counts(e)) sources_[--first_[e.target]] = s;
    }
  }
}

StateNumber BackwardGraph::first_lost(std::uint8_t predicate) const {
  std::vector<bool> recovers(graph_.size());
  std::vector<StateNumber> work;
  const auto add = [&](StateNumber s) {
    if (recovers[s]) return;
    recovers[s] = true;
    work.push_back(s);
  };
  // Takes along whoever can get there.
  const auto add_all = [&](StateNumber s) {
    for (add(s); !work.empty();) {
      const StateNumber target = work.back();
      work.pop_back();
      for (std::uint64_t i = first_[target]; i < first_[target + 1]; ++i)
        add(sources_[i]);
    }
  };
  for (StateNumber s = 0; s < graph_.size(); ++s) {
    if (graph_.holds(s, predicate) || !graph_.is_expanded(s)) add_all(s);
  }
  for (const StateNumber s : graph_.cut_short)
    add_all(s);
  for (StateNumber s = 0; s < graph_.size(); ++s) {
    if (!recovers[s]) return s;
  }
  return no_state;
}

}  // namespace irqloom::explore
