#include "sim/app/drive.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/app/interrupt.h"
#include "sim/app/terminal.h"
#include "sim/explore/schedule.h"

namespace irqloom::app {

timed::TimedResult run_timed(Setup& setup, const Scenario& scenario, std::uint64_t seed,
                             std::vector<Sink*> sinks) {
  timed::TimedOptions options;
  options.seed = seed;
  options.until_ps = scenario.run.until_ps;
  options.patience_ps = scenario.run.patience_ps;
  options.properties = scenario.properties.judged;
  options.assumptions = &setup.assumptions();
  options.interrupted = &interrupted();
  options.trace.scenario = scenario.name;
  options.trace.variant = scenario.variant;
  options.trace.scenario_hash = scenario.hash;
  options.trace.code = scenario.code;
  timed::TimedResult result =
      timed::TimedRun(setup.fabric(), scenario.costs, options, std::move(sinks)).run();
  // One property may speak of several places.
  auto& names = result.not_judged;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return result;
}

explore::Result explore_all(const Setup& setup, const Scenario& scenario, explore::Limits limits,
                            bool fuse) {
  explore::Options options;
  options.limits = std::move(limits);
  options.limits.stop = &interrupted();
  options.fuse = fuse;
  options.assumptions = &setup.assumptions();
  options.properties = scenario.properties.judged;
  return explore::explore(setup.fabric(), options);
}

check::Outcome outcome_of(const timed::TimedResult& result) {
  check::Outcome o;
  o.verdict = result.verdict;
  o.steps = result.steps;
  o.fingerprint = fingerprint_text(result);
  o.reason = result.reason;
  for (const timed::Finding& f : result.findings) {
    const std::uint64_t steps = f.seq == no_step ? 0 : f.seq + 1;
    o.broken.push_back({f.violation.property, f.violation.where, steps, {}});
  }
  std::sort(o.broken.begin(), o.broken.end());
  return o;
}

namespace {

/// The last step of a path; in a loop no single one breaks the property.
std::string breaking_step(const explore::Finding& finding, const Fabric& fabric, bool fuse) {
  if (finding.path.empty() || finding.loop_start != explore::no_loop) return {};
  const explore::ScheduleStep last = explore::name_steps(fabric, finding.path, fuse).back();
  return fmt::format("'{}' of {}", last.label, last.routine);
}

}  // namespace

check::Outcome outcome_of(const explore::Result& result, const Fabric& fabric, bool fuse) {
  check::Outcome o;
  o.verdict = result.verdict;
  o.states = result.stats.states;
  o.transitions = result.stats.transitions;
  o.fingerprint = result.fingerprint;
  o.seconds = result.stats.seconds;
  for (const std::string& reason : result.reasons)
    o.reason += (o.reason.empty() ? "" : "; ") + reason;
  for (const explore::Finding& f : result.findings)
    o.broken.push_back({f.property, f.where, f.path.size(), breaking_step(f, fabric, fuse)});
  std::sort(o.broken.begin(), o.broken.end());
  return o;
}

std::string fingerprint_text(const timed::TimedResult& result) {
  return fmt::format("{:016x}", result.fingerprint);
}

std::vector<std::string> assumptions_of(const Scenario& scenario, const Setup& setup) {
  std::vector<std::string> sentences;
  for (const Threshold& t : scenario.thresholds) {
    if (t.run != t.explore)
      sentences.push_back(fmt::format("{}: {} instead of {}", t.what, t.explore, grouped(t.run)));
  }
  for (const Assumption& a : setup.assumptions().list())
    sentences.push_back(a.text);
  return sentences;
}

std::string stem_of(const Scenario& scenario) {
  return scenario.variant.empty() ? scenario.name : scenario.name + "-" + scenario.variant;
}

}  // namespace irqloom::app
