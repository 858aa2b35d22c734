#include "sim/explore/explorer.h"

#include <algorithm>
#include <cstdio>

#include "sim/explore/graph.h"
#include "sim/explore/liveness.h"
#include "sim/explore/safety.h"

namespace irqloom::explore {

namespace {

std::string reason_of(Bound bound) {
  switch (bound) {
    case Bound::none:
      break;
    case Bound::max_states:
      return "the bound on states was reached";
    case Bound::max_memory:
      return "the bound on memory was reached";
    case Bound::timeout:
      return "the time limit was reached";
    case Bound::interrupted:
      return "interrupted";
  }
  return {};
}

Finding unreachable(const Property& p) {
  std::string message = "unreachable: this scenario cannot show what it is about";
  if (!p.message.empty()) message += " (" + p.message + ")";
  return Finding{p.name, p.where, std::move(message), FindingKind::safety, {}, no_loop};
}

void judge_unreached(const SafetyPass& pass, Result& result) {
  for (const Property* p : pass.unreached()) {
    if (pass.complete()) {
      result.findings.push_back(unreachable(*p));
    } else {
      result.reasons.push_back("'" + p->name + "' was not reached in the part that was visited");
    }
  }
}

void fill_stats(const SafetyPass& pass, double seconds, Stats& stats) {
  stats.states = pass.store().size();
  stats.transitions = pass.transitions();
  stats.depth = pass.depth();
  stats.states_per_second = seconds > 0 ? static_cast<double>(stats.states) / seconds : 0;
  stats.bytes_per_state = pass.store().bytes_per_state();
}

std::string space_fingerprint(const SafetyPass& pass) {
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016llx%016llx",
                static_cast<unsigned long long>(pass.space().high),
                static_cast<unsigned long long>(pass.space().low));
  return std::string(digits) + ":" + std::to_string(pass.store().size()) + ":" +
         std::to_string(pass.transitions());
}

bool some_need_the_graph(const Fabric& fabric, const Options& options) {
  return std::any_of(
      fabric.properties().begin(), fabric.properties().end(),
      [&](const Property& p) { return needs_graph(p.kind) && is_judged(options, p.name); });
}

void judge_safety(const SafetyPass& pass, Result& result) {
  result.bound = pass.bound();
  if (result.bound != Bound::none) result.reasons.push_back(reason_of(result.bound));
  result.reasons.insert(result.reasons.end(), pass.exceeded().begin(), pass.exceeded().end());
  result.findings = pass.findings();
  judge_unreached(pass, result);
}

// The second pass.
void judge_liveness(const Fabric& fabric, const Options& options, const SafetyPass& safety,
                    Budget& budget, Result& result) {
  if (!safety.complete()) {
    result.reasons.push_back("recoverability and fairness are judged on a complete space only");
    return;
  }
  GraphPass pass(fabric, options, safety.store(), safety.transitions(), budget);
  if (const auto obstacle = pass.obstacle()) {
    result.reasons.push_back(*obstacle);
    return;
  }
  result.bound = pass.run();
  if (result.bound == Bound::none) {
    result.bound =
        judge_graph(fabric, pass.graph(), safety.store(), options.fuse, budget, result.findings);
  }
  if (result.bound != Bound::none) result.reasons.push_back(reason_of(result.bound));
}

}  // namespace

Result explore(const Fabric& fabric, const Options& options) {
  Result result;
  Budget budget(options.limits);
  SafetyPass safety(fabric, options, budget);
  safety.run();
  fill_stats(safety, budget.seconds(), result.stats);
  result.fingerprint = space_fingerprint(safety);
  judge_safety(safety, result);
  if (some_need_the_graph(fabric, options)) judge_liveness(fabric, options, safety, budget, result);
  if (!result.reasons.empty()) result.verdict = Verdict::inconclusive;
  if (!result.findings.empty()) result.verdict = Verdict::violated;
  result.stats.seconds = budget.seconds();
  return result;
}

}  // namespace irqloom::explore
