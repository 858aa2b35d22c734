#include "sim/explore/lasso.h"

#include <algorithm>

#include "sim/error.h"

namespace irqloom::explore {

LoopFinder::LoopFinder(const Graph& graph, const FairCycles& cycles, CycleMarks marks,
                       StateNumber start)
    : graph_(graph),
      cycles_(cycles),
      marks_(marks),
      start_(start),
      arrived_(graph.size()),
      seen_(graph.size()) {}

std::vector<std::uint64_t> LoopFinder::find() {
  ContextSet required;
  for (;;) {
    std::vector<std::uint64_t> path = tour(required);
    ContextSet owed;
    ContextSet stepped;
    for (const std::uint64_t e : path) {
      owed |= graph_.owed[graph_.source(e)];
      stepped.set(graph_.edges[e].context);
    }
    const ContextSet starved = owed & ~stepped;
    if (starved.none()) return path;
    required |= starved;
  }
}

// A loop with a wanted edge and a step of every required context, always to the nearest of them.
std::vector<std::uint64_t> LoopFinder::tour(const ContextSet& required) {
  std::vector<std::uint64_t> path;
  ContextSet todo = required;
  bool needs_mark = marks_.wanted != 0;
  while (todo.any() || needs_mark) {
    const std::size_t before = path.size();
    extend(path, [&](const Edge& e) {
      return todo.test(e.context) || (needs_mark && marks_.is_wanted(e));
    });
    for (std::size_t i = before; i < path.size(); ++i) {
      const Edge& e = graph_.edges[path[i]];
      todo.reset(e.context);
      needs_mark = needs_mark && !marks_.is_wanted(e);
    }
  }
  if (path.empty() || end_of(path) != start_) {
    extend(path, [&](const Edge& e) { return e.target == start_; });
  }
  return path;
}

StateNumber LoopFinder::end_of(const std::vector<std::uint64_t>& path) const {
  return path.empty() ? start_ : graph_.edges[path.back()].target;
}

// Appends the shortest path, within the component, that ends with a wanted edge.
template <class Wanted>
void LoopFinder::extend(std::vector<std::uint64_t>& path, Wanted&& wanted) {
  const StateNumber from = end_of(path);
  const std::uint32_t component = cycles_.component(start_);
  std::vector<StateNumber> queue{from};
  seen_[from] = ++searches_;
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const StateNumber s = queue[head];
    for (std::uint64_t e = graph_.first[s]; e < graph_.first[s + 1]; ++e) {
      const Edge& edge = graph_.edges[e];
      if (cycles_.component(edge.target) != component || !marks_.allows(edge)) continue;
      if (wanted(edge)) {
        const auto at = static_cast<std::ptrdiff_t>(path.size());
        path.push_back(e);
        for (StateNumber n = s; n != from; n = graph_.source(arrived_[n])) {
          path.push_back(arrived_[n]);
        }
        std::reverse(path.begin() + at, path.end());
        return;
      }
      if (seen_[edge.target] == searches_) continue;
      seen_[edge.target] = searches_;
      arrived_[edge.target] = e;
      queue.push_back(edge.target);
    }
  }
  throw InternalError("a fair component lacks an edge that it was found to have");
}

}  // namespace irqloom::explore
