#include "sim/app/judged.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/app/terminal.h"

namespace irqloom::app {
namespace {

using explore::Bound;
using explore::How;
using explore::Result;
using scenario::Json;

std::string_view words_for(How how) {
  switch (how) {
    case How::counterexample:
      return "by a counterexample";
    case How::witness:
      return "by a witness";
    case How::every_state:
      return "in every state";
    case How::every_path:
      return "on every path";
  }
  return {};
}

std::string witness_text(const Scenario& scenario, const Counterexample& witness) {
  const explore::Schedule& s = witness.schedule;
  if (witness.file.empty()) return s.property + " (at the start)";
  return fmt::format("{} ({} steps: {})", s.property, s.steps.size(),
                     replay_text(scenario, witness.file));
}

std::string name_with_witness(const Scenario& scenario, const std::string& property,
                              const std::vector<Counterexample>& witnesses) {
  for (const Counterexample& w : witnesses) {
    if (w.schedule.property == property) return witness_text(scenario, w);
  }
  return property;
}

std::string bound_text(std::uint64_t bound, std::string text) {
  return bound == 0 ? "now none" : "now " + std::move(text);
}

std::string mib_text(std::uint64_t bytes) {
  return fmt::format("{} MiB", grouped(bytes >> 20));
}

std::string larger_bounds(const explore::Limits& l) {
  const auto timeout = static_cast<std::uint64_t>(l.timeout.count());
  return fmt::format(
      "larger bounds: --max-states or explore.max_states ({}), --max-memory ({}; without it half "
      "of "
      "what the machine has free), --timeout ({})",
      bound_text(l.max_states, grouped(l.max_states)),
      bound_text(l.max_memory, mib_text(l.max_memory)),
      bound_text(timeout, fmt::format("{} ms", grouped(timeout))));
}

/// The judged properties for which the graph is kept.
std::vector<std::string> names_on_graph(const Fabric& fabric, const Scenario& scenario) {
  std::vector<std::string> names;
  for (const std::string& name : scenario.properties.judged) {
    const auto& all = fabric.properties();
    const bool on_graph = std::any_of(all.begin(), all.end(), [&](const Property& p) {
      return p.name == name && needs_graph(p.kind);
    });
    if (on_graph) names.push_back(name);
  }
  return names;
}

}  // namespace

std::string judged_text(const Scenario& scenario, const Result& result,
                        const std::vector<Counterexample>& witnesses) {
  std::map<How, std::vector<std::string>> names;
  for (const explore::Judged& j : result.judged)
    names[j.how].push_back(name_with_witness(scenario, j.property, witnesses));
  std::string text;
  for (const auto& [how, list] : names)
    text += fmt::format("judged {}: {}\n", words_for(how), fmt::join(list, ", "));
  return text;
}

std::string not_judged_text(const Result& result) {
  std::map<std::string, std::vector<std::string>> names;
  for (const explore::NotJudged& n : result.not_judged)
    names[n.reason].push_back(n.property);
  std::string text;
  for (const auto& [reason, list] : names)
    text += fmt::format("not judged, {}: {}\n", reason, fmt::join(list, ", "));
  return text;
}

Json judged_json(const Result& result) {
  Json list = Json::array();
  for (const explore::Judged& j : result.judged)
    list.push_back({{"property", j.property}, {"how", std::string(explore::to_string(j.how))}});
  return list;
}

Json not_judged_json(const Result& result) {
  Json list = Json::array();
  for (const explore::NotJudged& n : result.not_judged)
    list.push_back({{"property", n.property}, {"reason", n.reason}});
  return list;
}

std::vector<std::string> advice(const Fabric& fabric, const Scenario& scenario,
                                const explore::Limits& limits, const Result& result) {
  if (result.bound == Bound::none) return {};
  std::vector<std::string> sentences = {
      larger_bounds(limits),
      "fewer interleavings: in \"assume\", orders that cannot come otherwise; fewer devices, "
      "lines, "
      "vCPUs or operations of scripts",
      "\"raises\": \"unbounded\" where a device may raise twice or more: the counter of a bound is "
      "state, so it makes more states, not fewer"};
  if (const auto names = names_on_graph(fabric, scenario); !names.empty()) {
    sentences.push_back(
        fmt::format("for the memory and the time of the graph: \"properties\" without {}",
                    fmt::join(names, ", ")));
  }
  return sentences;
}

Json limits_json(const explore::Limits& limits) {
  const auto or_null = [](std::uint64_t n) { return n == 0 ? Json(nullptr) : Json(n); };
  return {{"max_states", or_null(limits.max_states)},
          {"max_memory", or_null(limits.max_memory)},
          {"timeout_ms", or_null(static_cast<std::uint64_t>(limits.timeout.count()))}};
}

}  // namespace irqloom::app
