#include "sim/explore/search.h"

#include <utility>

namespace irqloom::explore {

Search::Search(const Fabric& fabric, const Options& options, Budget& budget)
    : budget_(budget),
      expander_(fabric, options.assumptions, options.fuse),
      frontier_(fabric.initial()),
      safety_(fabric, options, store_, expander_.exec()) {
  GraphBuilder builder(fabric, options);
  if (builder.is_needed()) obstacle_at_start_ = builder.obstacle();
  if (builder.is_needed() && !obstacle_at_start_) graph_.emplace(std::move(builder));
  const Fingerprint start = fingerprint_of(fabric.initial());
  store_.insert(start, Link{});
  add_state(start, fabric.initial(), {});
}

Bound Search::run() {
  for (; next_ < store_.size(); ++next_) {
    if (const Bound bound = budget_.check(progress()); bound != Bound::none) return bound;
    if (next_ == level_end_) {
      ++depth_;
      level_end_ = store_.size();
    }
    if (!expand(next_)) return Bound::max_states;
  }
  return Bound::none;
}

// Whether the bound on states allowed all of it.
bool Search::expand(StateNumber state) {
  expander_.load(frontier_.pop(), store_.fingerprint(state));
  safety_.judge_deadlocks(state, expander_);
  if (graph_) graph_->begin_edges(expander_);
  bool is_allowed = true;
  expander_.for_each_transition(
      [&](const Transition& t) { is_allowed = is_allowed && visit(state, t); });
  if (graph_ && (!is_allowed || expander_.left_out())) graph_->cut_short();
  return is_allowed;
}

bool Search::visit(StateNumber from, const Transition& t) {
  safety_.judge_step(from, t);
  StateNumber target = from;
  if (t.target != store_.fingerprint(from)) {
    if (!budget_.allows_state(store_.size()) && store_.find(t.target) == no_state) return false;
    const auto [number, is_new] = store_.insert(t.target, Link{from, t.context, t.choice});
    if (is_new) add_state(t.target, expander_.world(), t.changes);
    target = number;
  }
  ++transitions_;
  if (graph_) graph_->add_edge(target, t);
  return true;
}

// Takes `world` as the state that the store has just numbered.
void Search::add_state(const Fingerprint& state, const World& world,
                       std::span<const WordChange> changes) {
  space_ ^= remixed(state);
  frontier_.push(world, changes);
  safety_.judge_state(static_cast<StateNumber>(store_.size() - 1), world);
  if (graph_) graph_->add_state(world);
}

Progress Search::progress() const {
  Progress p{store_.size(), transitions_, 0, frontier_.size(), depth_, 0, 0};
  p.memory = store_.memory() + frontier_.memory();
  if (graph_) {
    p.memory += graph_->memory();
    p.judging = graph_->judging_memory();
  }
  return p;
}

}  // namespace irqloom::explore
