#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "sim/app/commands.h"
#include "sim/app/counterexample.h"
#include "sim/app/drive.h"
#include "sim/app/reading.h"
#include "sim/app/report.h"
#include "sim/app/schedule_file.h"
#include "sim/app/shipped.h"
#include "sim/app/terminal.h"
#include "sim/app/trace_files.h"
#include "sim/app/traced_replay.h"
#include "sim/app/transcript/transcript.h"
#include "sim/app/unwritten.h"
#include "sim/check/find_scenarios.h"
#include "sim/scenario/file_reader.h"
#include "sim/trace/mermaid_sink.h"
#include "sim/trace/table_sink.h"

namespace irqloom::app {
namespace {

using explore::Schedule;
using scenario::Json;

/// The file to read the schedule's scenario from.
std::string find_file(const ReplayOptions& options, const Schedule& schedule) {
  if (!options.scenario.file.empty()) return options.scenario.file;
  if (!schedule.scenario_file.empty() && std::filesystem::exists(schedule.scenario_file))
    return schedule.scenario_file;
  if (const std::string folder = shipped_scenarios(); !folder.empty()) {
    for (const std::string& file : check::find_scenarios({folder})) {
      if (check::name_in(file) == schedule.scenario) return file;
    }
  }
  const std::string place =
      schedule.scenario_file.empty() ? "" : "at " + schedule.scenario_file + " or ";
  throw InputError(Mistake{.file = scenario::display_name(options.schedule),
                           .message = fmt::format("its scenario \"{}\" is not {}below one of {}",
                                                  schedule.scenario, place, searched_text()),
                           .expected = "--scenario FILE"});
}

Scenario load(const ReplayOptions& options, const Schedule& schedule) {
  ScenarioChoice choice = options.scenario;
  choice.file = find_file(options, schedule);
  const std::string name = check::name_in(choice.file);
  if (name.empty()) load_scenario({choice.file, std::nullopt, {}});  // Which says what is wrong.
  if (name != schedule.scenario) {
    throw InputError(Mistake{
        .file = scenario::display_name(options.schedule),
        .message = fmt::format("this is a schedule of scenario \"{}\", and {} is \"{}\"",
                               schedule.scenario, scenario::display_name(choice.file), name),
        .expected = "--scenario FILE"});
  }
  if (!choice.variant && !schedule.variant.empty()) choice.variant = schedule.variant;
  return load_scenario(choice);
}

std::string warning_text(const Scenario& scenario, const Schedule& schedule) {
  if (scenario.hash == schedule.scenario_hash) return {};
  if (scenario.variant != schedule.variant) {
    return fmt::format("the schedule was found on variant \"{}\" and is replayed on \"{}\"",
                       schedule.variant, scenario.variant);
  }
  return "the scenario has changed since the schedule was found";
}

std::string misfit_text(const Schedule& schedule, const Replayed& replayed) {
  if (replayed.result.complete()) return {};
  return fmt::format("step {} of {} does not fit: {}", replayed.result.taken, schedule.steps.size(),
                     replayed.result.misfit);
}

void print_answer_json(const Scenario& scenario, const Schedule& schedule, const Replayed& replayed,
                       const std::string& warning, const std::vector<std::string>& files,
                       const Unwritten& unwritten) {
  Json json = answer_json(scenario, "replay", replayed.verdict);
  json["violations"] = Json::array();
  for (const auto& [at, v] : replayed.result.violations) {
    json["violations"].push_back(
        {{"property", v.property},
         {"kind",
          v.property == schedule.property ? std::string(to_string(schedule.kind)) : "safety"},
         {"where", v.where},
         {"message", v.message},
         {"steps", at + 1}});
  }
  json["stats"] = {{"steps", replayed.result.taken}, {"of", schedule.steps.size()}};
  json["misfit"] = misfit_text(schedule, replayed);
  json["reason"] = replayed.reason;
  json["warning"] = warning;
  json["files"] = files;
  unwritten.add_to(json);
  print_json(json);
}

void print_answer_text(const Scenario& scenario, const Schedule& schedule, const Replayed& replayed,
                       bool quiet) {
  std::cout << colored_verdict(to_string(replayed.verdict), has_color()) << ": the schedule of "
            << place_text(schedule.property, schedule.where) << " on " << stem_of(scenario) << '\n';
  if (quiet) return;
  const std::string misfit = misfit_text(schedule, replayed);
  if (!misfit.empty()) std::cout << "  " << misfit << '\n';
  if (!replayed.reason.empty()) std::cout << "  not conclusive: " << replayed.reason << '\n';
  for (const auto& [at, v] : replayed.result.violations)
    std::cout << fmt::format("  step {}: {}: {}\n", at, place_text(v.property, v.where), v.message);
  if (replayed.verdict == Verdict::violated && replayed.result.violations.empty())
    std::cout << "  " << schedule.message << '\n';
}

std::string stem_of_file(const std::string& path) {
  if (path == scenario::standard_input) return "replay";
  std::string stem = std::filesystem::path(path).stem().string();
  constexpr std::string_view ending = ".schedule";
  if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
  return stem;
}

/// Whether there was something to write.
bool write_as_transcript(const ReplayOptions& options, const Scenario& scenario, const Setup& setup,
                         const Schedule& schedule) {
  std::vector<Json> programs;
  if (!schedule.steps.empty()) {
    programs.push_back(transcript::program_of(scenario, setup, schedule,
                                              stem_of_file(options.schedule),
                                              warning_text(scenario, schedule).empty()));
  }
  return transcript::save(options.as_transcript, programs, std::cerr);
}

}  // namespace

ExitCode replay_command(const ReplayOptions& options) {
  const Schedule schedule = read_schedule(options.schedule);
  const Scenario scenario = load(options, schedule);
  const std::string warning = warning_text(scenario, schedule);
  if (!warning.empty()) std::cerr << "irqloom: warning: " << warning << '\n';

  if (!options.as_transcript.empty()) transcript::check_expressible(scenario);
  const Setup setup(scenario, Mode::explore);
  const Replayed replayed =
      replay(setup.fabric(), schedule, scenario.properties.judged, warning.empty());
  TraceFiles files(options.traces, options.out, stem_of_file(options.schedule), false);
  std::vector<Sink*> sinks = files.sinks();
  const Reading reading = read(setup.fabric(), schedule, replayed);
  trace::TableSink table(std::cout, {.color = has_color(), .notes = reading.notes});
  trace::MermaidSink mermaid(std::cout);
  const bool is_terse = options.json || options.quiet;
  if (!is_terse) {
    std::cout << title_text(scenario) << '\n';
    if (options.mermaid) {
      std::cout << "```mermaid\n";
      sinks.push_back(&mermaid);
    } else {
      sinks.push_back(&table);
    }
  }
  trace_replay(setup.fabric(), schedule, replayed, std::move(sinks), scenario.code);
  if (!is_terse) {
    std::cout << (options.mermaid ? "```\n" : "") << sentences_text(reading.sentences) << '\n';
  }

  std::vector<std::string> written;
  Unwritten unwritten;
  unwritten.attempt([&] { written = files.commit(); });
  unwritten.attempt([&] {
    if (!options.as_transcript.empty() && write_as_transcript(options, scenario, setup, schedule))
      written.push_back(options.as_transcript);
  });
  for (const std::string& notice : files.notices())
    std::cerr << "irqloom: " << notice << '\n';
  if (options.json) {
    print_answer_json(scenario, schedule, replayed, warning, written, unwritten);
  } else {
    for (const std::string& file : options.quiet ? std::vector<std::string>() : written)
      std::cout << "wrote " << file << '\n';
    print_answer_text(scenario, schedule, replayed, options.quiet);
    unwritten.print();
  }
  return unwritten.exit_code_or(exit_code_of(replayed.verdict));
}

}  // namespace irqloom::app
