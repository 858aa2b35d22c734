#include "sim/explore/safety.h"

#include <algorithm>

namespace irqloom::explore {

namespace {

bool speaks_of_single_states(PropertyKind k) {
  return k == PropertyKind::never || k == PropertyKind::always || k == PropertyKind::reachable;
}

}  // namespace

bool is_judged(const Options& options, std::string_view property) {
  const auto& names = options.properties;
  return names.empty() || std::find(names.begin(), names.end(), property) != names.end();
}

std::vector<PathStep> path_to(const StateStore& store, StateNumber state) {
  std::vector<PathStep> path;
  for (StateNumber n = state; store.link(n).parent != no_state; n = store.link(n).parent) {
    path.push_back(PathStep{store.link(n).context, store.link(n).choice});
  }
  std::reverse(path.begin(), path.end());
  return path;
}

SafetyPass::SafetyPass(const Fabric& fabric, const Options& options, Budget& budget)
    : fabric_(fabric),
      options_(options),
      budget_(budget),
      expander_(fabric, options.assumptions, options.fuse),
      wait_for_(fabric),
      frontier_(fabric.initial()),
      judges_deadlocks_(is_judged(options, deadlock_property) ||
                        is_judged(options, self_deadlock_property)) {
  expander_.exec().lock_graph(&lock_graph_);
  for (const Property& p : fabric.properties()) {
    if (speaks_of_single_states(p.kind) && is_judged(options, p.name)) open_.push_back(&p);
  }
}

void SafetyPass::run() {
  const World& initial = fabric_.initial();
  const Fingerprint start = fingerprint_of(initial);
  store_.insert(start, Link{});
  add_state(start, initial, {});
  std::size_t level_end = 1;
  for (StateNumber n = 0; n < store_.size() && bound_ == Bound::none; ++n) {
    if (n == level_end) {
      ++depth_;
      level_end = store_.size();
    }
    expand(n);
    if (bound_ != Bound::none) break;
    bound_ = budget_.check(Progress{store_.size(), transitions_, 0, frontier_.size(), depth_,
                                    store_.memory() + frontier_.memory(), false});
  }
}

void SafetyPass::expand(StateNumber state) {
  expander_.load(frontier_.pop(), store_.fingerprint(state));
  if (judges_deadlocks_) judge_deadlocks(state);
  expander_.for_each_transition([&](const Transition& t) {
    if (bound_ == Bound::none) visit(state, t);
  });
}

void SafetyPass::visit(StateNumber from, const Transition& t) {
  for (const Violation& v : t.result->violations) {
    if (is_judged(options_, v.property) && !reported_.contains({v.property, v.where})) {
      report(v, FindingKind::safety, path_through(from, t));
    }
  }
  const bool is_loop = t.target == store_.fingerprint(from);
  if (!is_loop && !budget_.allows_state(store_.size()) && store_.find(t.target) == no_state) {
    bound_ = Bound::max_states;
    return;
  }
  ++transitions_;
  if (is_loop) return;
  const auto [number, is_new] = store_.insert(t.target, Link{from, t.context, t.choice});
  if (is_new) add_state(t.target, expander_.world(), t.changes);
}

void SafetyPass::add_state(const Fingerprint& state, const World& world,
                           std::span<const WordChange> changes) {
  space_ ^= remixed(state);
  frontier_.push(world, changes);
  if (!open_.empty()) judge_state(static_cast<StateNumber>(store_.size() - 1), world);
}

void SafetyPass::judge_state(StateNumber state, const World& world) {
  std::erase_if(open_, [&](const Property* p) {
    const bool holds = p->p(world);
    if (p->kind == PropertyKind::reachable) return holds;
    if (holds == (p->kind == PropertyKind::always)) return false;
    report(Violation{p->name, p->where, p->message}, FindingKind::safety, path_to(store_, state));
    return true;
  });
}

void SafetyPass::judge_deadlocks(StateNumber state) {
  for (const WaitCycle& cycle : wait_for_.find(expander_.exec(), expander_.blocked())) {
    // A deadlock stays, so most states behind it would only repeat it.
    std::vector<LockId> locks;
    for (const WaitEdge& e : cycle)
      locks.push_back(e.lock);
    locks.push_back(is_self_deadlock(fabric_, expander_.world(), cycle) ? 1 : 0);
    if (!deadlocked_.insert(std::move(locks)).second) continue;
    const Violation v = describe(fabric_, expander_.world(), cycle);
    if (!is_judged(options_, v.property) || reported_.contains({v.property, v.where})) continue;
    report(v, FindingKind::deadlock, path_to(store_, state));
  }
}

void SafetyPass::report(const Violation& violation, FindingKind kind, std::vector<PathStep> path) {
  reported_.emplace(violation.property, violation.where);
  findings_.push_back(Finding{violation.property, violation.where, violation.message, kind,
                              std::move(path), no_loop});
}

std::vector<PathStep> SafetyPass::path_through(StateNumber from, const Transition& t) const {
  std::vector<PathStep> path = path_to(store_, from);
  path.push_back(PathStep{t.context, t.choice});
  return path;
}

std::vector<const Property*> SafetyPass::unreached() const {
  std::vector<const Property*> unreached;
  for (const Property* p : open_) {
    if (p->kind == PropertyKind::reachable) unreached.push_back(p);
  }
  return unreached;
}

}  // namespace irqloom::explore
