#include "sim/explore/region.h"

#include <algorithm>
#include <deque>

namespace irqloom::explore {

Region::Region(const Graph& graph, const GraphProperty& property)
    : graph_(graph), property_(property), arrived_(graph.size() * 2, unvisited) {
  order_.reserve(graph.size());
  search();
}

bool Region::starts_pending() const {
  // Nothing is owed before the start, except by `eventually`, which owes from there on.
  const bool owed = property_.property->kind == PropertyKind::eventually;
  return is_pending(owed, 0);
}

bool Region::is_pending(bool before, StateNumber target) const {
  switch (property_.property->kind) {
    case PropertyKind::eventually:
      return before && !graph_.holds(target, property_.p);
    case PropertyKind::leads_to:
      return !graph_.holds(target, property_.q) && (before || graph_.holds(target, property_.p));
    default:
      return true;  // no_cycle speaks of the whole graph.
  }
}

void Region::search() {
  std::deque<std::size_t> queue;
  const auto arrive = [&](std::size_t n, std::uint64_t how) {
    if (arrived_[n] != unvisited) return;
    arrived_[n] = how;
    queue.push_back(n);
    if (n % 2 != 0) order_.push_back(static_cast<StateNumber>(n / 2));
  };
  arrive(node(0, starts_pending()), at_start);
  while (!queue.empty()) {
    const auto s = static_cast<StateNumber>(queue.front() / 2);
    const bool pending = queue.front() % 2 != 0;
    queue.pop_front();
    for (std::uint64_t e = graph_.first[s]; e < graph_.first[s + 1]; ++e) {
      const StateNumber target = graph_.edges[e].target;
      arrive(node(target, is_pending(pending, target)), e * 2 + (pending ? 1 : 0));
    }
  }
}

std::vector<std::uint64_t> Region::path_to(StateNumber s) const {
  std::vector<std::uint64_t> path;
  for (std::size_t n = node(s, true); arrived_[n] != at_start;) {
    path.push_back(arrived_[n] / 2);
    n = node(graph_.source(arrived_[n] / 2), arrived_[n] % 2 != 0);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace irqloom::explore
