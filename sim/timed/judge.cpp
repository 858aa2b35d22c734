#include "sim/timed/judge.h"

#include <algorithm>

#include "sim/trace/append.h"

namespace irqloom::timed {

namespace {

/// "12.000 us"
std::string us_text(std::uint64_t ps) {
  std::string text;
  trace::append_us(text, ps);
  return text + " us";
}

std::string open_text(std::uint64_t since_ps) {
  return "open since " + us_text(since_ps);
}

Violation violation_of(const Property& p) {
  return Violation{p.name, p.where, p.message};
}

}  // namespace

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
      case PropertyKind::no_cycle:
        cycles_.push_back(Cycle{&p});
        break;
      case PropertyKind::eventually:
      case PropertyKind::leads_to:
      case PropertyKind::reachable:
        not_judged_.push_back(p.name);
        break;
    }
  }
}

bool Judge::judges(std::string_view property) const {
  return judged_.empty() || std::find(judged_.begin(), judged_.end(), property) != judged_.end();
}

// --- states ------------------------------------------------------------------------------------

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
    if (p == (w.property->kind == PropertyKind::never))
      break_property(w, FindingKind::safety, now, {});
    return false;
  }
  if (p == (w.since_ps == never_ps)) return false;
  w.since_ps = p ? never_ps : now.time_ps;
  return true;
}

// --- obligations -------------------------------------------------------------------------------

std::uint64_t Judge::deadline(const Watch& w) const {
  if (w.since_ps == never_ps || w.broken) return never_ps;
  return patience_ps_ > never_ps - w.since_ps ? never_ps : w.since_ps + patience_ps_;
}

void Judge::find_deadline() {
  deadline_ps_ = never_ps;
  for (const Watch& w : watches_)
    deadline_ps_ = std::min(deadline_ps_, deadline(w));
}

/// In the order of time.
void Judge::patience_is_over(Moment now) {
  const auto first = static_cast<std::ptrdiff_t>(findings_.size());
  for (Watch& w : watches_) {
    const std::uint64_t until = deadline(w);
    if (until >= now.time_ps) continue;
    break_property(
        w, FindingKind::liveness, Moment{until, now.seq},
        open_text(w.since_ps) + ", for longer than the patience of " + us_text(patience_ps_));
  }
  std::stable_sort(findings_.begin() + first, findings_.end(),
                   [](const Finding& a, const Finding& b) { return a.time_ps < b.time_ps; });
  find_deadline();
}

void Judge::break_property(Watch& w, FindingKind kind, Moment now, std::string reason) {
  w.broken = true;
  findings_.push_back(
      Finding{violation_of(*w.property), kind, now.seq, now.time_ps, std::move(reason)});
}

// --- cycles ------------------------------------------------------------------------------------

void Judge::mark_all(std::uint8_t marks, Moment now, std::vector<Violation>& shown) {
  for (Cycle& c : cycles_) {
    if (c.broken || !goes_on_for_ever(c, marks, now.time_ps)) continue;
    c.broken = true;
    findings_.push_back(Finding{violation_of(*c.property), FindingKind::liveness, now.seq,
                                now.time_ps,
                                std::to_string(c.count) + " times since " + us_text(c.since_ps) +
                                    ", for longer than the patience of " + us_text(patience_ps_)});
    shown.push_back(findings_.back().violation);
  }
}

/// What a cycle of the state graph looks like in time: its mark again and again, and nothing of
/// what would end it.
bool Judge::goes_on_for_ever(Cycle& c, std::uint8_t marks, std::uint64_t now_ps) const {
  if ((marks & c.property->without) != 0) {
    c.since_ps = never_ps;
    return false;
  }
  if ((marks & c.property->mark) == 0) return false;
  const bool follows = c.since_ps != never_ps && now_ps - c.last_ps <= patience_ps_ / most_pause;
  c.last_ps = now_ps;
  if (!follows) {
    c.since_ps = now_ps;
    c.count = 1;
    return false;
  }
  ++c.count;
  return patience_ps_ != never_ps && now_ps - c.since_ps > patience_ps_;
}

// --- what others find, and the end -------------------------------------------------------------

void Judge::report(const Violation& violation, FindingKind kind, Moment now) {
  if (!judges(violation.property)) return;
  const bool known = std::any_of(findings_.begin(), findings_.end(), [&](const Finding& f) {
    return f.violation.property == violation.property && f.violation.where == violation.where;
  });
  if (!known) findings_.push_back(Finding{violation, kind, now.seq, now.time_ps});
}

/// Whether what goes on for ever would have been found.
bool Judge::has_had_patience(Moment end, bool quiescent) const {
  return quiescent || (patience_ps_ != never_ps && end.time_ps > patience_ps_);
}

void Judge::finish(Moment end, bool quiescent) {
  let_pass(end);
  for (Watch& w : watches_) {
    if (w.property->kind != PropertyKind::recoverable || w.broken) continue;
    if (quiescent && w.since_ps != never_ps) {
      break_property(w, FindingKind::liveness, end,
                     open_text(w.since_ps) + ", and nothing moves any more");
    } else if (!has_had_patience(end, quiescent)) {
      not_judged_.push_back(w.property->name);
    }
  }
  for (const Cycle& c : cycles_) {
    if (!c.broken && !has_had_patience(end, quiescent)) not_judged_.push_back(c.property->name);
  }
}

}  // namespace irqloom::timed
