#include "sim/explore/fair_cycle.h"

#include <algorithm>

namespace irqloom::explore {

FairCycles::FairCycles(const Graph& graph, const Region& region, CycleMarks marks)
    : graph_(graph),
      marks_(marks),
      is_fair_(2),
      group_(graph.size()),
      index_(graph.size()),
      low_(graph.size()) {
  for (const StateNumber s : region.states())
    group_[s] = 1;
  search_within(1, region.states());
  while (!work_.empty()) {
    const auto [group, states] = std::move(work_.back());
    work_.pop_back();
    for (const StateNumber s : states)
      index_[s] = 0;
    search_within(group, states);
  }
}

void FairCycles::search_within(std::uint32_t group, std::span<const StateNumber> states) {
  next_index_ = 1;
  for (const StateNumber s : states) {
    if (index_[s] == 0) search_from(s, group);
  }
}

void FairCycles::search_from(StateNumber root, std::uint32_t group) {
  enter(root);
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    const StateNumber s = frame.state;
    const std::uint64_t edge = graph_.first[s] + frame.taken;
    if (edge == graph_.first[s + 1]) {
      frames_.pop_back();
      if (!frames_.empty())
        low_[frames_.back().state] = std::min(low_[frames_.back().state], low_[s]);
      leave(s);
      continue;
    }
    ++frame.taken;
    const Edge& e = graph_.edges[edge];
    // Finished components have left the group.
    if (group_[e.target] != group || !marks_.allows(e)) continue;
    if (index_[e.target] == 0) {
      enter(e.target);
    } else {
      low_[s] = std::min(low_[s], index_[e.target]);
    }
  }
}

void FairCycles::enter(StateNumber s) {
  index_[s] = low_[s] = next_index_++;
  stack_.push_back(s);
  frames_.push_back(Frame{s, 0});
}

// Takes the component of `s` off the stack, if `s` is the first of it that was entered.
void FairCycles::leave(StateNumber s) {
  if (low_[s] != index_[s]) return;
  auto first = stack_.end();
  while (*--first != s) {
  }
  const auto at = static_cast<std::size_t>(first - stack_.begin());
  examine(std::span(stack_).subspan(at));
  stack_.resize(at);
}

void FairCycles::examine(std::span<const StateNumber> component) {
  const auto group = static_cast<std::uint32_t>(is_fair_.size());
  for (const StateNumber s : component)
    group_[s] = group;
  ContextSet owed;
  ContextSet stepped;
  bool has_edge = false;
  bool has_mark = marks_.wanted == 0;
  for (const StateNumber s : component) {
    if (graph_.is_expanded(s)) owed |= graph_.owed[s];
    for (const Edge& e : graph_.out(s)) {
      if (group_[e.target] != group || !marks_.allows(e)) continue;
      has_edge = true;
      has_mark = has_mark || marks_.is_wanted(e);
      stepped.set(e.context);
    }
  }
  if (!has_edge || !has_mark) {
    for (const StateNumber s : component)
      group_[s] = 0;
    return;
  }
  const ContextSet starved = owed & ~stepped;
  is_fair_.push_back(starved.none());
  found_ = found_ || starved.none();
  if (starved.any()) split(component, group, starved);
}

void FairCycles::split(std::span<const StateNumber> component, std::uint32_t group,
                       const ContextSet& starved) {
  std::vector<StateNumber> rest;
  for (const StateNumber s : component) {
    if ((graph_.owed[s] & starved).any()) {
      group_[s] = 0;
    } else {
      rest.push_back(s);
    }
  }
  if (!rest.empty()) work_.emplace_back(group, std::move(rest));
}

}  // namespace irqloom::explore
