#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <map>

#include "sim/app/commands.h"
#include "sim/app/counterexample.h"
#include "sim/app/drive.h"
#include "sim/app/interrupt.h"
#include "sim/app/judged.h"
#include "sim/app/memory_bound.h"
#include "sim/app/report.h"
#include "sim/app/terminal.h"
#include "sim/app/transcript/transcript.h"
#include "sim/app/unwritten.h"
#include "sim/explore/distrust.h"
#include "sim/scenario/output.h"

namespace irqloom::app {
namespace {

using explore::Result;
using scenario::Json;

/// Everything that an exploration gave.
struct Answer {
  const Scenario& scenario;
  const Setup& setup;
  const Result& result;
  const explore::Limits& limits;
  std::vector<Counterexample> counterexamples;  ///< One for each finding, in their order.
  std::vector<Counterexample> witnesses;        ///< Likewise.
  std::vector<std::string> assumptions;
  std::optional<std::vector<std::string>> surprises;
  std::optional<std::string> transcript;  ///< The file, if one was written.
  Unwritten unwritten;
};

// --- JSON -------------------------------------------------------------------------------------

Json stats_json(const explore::Stats& s) {
  return {{"states", s.states},
          {"expanded", s.expanded},
          {"transitions", s.transitions},
          {"depth", s.depth},
          {"seconds", s.seconds},
          {"states_per_second", s.states_per_second},
          {"bytes_per_state", s.bytes_per_state}};
}

void print_answer_json(const Answer& a) {
  Json json = answer_json(a.scenario, "explore", a.result.verdict);
  json["violations"] = Json::array();
  for (const Counterexample& c : a.counterexamples)
    json["violations"].push_back(to_json(c));
  json["judged"] = judged_json(a.result);
  json["not_judged"] = not_judged_json(a.result);
  json["witnesses"] = Json::array();
  for (const Counterexample& w : a.witnesses)
    json["witnesses"].push_back(to_json(w));
  json["stats"] = stats_json(a.result.stats);
  json["limits"] = limits_json(a.limits);
  json["fingerprint"] = a.result.fingerprint;
  json["scenario_hash"] = a.scenario.hash;
  json["properties"] = a.scenario.properties.judged;
  json["assumptions"] = a.assumptions;
  json["reasons"] = a.result.reasons;
  json["advice"] = advice(a.setup.fabric(), a.scenario, a.limits, a.result);
  if (a.transcript) json["transcript"] = *a.transcript;
  if (a.surprises) json["as_expected"] = a.surprises->empty();
  a.unwritten.add_to(json);
  print_json(json);
}

// --- text -------------------------------------------------------------------------------------

std::string numbers_text(const explore::Stats& s) {
  const std::uint64_t waiting = s.states - s.expanded;
  return fmt::format(
      "{} states{}, {} transitions, depth {}; {:.2f} s, {} states/s, {:.1f} bytes/state\n",
      grouped(s.states), waiting == 0 ? "" : fmt::format(" ({} not expanded)", grouped(waiting)),
      grouped(s.transitions), s.depth, s.seconds, rounded(s.states_per_second), s.bytes_per_state);
}

/// Whether what is broken is only that something cannot be reached.
bool is_only_unreachable(const Result& result) {
  return std::all_of(result.findings.begin(), result.findings.end(),
                     [](const explore::Finding& f) { return f.kind == FindingKind::unreachable; });
}

std::string verdict_text(const Answer& a) {
  std::string text = colored_verdict(irqloom::to_string(a.result.verdict), has_color());
  switch (a.result.verdict) {
    case Verdict::holds:
      text += ": in every interleaving of ";
      break;
    case Verdict::violated:
      text += is_only_unreachable(a.result) ? ": no interleaving reaches what it should, of "
                                            : ": some interleaving of ";
      break;
    case Verdict::inconclusive:
      text += fmt::format(": {} states were visited, not every interleaving, of ",
                          grouped(a.result.stats.states));
      break;
  }
  text += a.scenario.name;
  if (!a.scenario.variant.empty()) text += ", variant " + a.scenario.variant;
  return text + "\n";
}

std::string advice_text(const Answer& a) {
  std::string text;
  for (const std::string& sentence : advice(a.setup.fabric(), a.scenario, a.limits, a.result))
    text += "  " + sentence + "\n";
  return text.empty() ? text : "what can help:\n" + text;
}

void print_answer_text(const Answer& a, bool quiet) {
  std::cout << verdict_text(a);
  if (quiet) {
    std::cout << not_judged_text(a.result);
    return;
  }
  for (const Counterexample& c : a.counterexamples) {
    std::cout << fmt::format("  {}: {}\n", place_text(c.schedule.property, c.schedule.where),
                             length_text(c.schedule));
  }
  std::cout << numbers_text(a.result.stats);
  for (const std::string& reason : a.result.reasons)
    std::cout << "not conclusive: " << reason << '\n';
  for (const std::string& assumption : a.assumptions)
    std::cout << "assuming " << assumption << '\n';
  std::cout << judged_text(a.scenario, a.result, a.witnesses) << not_judged_text(a.result);
  if (a.result.verdict == Verdict::inconclusive) std::cout << advice_text(a);
  std::cout << surprises_text(a.surprises);
}

// --- the command ------------------------------------------------------------------------------

explore::Limits limits_of(const ExploreOptions& options, const Scenario& scenario,
                          ProgressLine& progress) {
  explore::Limits limits;
  limits.max_states = options.max_states.value_or(scenario.max_states);
  limits.max_memory = options.max_memory.value_or(default_max_memory());
  limits.timeout = options.timeout;
  limits.progress = [&progress](const explore::Progress& p) { progress.show(p); };
  return limits;
}

/// A program for each counterexample, by the name of its schedule.
void write_as_transcript(const std::string& file, Answer& answer) {
  std::vector<Json> programs;
  for (const Counterexample& c : answer.counterexamples) {
    if (c.file.empty()) continue;
    const std::string id = std::filesystem::path(c.file).stem().stem().string();
    programs.push_back(transcript::program_of(answer.scenario, answer.setup, c.schedule, id, true));
  }
  if (transcript::save(file, programs, std::cerr)) answer.transcript = file;
}

/// Before the exploration, which may take long.
void try_outputs(const ExploreOptions& options) {
  scenario::probe_folder(options.out);
  if (!options.as_transcript.empty()) scenario::AtomicFile::probe(options.as_transcript);
}

ExitCode distrust_declarations(const ExploreOptions& options, const Scenario& scenario,
                               const Setup& setup) {
  explore::DistrustOptions distrust;
  distrust.assumptions = &setup.assumptions();
  const std::vector<explore::Lie> lies = explore::distrust(setup.fabric(), distrust);
  if (options.json) {
    Json json =
        answer_json(scenario, "distrust", lies.empty() ? Verdict::holds : Verdict::violated);
    json["lies"] = Json::array();
    for (const explore::Lie& l : lies) {
      json["lies"].push_back({{"routine", l.routine},
                              {"step", l.step},
                              {"kind", explore::to_string(l.kind)},
                              {"what", l.what}});
    }
    print_json(json);
  } else {
    for (const explore::Lie& l : lies) {
      std::cout << fmt::format("'{}' of {}: {} {}\n", l.step, l.routine, explore::to_string(l.kind),
                               l.what);
    }
    std::cout << fmt::format("{} declarations of steps were found wrong in {} states\n",
                             lies.size(), grouped(distrust.states));
  }
  return lies.empty() ? ExitCode::ok : ExitCode::violated;
}

}  // namespace

ExitCode explore_command(const ExploreOptions& options) {
  const Scenario scenario = load_scenario(options.scenario);
  if (!options.as_transcript.empty()) transcript::check_expressible(scenario);
  const Setup setup(scenario, Mode::explore);
  if (options.distrust) return distrust_declarations(options, scenario, setup);
  try_outputs(options);
  const bool is_terse = options.json || options.quiet;
  if (!is_terse) std::cout << title_text(scenario) << std::flush;

  ProgressLine progress(shows_progress() && !options.quiet && !options.json);
  const explore::Limits limits = limits_of(options, scenario, progress);
  const Result result = explore_all(setup, scenario, limits, options.fuse);
  progress.erase();
  Answer answer{scenario, setup, result, limits, {}, {}, assumptions_of(scenario, setup),
                {},       {},    {}};
  answer.surprises = surprises(scenario, scenario.expected_explore,
                               outcome_of(result, setup.fabric(), options.fuse));
  answer.counterexamples = write_counterexamples(setup, scenario, result.findings, options.fuse,
                                                 options.out, answer.unwritten);
  answer.witnesses = write_counterexamples(setup, scenario, result.witnesses, options.fuse,
                                           options.out, answer.unwritten);
  if (!is_terse) {
    print_counterexamples(std::cout, setup.fabric(), scenario, answer.counterexamples,
                          options.mermaid);
    std::cout << '\n';
  }
  if (!options.as_transcript.empty())
    answer.unwritten.attempt([&] { write_as_transcript(options.as_transcript, answer); });
  if (options.json) {
    print_answer_json(answer);
  } else {
    print_answer_text(answer, options.quiet);
    answer.unwritten.print();
  }
  const bool is_interrupted = result.bound == explore::Bound::interrupted;
  return answer.unwritten.exit_code_or(is_interrupted ? ExitCode::interrupted
                                                      : exit_code_of(result.verdict));
}

}  // namespace irqloom::app
