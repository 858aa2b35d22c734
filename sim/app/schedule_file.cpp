#include "sim/app/schedule_file.h"

#include <limits>

#include "sim/app/expect_kind.h"
#include "sim/scenario/output.h"

namespace irqloom::app {

namespace {

using scenario::Cursor;
using scenario::Json;

constexpr const char* format_name = "irqloom-schedule";
constexpr std::uint64_t format_version = 1;

Json json_of(const explore::ScheduleStep& s) {
  Json json{{"context", s.context}, {"routine", s.routine}, {"step", s.label}};
  if (s.choice != 0) json["choice"] = s.choice;
  return json;
}

Json header_of(const explore::Schedule& s) {
  Json json{{"format", format_name},
            {"version", format_version},
            {"scenario", s.scenario},
            {"scenario_file", s.scenario_file},
            {"variant", s.variant},
            {"scenario_hash", s.scenario_hash},
            {"property", s.property},
            {"where", s.where},
            {"kind", std::string(to_string(s.kind))},
            {"message", s.message},
            {"fuse", s.fuse},
            {"length", s.steps.size() + s.missing}};
  if (s.loop_start != explore::no_loop) json["loop_start"] = s.loop_start;
  return json;
}

/// A member of the object that `text` is the begin of, one step a line.
void append_steps(std::string& text, const std::string& name,
                  const std::vector<explore::ScheduleStep>& steps) {
  text += ",\n  \"" + name + "\": [";
  const char* separator = "\n    ";
  for (const explore::ScheduleStep& s : steps) {
    text += separator + json_of(s).dump();
    separator = ",\n    ";
  }
  text += steps.empty() ? "]" : "\n  ]";
}

explore::ScheduleStep parse_step(const Cursor& step) {
  step.unknown_keys({"context", "routine", "step", "choice"});
  explore::ScheduleStep s;
  s.context = step["context"].string();
  s.routine = step["routine"].string();
  s.label = step["step"].string();
  s.choice = static_cast<std::uint16_t>(
      step["choice"].uint_or(0, 0, std::numeric_limits<std::uint16_t>::max()));
  return s;
}

}  // namespace

std::string schedule_text(const explore::Schedule& schedule) {
  std::string text = header_of(schedule).dump(2);
  text.resize(text.size() - 2);  // The newline and the brace that close it.
  append_steps(text, "steps", schedule.steps);
  if (!schedule.continuation.empty()) append_steps(text, "continuation", schedule.continuation);
  return text + "\n}\n";
}

explore::Schedule parse_schedule(const scenario::Document& document) {
  scenario::Collecting mistakes(document);
  const Cursor root = document.root();
  root.unknown_keys({"format", "version", "scenario", "scenario_file", "variant", "scenario_hash",
                     "property", "where", "kind", "message", "fuse", "length", "loop_start",
                     "steps", "continuation"});
  root["format"].one_of({format_name});
  root["version"].uint(format_version, format_version);
  explore::Schedule s;
  s.scenario = root["scenario"].string();
  s.scenario_file = root["scenario_file"].string_or("");
  s.variant = root["variant"].string();
  s.scenario_hash = root["scenario_hash"].string();
  s.property = root["property"].string();
  s.where = root["where"].string();
  s.kind = root["kind"].one_of<FindingKind>({{"safety", FindingKind::safety},
                                             {"deadlock", FindingKind::deadlock},
                                             {"liveness", FindingKind::liveness},
                                             {"witness", FindingKind::witness}});
  s.message = root["message"].string();
  s.fuse = root["fuse"].boolean();
  for (const Cursor& step : root["steps"].elements())
    s.steps.push_back(parse_step(step));
  for (const Cursor& step : root["continuation"].elements_or_none())
    s.continuation.push_back(parse_step(step));
  mistakes.settle();
  s.missing = root["length"].strict().uint_or(s.steps.size(), s.steps.size()) - s.steps.size();
  if (const Cursor loop = root["loop_start"]) {
    if (s.steps.empty()) loop.fail("a schedule without steps has no loop");
    s.loop_start = loop.strict().uint(0, s.steps.size() - 1);
  }
  return s;
}

explore::Schedule read_schedule(const std::string& path) {
  return parse_schedule(
      scenario::Document::from_file(path, [](std::string_view text, const std::string& name) {
        expect_kind(check::FileKind::schedule, text, name);
      }));
}

void write_schedule(const std::string& path, const explore::Schedule& schedule) {
  scenario::AtomicFile file(path);
  file << schedule_text(schedule);
  file.commit();
}

}  // namespace irqloom::app
