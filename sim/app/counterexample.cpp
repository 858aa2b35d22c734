#include "sim/app/counterexample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sim/app/continuation.h"
#include "sim/app/drive.h"
#include "sim/app/report.h"
#include "sim/app/schedule_file.h"
#include "sim/app/terminal.h"
#include "sim/app/traced_replay.h"
#include "sim/scenario/file_reader.h"
#include "sim/trace/columns.h"
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

/// Counterexamples of one way: a loss has two names, mostly.
using Group = std::vector<const Counterexample*>;

std::vector<Group> groups_of(const std::vector<Counterexample>& list) {
  std::vector<Group> groups;
  for (const Counterexample& c : list) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
      const explore::Schedule& s = g.front()->schedule;
      return !s.steps.empty() && s.steps == c.schedule.steps &&
             s.loop_start == c.schedule.loop_start && s.kind == c.schedule.kind;
    });
    if (same == groups.end()) {
      groups.push_back({&c});
    } else {
      same->push_back(&c);
    }
  }
  return groups;
}

/// The replay of the first, which shows what is broken under all names.
Replayed replay_group(const Fabric& fabric, const Scenario& scenario, const Group& group) {
  const explore::Schedule& first = group.front()->schedule;
  Replayed replayed = replay(fabric, first, scenario.properties.judged, true);
  if (group.size() < 2 || replayed.verdict != Verdict::violated) return replayed;
  auto& shown = replayed.result.violations;
  for (const Counterexample* c : group) {
    const explore::Schedule& s = c->schedule;
    const bool is_known = std::any_of(shown.begin(), shown.end(), [&](const auto& v) {
      return v.second.property == s.property && v.second.where == s.where;
    });
    if (!is_known)
      shown.emplace_back(s.steps.size() - 1, Violation{s.property, s.where, s.message});
  }
  return replayed;
}

void print_steps(std::ostream& out, const Fabric& fabric, const Scenario& scenario,
                 const Group& group, bool mermaid) {
  const explore::Schedule& schedule = group.front()->schedule;
  const Replayed replayed = replay_group(fabric, scenario, group);
  if (mermaid) {
    out << "```mermaid\n";
    trace::MermaidSink sink(out);
    trace_replay(fabric, schedule, replayed, {&sink}, scenario.code);
    out << "```\n";
  } else {
    trace::TableSink sink(out, {.color = has_color(), .notes = group.front()->reading.notes});
    trace_replay(fabric, schedule, replayed, {&sink}, scenario.code);
  }
}

/// The text behind its heading, wrapped, indented as the heading is wide.
std::string paragraph(const std::string& heading, const std::string& text) {
  std::string result;
  for (const std::string_view line : trace::wrap(text, trace::terminal_columns - heading.size())) {
    result += result.empty() ? heading : std::string(heading.size(), ' ');
    result += line;
    result += '\n';
  }
  return result;
}

std::string title_of(const Group& group) {
  std::string title;
  for (const Counterexample* c : group) {
    title += title.empty() ? "" : " and ";
    title += place_text(c->schedule.property, c->schedule.where);
  }
  return title;
}

void print_group(std::ostream& out, const Fabric& fabric, const Scenario& scenario,
                 const Group& group, std::size_t number, bool mermaid) {
  const explore::Schedule& first = group.front()->schedule;
  out << fmt::format("\n{}. {}, {}\n\n", number, title_of(group), length_text(first));
  if (!first.steps.empty()) {
    print_steps(out, fabric, scenario, group, mermaid);
    out << sentences_text(group.front()->reading.sentences);
  }
  for (const Counterexample* c : group) {
    if (c != group.front() || !first.steps.empty()) out << '\n';
    out << paragraph("   why this is bad: ", c->schedule.message);
    if (c->schedule.loop_start != explore::no_loop)
      out << "   the loop can go on for ever, and fairness does not end it\n";
    if (!c->file.empty()) out << "   see it again:    " << replay_text(scenario, c->file) << '\n';
  }
}

Json json_of(const std::vector<explore::ScheduleStep>& steps) {
  Json list = Json::array();
  for (const explore::ScheduleStep& step : steps) {
    list.push_back({{"context", step.context},
                    {"routine", step.routine},
                    {"step", step.label},
                    {"choice", step.choice}});
  }
  return list;
}

}  // namespace

std::vector<Counterexample> write_counterexamples(const Setup& setup, const Scenario& scenario,
                                                  const std::vector<explore::Finding>& findings,
                                                  bool fuse, const std::string& folder,
                                                  Unwritten& unwritten) {
  std::vector<Counterexample> list;
  for (const explore::Finding& f : findings) {
    const Fabric& fabric = setup.fabric();
    Counterexample c{explore::schedule_of(fabric, f, fuse), {}, {}};
    c.schedule.continuation = continuation_of(fabric, setup.assumptions(), c.schedule);
    c.reading =
        read(fabric, c.schedule, replay(fabric, c.schedule, scenario.properties.judged, true));
    c.schedule.scenario = scenario.name;
    if (scenario.choice.file != scenario::standard_input)
      c.schedule.scenario_file = scenario.choice.file;
    c.schedule.variant = scenario.variant;
    c.schedule.scenario_hash = scenario.hash;
    if (!f.path.empty()) {
      const std::string file = folder + "/" + file_name(scenario, findings, f);
      if (unwritten.attempt([&] { write_schedule(file, c.schedule); })) c.file = file;
    }
    list.push_back(std::move(c));
  }
  return list;
}

void print_counterexamples(std::ostream& out, const Fabric& fabric, const Scenario& scenario,
                           const std::vector<Counterexample>& list, bool mermaid) {
  std::size_t number = 0;
  for (const Group& group : groups_of(list))
    print_group(out, fabric, scenario, group, ++number, mermaid);
}

std::string sentences_text(const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  std::string text = "\n   what happened:\n";
  for (const std::string& sentence : sentences)
    text += paragraph("     - ", sentence);
  return text;
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
  json[s.kind == FindingKind::witness ? "witness" : "counterexample"] = json_of(s.steps);
  json["continuation"] = json_of(s.continuation);
  json["what_happened"] = c.reading.sentences;
  json["steps_that_matter"] = c.reading.notes.matter;
  return json;
}

std::string replay_text(const Scenario& scenario, const std::string& file) {
  std::string text = "irqloom replay " + shell_word(file);
  if (scenario.choice.file == scenario::standard_input) text += " --scenario -";
  for (const std::string& set : scenario.choice.sets)
    text += " --set " + shell_word(set);
  return text;
}

}  // namespace irqloom::app
