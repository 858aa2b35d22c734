#include "sim/app/counterexample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sim/app/drive.h"
#include "sim/app/report.h"
#include "sim/app/schedule_file.h"
#include "sim/app/terminal.h"
#include "sim/app/traced_replay.h"
#include "sim/trace/mermaid_sink.h"
#include "sim/trace/table_sink.h"

namespace irqloom::app {
namespace {

using scenario::Json;

/// "guest_irq16 (K-R23: ioapic_write_indirect)" as "guest-irq16-k-r23-ioapic-write-indirect".
std::string slug(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      result += static_cast<char>(std::tolower(byte));
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
  }
  while (!result.empty() && result.back() == '-')
    result.pop_back();
  return result;
}

std::string file_name(const Scenario& scenario, const std::vector<explore::Finding>& findings,
                      const explore::Finding& finding) {
  const auto same = std::count_if(findings.begin(), findings.end(),
                                  [&](const auto& f) { return f.property == finding.property; });
  std::string name = stem_of(scenario) + "-" + finding.property;
  if (same > 1 && !finding.where.empty()) name += "-" + slug(finding.where);
  return name + ".schedule.json";
}

bool needs_quotes(const std::string& word) {
  return word.empty() || !std::all_of(word.begin(), word.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                  std::string_view("-_./=:,+@%").find(c) != std::string_view::npos;
         });
}

std::string shell_word(const std::string& word) {
  if (!needs_quotes(word)) return word;
  std::string quoted = "'";
  for (const char c : word)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

void print_steps(std::ostream& out, const Fabric& fabric, const Scenario& scenario,
                 const Counterexample& c, bool mermaid) {
  const Replayed replayed = replay(fabric, c.schedule, scenario.properties.judged, true);
  if (mermaid) {
    out << "```mermaid\n";
    trace::MermaidSink sink(out);
    trace_replay(fabric, c.schedule, replayed, {&sink});
    out << "```\n";
  } else {
    trace::TableSink sink(out, {.color = has_color()});
    trace_replay(fabric, c.schedule, replayed, {&sink});
  }
}

}  // namespace

std::vector<Counterexample> write_counterexamples(const Fabric& fabric, const Scenario& scenario,
                                                  const std::vector<explore::Finding>& findings,
                                                  bool fuse, const std::string& folder) {
  std::vector<Counterexample> list;
  for (const explore::Finding& f : findings) {
    Counterexample c{explore::schedule_of(fabric, f, fuse), {}};
    c.schedule.scenario = scenario.name;
    c.schedule.scenario_file = scenario.choice.file;
    c.schedule.variant = scenario.variant;
    c.schedule.scenario_hash = scenario.hash;
    if (!f.path.empty()) {
      c.file = folder + "/" + file_name(scenario, findings, f);
      write_schedule(c.file, c.schedule);
    }
    list.push_back(std::move(c));
  }
  return list;
}

void print_counterexample(std::ostream& out, const Fabric& fabric, const Scenario& scenario,
                          const Counterexample& c, std::size_t number, bool mermaid) {
  const explore::Schedule& s = c.schedule;
  out << fmt::format("\n{}. {}, {}\n\n", number, place_text(s.property, s.where), length_text(s));
  if (!s.steps.empty()) {
    print_steps(out, fabric, scenario, c, mermaid);
    out << '\n';
  }
  out << fmt::format("   why this is bad: {}\n", s.message);
  if (s.loop_start != explore::no_loop)
    out << "   the loop can go on for ever, and fairness does not end it\n";
  if (!c.file.empty()) out << "   see it again:    " << replay_text(scenario, c.file) << '\n';
}

std::string length_text(const explore::Schedule& s) {
  if (s.kind == FindingKind::unreachable) return "in no state";
  return s.steps.empty() ? "at the start" : fmt::format("{} steps", s.steps.size());
}

Json to_json(const Counterexample& c) {
  const explore::Schedule& s = c.schedule;
  Json json = {{"property", s.property},
               {"kind", std::string(irqloom::to_string(s.kind))},
               {"where", s.where},
               {"message", s.message},
               {"steps", s.steps.size()}};
  json["loop_start"] = s.loop_start == explore::no_loop ? Json(nullptr) : Json(s.loop_start);
  json["schedule"] = c.file.empty() ? Json(nullptr) : Json(c.file);
  Json& steps = json[s.kind == FindingKind::witness ? "witness" : "counterexample"];
  steps = Json::array();
  for (const explore::ScheduleStep& step : s.steps) {
    steps.push_back({{"context", step.context},
                     {"routine", step.routine},
                     {"step", step.label},
                     {"choice", step.choice}});
  }
  return json;
}

std::string replay_text(const Scenario& scenario, const std::string& file) {
  std::string text = "irqloom replay " + shell_word(file);
  for (const std::string& set : scenario.choice.sets)
    text += " --set " + shell_word(set);
  return text;
}

}  // namespace irqloom::app
