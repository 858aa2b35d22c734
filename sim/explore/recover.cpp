#include "sim/explore/recover.h"

#include <numeric>

namespace irqloom::explore {

// A counting sort of the edges by target.
BackwardGraph::BackwardGraph(const Fabric& fabric, const Graph& graph)
    : graph_(graph), first_(graph.size() + 1) {
  const auto counts = [&](const Edge& e) {
    return fabric.contexts()[e.context].fairness == Fairness::fair;
  };
  for (const Edge& e : graph.edges) {
    if (counts(e)) ++first_[e.target];
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
  for (StateNumber s = 0; s < graph_.size(); ++s) {
    if (!graph_.holds(s, predicate)) continue;
    recovers[s] = true;
    work.push_back(s);
  }
  while (!work.empty()) {
    const StateNumber s = work.back();
    work.pop_back();
    for (std::uint64_t i = first_[s]; i < first_[s + 1]; ++i) {
      if (recovers[sources_[i]]) continue;
      recovers[sources_[i]] = true;
      work.push_back(sources_[i]);
    }
  }
  for (StateNumber s = 0; s < graph_.size(); ++s) {
    if (!recovers[s]) return s;
  }
  return no_state;
}

}  // namespace irqloom::explore
