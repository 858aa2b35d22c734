#include "sim/timed/judge.h"

#include <algorithm>

namespace irqloom::timed {

Judge::Judge(const std::vector<Property>& properties, std::uint64_t patience_ps,
             std::vector<std::string> judged)
    : patience_ps_(patience_ps), judged_(std::move(judged)) {
  for (const Property& p : properties) {
    if (!judges(p.name)) continue;
    switch (p.kind) {
      case PropertyKind::event:
        break;
      case PropertyKind::never:
      case PropertyKind::always:
      case PropertyKind::recoverable:
        watches_.push_back(Watch{&p});
        break;
      case PropertyKind::eventually:
      case PropertyKind::leads_to:
      case PropertyKind::reachable:
      case PropertyKind::no_cycle:
        not_judged_.push_back(p.name);
        break;
    }
  }
}

bool Judge::judges(std::string_view property) const {
  return judged_.empty() || std::find(judged_.begin(), judged_.end(), property) != judged_.end();
}

void Judge::look_at_all(const World& world, Moment now, std::vector<Violation>& shown) {
  bool moved = false;
  for (Watch& w : watches_) {
    if (w.broken) continue;
    moved = look_at(w, world, now) || moved;
    if (w.broken) shown.push_back(findings_.back().violation);
  }
  if (moved) find_deadline();
}

/// True when a recoverable property changed.
bool Judge::look_at(Watch& w, const World& world, Moment now) {
  const bool p = w.property->p(world);
  if (w.property->kind != PropertyKind::recoverable) {
    if (p == (w.property->kind == PropertyKind::never)) break_property(w, FindingKind::safety, now);
    return false;
  }
  if (p == (w.since_ps == never_ps)) return false;
  w.since_ps = p ? never_ps : now.time_ps;
  return true;
}

std::uint64_t Judge::deadline(const Watch& w) const {
  if (w.since_ps == never_ps || w.broken) return never_ps;
  return patience_ps_ > never_ps - w.since_ps ? never_ps : w.since_ps + patience_ps_;
}

void Judge::find_deadline() {
  deadline_ps_ = never_ps;
  for (const Watch& w : watches_)
    deadline_ps_ = std::min(deadline_ps_, deadline(w));
}

void Judge::patience_is_over(Moment now) {
  for (Watch& w : watches_) {
    const std::uint64_t until = deadline(w);
    if (until < now.time_ps) break_property(w, FindingKind::liveness, Moment{until, now.seq});
  }
  find_deadline();
}

void Judge::break_property(Watch& w, FindingKind kind, Moment now) {
  w.broken = true;
  const Property& p = *w.property;
  findings_.push_back(Finding{Violation{p.name, p.where, p.message}, kind, now.seq, now.time_ps});
}

void Judge::report(const Violation& violation, FindingKind kind, Moment now) {
  if (!judges(violation.property)) return;
  const bool known = std::any_of(findings_.begin(), findings_.end(), [&](const Finding& f) {
    return f.violation.property == violation.property && f.violation.where == violation.where;
  });
  if (!known) findings_.push_back(Finding{violation, kind, now.seq, now.time_ps});
}

void Judge::finish(Moment end, bool quiescent) {
  let_pass(end);
  for (Watch& w : watches_) {
    if (w.property->kind != PropertyKind::recoverable || w.broken) continue;
    if (quiescent && w.since_ps != never_ps) {
      break_property(w, FindingKind::liveness, end);
    } else if (!quiescent && patience_ps_ == never_ps) {
      not_judged_.push_back(w.property->name);
    }
  }
}

}  // namespace irqloom::timed
