#include "sim/explore/safety.h"

namespace irqloom::explore {

namespace {

bool speaks_of_single_states(PropertyKind k) {
  return k == PropertyKind::never || k == PropertyKind::always || k == PropertyKind::reachable;
}

}  // namespace

SafetyJudge::SafetyJudge(const Fabric& fabric, const Options& options, const StateStore& store,
                         Exec& exec)
    : fabric_(fabric),
      options_(options),
      store_(store),
      wait_for_(fabric),
      judges_deadlocks_(options.judges(deadlock.name) || options.judges(self_deadlock.name)) {
  exec.lock_graph(&lock_graph_);
  for (const Property& p : fabric.properties()) {
    if (speaks_of_single_states(p.kind) && options.judges(p.name)) open_.push_back(&p);
  }
}

void SafetyJudge::report_step(StateNumber from, const Transition& t) {
  for (const Violation& v : t.result->violations) {
    if (!options_.judges(v.property) || reported_.contains({v.property, v.where})) continue;
    std::vector<PathStep> path = path_to(store_, from);
    path.push_back(PathStep{t.context, t.choice});
    report(v, FindingKind::safety, std::move(path));
  }
}

void SafetyJudge::decide_open(StateNumber state, const World& world) {
  std::erase_if(open_, [&](const Property* p) {
    const bool holds = p->p(world);
    if (p->kind == PropertyKind::reachable) {
      if (holds) {
        witnesses_.push_back(Finding{p->name, p->where, p->message, FindingKind::witness,
                                     path_to(store_, state), no_loop});
      }
      return holds;
    }
    if (holds == (p->kind == PropertyKind::always)) return false;
    report(Violation{p->name, p->where, p->message}, FindingKind::safety, path_to(store_, state));
    return true;
  });
}

void SafetyJudge::judge_deadlocks(StateNumber state, Expander& expander) {
  if (!judges_deadlocks_) return;
  for (const WaitCycle& cycle : wait_for_.find(expander.exec(), expander.blocked())) {
    // A deadlock stays, so most states behind it would only repeat it.
    std::vector<LockId> locks;
    for (const WaitEdge& e : cycle)
      locks.push_back(e.lock);
    locks.push_back(is_self_deadlock(fabric_, expander.world(), cycle) ? 1 : 0);
    if (!deadlocked_.insert(std::move(locks)).second) continue;
    const Violation v = describe(fabric_, expander.world(), cycle);
    if (!options_.judges(v.property) || reported_.contains({v.property, v.where})) continue;
    report(v, FindingKind::deadlock, path_to(store_, state));
  }
}

void SafetyJudge::report(const Violation& violation, FindingKind kind, std::vector<PathStep> path) {
  reported_.emplace(violation.property, violation.where);
  findings_.push_back(Finding{violation.property, violation.where, violation.message, kind,
                              std::move(path), no_loop});
}

std::vector<const Property*> SafetyJudge::unreached() const {
  std::vector<const Property*> unreached;
  for (const Property* p : open_) {
    if (p->kind == PropertyKind::reachable) unreached.push_back(p);
  }
  return unreached;
}

}  // namespace irqloom::explore
