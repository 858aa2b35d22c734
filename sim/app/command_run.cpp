#include <fmt/format.h>

#include <iostream>

#include "sim/app/commands.h"
#include "sim/app/drive.h"
#include "sim/app/interrupt.h"
#include "sim/app/report.h"
#include "sim/app/statistics.h"
#include "sim/app/terminal.h"
#include "sim/app/trace_files.h"
#include "sim/app/unwritten.h"
#include "sim/scenario/units.h"
#include "sim/trace/text_sink.h"

namespace irqloom::app {
namespace {

using scenario::Json;
using timed::TimedResult;

/// Everything that a run gave.
struct Answer {
  const Scenario& scenario;
  std::uint64_t seed = 0;
  const TimedResult& result;
  const Statistics& statistics;
  std::vector<std::string> files;
  std::optional<std::vector<std::string>> surprises;
  Unwritten unwritten;
};

std::string_view to_string(timed::End end) {
  switch (end) {
    case timed::End::quiescence:
      return "quiescence";
    case timed::End::until:
      return "until";
    case timed::End::capacity:
      return "capacity";
    case timed::End::interrupted:
      return "interrupted";
  }
  return "";
}

// --- JSON -------------------------------------------------------------------------------------

Json latency_json(const Latency& latency) {
  return {{"count", latency.count},
          {"min_ns", latency.min_ps / 1000},
          {"mean_ns", latency.mean_ps() / 1000},
          {"max_ns", latency.max_ps / 1000}};
}

Json latencies_json(const Statistics& statistics) {
  Json json = Json::object();
  for (const auto& [device, latency] : statistics.to_handler())
    json[device]["raise_to_handler"] = latency_json(latency);
  for (const auto& [device, latency] : statistics.to_served())
    json[device]["raise_to_served"] = latency_json(latency);
  return json;
}

Json interrupts_json(const Statistics& statistics) {
  Json json = Json::object();
  for (const auto& [handler, count] : statistics.handlers())
    json[handler] = {{"entries", count.entries}, {"spurious", count.spurious}};
  return json;
}

Json violations_json(const TimedResult& result) {
  Json list = Json::array();
  for (const timed::Finding& f : result.findings) {
    list.push_back({{"property", f.violation.property},
                    {"kind", std::string(irqloom::to_string(f.kind))},
                    {"where", f.violation.where},
                    {"message", f.violation.message},
                    {"reason", f.reason},
                    {"steps", f.seq == no_step ? 0 : f.seq + 1},
                    {"time_ns", f.time_ps / 1000}});
  }
  return list;
}

Json broken_assumptions_json(const TimedResult& result) {
  Json list = Json::array();
  for (const timed::BrokenAssumption& b : result.broken_assumptions)
    list.push_back({{"text", b.assumption->text}, {"step", b.seq}, {"time_ns", b.time_ps / 1000}});
  return list;
}

void print_answer_json(const Answer& a) {
  Json json = answer_json(a.scenario, "timed", a.result.verdict);
  json["violations"] = violations_json(a.result);
  json["stats"] = {{"steps", a.result.steps},
                   {"end_time_ns", a.result.end_time_ps / 1000},
                   {"interrupts", interrupts_json(a.statistics)},
                   {"latencies", latencies_json(a.statistics)}};
  json["fingerprint"] = fingerprint_text(a.result);
  json["scenario_hash"] = a.scenario.hash;
  json["seed"] = a.seed;
  json["end"] = to_string(a.result.end);
  json["reason"] = a.result.reason;
  json["not_judged"] = a.result.not_judged;
  json["broken_assumptions"] = broken_assumptions_json(a.result);
  if (a.surprises) json["as_expected"] = a.surprises->empty();
  json["files"] = a.files;
  a.unwritten.add_to(json);
  print_json(json);
}

// --- text -------------------------------------------------------------------------------------

std::string end_text(const TimedResult& result) {
  switch (result.end) {
    case timed::End::quiescence:
      return "nothing moves any more";
    case timed::End::until:
      return "the scenario's end";
    case timed::End::capacity:
      return result.reason;
    case timed::End::interrupted:
      return "interrupted";
  }
  return {};
}

void print_numbers(const Answer& a) {
  std::cout << fmt::format("\n{} steps in {}: {}\n", grouped(a.result.steps),
                           scenario::format_duration(a.result.end_time_ps), end_text(a.result));
  for (const auto& [handler, count] : a.statistics.handlers()) {
    std::cout << fmt::format("  {:<42} {:>8} entries {:>8} spurious\n", handler,
                             grouped(count.entries), grouped(count.spurious));
  }
  for (const auto& [device, latency] : a.statistics.to_served()) {
    std::cout << fmt::format("  {:<42} served {} times, {} to {} after the raise\n", device,
                             grouped(latency.count), scenario::format_duration(latency.min_ps),
                             scenario::format_duration(latency.max_ps));
  }
}

void print_findings(const Answer& a) {
  for (const timed::Finding& f : a.result.findings) {
    std::cout << fmt::format(
        "  {} after {}{}: {}\n", place_text(f.violation.property, f.violation.where),
        scenario::format_duration(f.time_ps),
        f.seq == no_step ? "" : fmt::format(", step {}", f.seq), f.violation.message);
    if (!f.reason.empty()) std::cout << "    " << f.reason << '\n';
  }
  for (const timed::BrokenAssumption& b : a.result.broken_assumptions) {
    std::cout << fmt::format("  outside of the assumptions from {} on: {}\n",
                             scenario::format_duration(b.time_ps), b.assumption->text);
  }
}

void print_answer_text(const Answer& a, bool quiet) {
  if (!quiet) {
    print_numbers(a);
    for (const std::string& file : a.files)
      std::cout << "wrote " << file << '\n';
    std::cout << '\n';
  }
  std::cout << colored_verdict(irqloom::to_string(a.result.verdict), has_color())
            << ": this run of " << a.scenario.name;
  if (!a.scenario.variant.empty()) std::cout << ", variant " << a.scenario.variant;
  std::cout << ", seed " << a.seed << '\n';
  if (!quiet) print_findings(a);
  if (!a.result.not_judged.empty()) {
    std::cout << fmt::format("  not judged by run: {}\n", fmt::join(a.result.not_judged, ", "));
  }
  if (quiet) return;
  std::cout << surprises_text(a.surprises);
}

}  // namespace

ExitCode run_command(const RunOptions& options) {
  const Scenario scenario = load_scenario(options.scenario);
  Setup setup(scenario, Mode::run);
  const std::uint64_t seed = options.seed.value_or(scenario.run.seed);
  const bool shows_timeline = !options.json && !options.quiet;

  Statistics statistics;
  TraceFiles files(options.traces, options.out, stem_of(scenario), true);
  trace::TextSink timeline(std::cout, {.color = has_color()});
  std::vector<Sink*> sinks = files.sinks();
  sinks.push_back(&statistics);
  if (shows_timeline) {
    std::cout << title_text(scenario) << '\n';
    sinks.push_back(&timeline);
  }
  const TimedResult result = run_timed(setup, scenario, seed, std::move(sinks));

  Answer answer{scenario, seed, result, statistics, {}, {}, {}};
  answer.unwritten.attempt([&] { answer.files = files.commit(); });
  answer.surprises = surprises(scenario, scenario.expected_run, outcome_of(result));
  for (const std::string& notice : files.notices())
    std::cerr << "irqloom: " << notice << '\n';
  if (options.json) {
    print_answer_json(answer);
  } else {
    print_answer_text(answer, options.quiet);
    answer.unwritten.print();
  }
  const bool is_interrupted = result.end == timed::End::interrupted;
  return answer.unwritten.exit_code_or(is_interrupted ? ExitCode::interrupted
                                                      : exit_code_of(result.verdict));
}

}  // namespace irqloom::app
