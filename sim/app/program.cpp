#include "sim/app/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <systemc>

#include "sim/app/commands.h"
#include "sim/app/interrupt.h"
#include "sim/app/trace_files.h"
#include "sim/error.h"
#include "sim/scenario/suggest.h"
#include "sim/scenario/units.h"

namespace irqloom::app {
namespace {

constexpr const char* description =
    "irqloom simulates virtualized interrupt fabrics: in time, and in every interleaving.";
constexpr const char* exit_codes =
    "Exit codes: 0 all properties hold (check: all is as expected), 1 one is violated (check: not\n"
    "all is as expected), 2 wrong input or usage, 3 inconclusive, 4 an output could not be "
    "written,\n"
    "70 internal error, 130 interrupted.";

constexpr std::uint64_t ps_per_ms = 1'000'000'000;

/// What is to be done once the command line has been read.
using Action = std::function<ExitCode()>;

// --- values -----------------------------------------------------------------------------------

/// "60", "60s" or "1500ms" as a time; a number alone means seconds.
std::chrono::milliseconds parse_timeout(const std::string& text) {
  const bool has_unit = text.find_first_not_of("0123456789.") != std::string::npos;
  try {
    const std::uint64_t ps = scenario::parse_duration(has_unit ? text : text + "s");
    return std::chrono::milliseconds(ps / ps_per_ms);
  } catch (const scenario::UnitError& e) {
    throw CLI::ValidationError("--timeout", std::string(e.what()) + "; expected: " + e.expected());
  }
}

CLI::AsNumberWithUnit thousands() {
  const std::map<std::string, std::uint64_t> units = {
      {"k", 1'000}, {"m", 1'000'000}, {"g", 1'000'000'000}};
  return CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::CASE_INSENSITIVE, "NUMBER[k|M|G]");
}

// --- options that commands share --------------------------------------------------------------

void add_output(CLI::App& command, CommonOptions& options) {
  command.add_flag("--json", options.json, "Print one JSON object and nothing else");
  command.add_flag("-q,--quiet", options.quiet, "Print the verdict alone");
  command.add_option("--out", options.out, "Folder for the files that are written")
      ->capture_default_str();
}

void add_choice(CLI::App& command, ScenarioChoice& choice) {
  command.add_option("--variant", choice.variant, "The variant to take")->type_name("NAME");
  command
      .add_option(
          "--set", choice.sets,
          "Set one value of the scenario: run.until=5ms, or by JSON pointer, /run/until=5ms;\n"
          "may be repeated")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->take_all();
}

void add_scenario(CLI::App& command, ScenarioChoice& choice) {
  command.add_option("FILE", choice.file, "The scenario")->required();
  add_choice(command, choice);
}

/// "text,vcd" as two formats, each once.
void split_traces(const std::vector<std::string>& lists, std::vector<std::string>& traces) {
  for (const std::string& list : lists) {
    for (const std::string& format : CLI::detail::split(list, ',')) {
      const std::string problem = CLI::IsMember(trace_formats())(format);
      if (!problem.empty()) throw CLI::ValidationError("--trace", problem);
      if (std::find(traces.begin(), traces.end(), format) == traces.end()) traces.push_back(format);
    }
  }
}

void add_traces(CLI::App& command, std::vector<std::string>& traces) {
  command
      .add_option_function<std::vector<std::string>>(
          "--trace",
          [&traces](const std::vector<std::string>& lists) { split_traces(lists, traces); },
          "Traces to write: " + CLI::detail::join(trace_formats(), ", "))
      ->type_name("FORMAT,...")
      ->expected(1)
      ->take_all();
}

void add_mermaid(CLI::App& command, bool& mermaid) {
  command.add_flag("--mermaid", mermaid,
                   "Mermaid diagrams instead of tables, for mails and issues");
}

CLI::Option* add_transcript(CLI::App& command, std::string& file) {
  return command
      .add_option("--as-transcript", file,
                  "Write what the VMM and the guest do as a transcript, as recordings of kernels\n"
                  "are (docs/conformance.md), to play it on a real one")
      ->type_name("FILE");
}

// --- the commands -----------------------------------------------------------------------------

void add_run(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("run", "A timed run: timeline, verdict, traces");
  auto options = std::make_shared<RunOptions>();
  add_scenario(*command, options->scenario);
  command->add_option("--seed", options->seed, "Seed of the generators; default: the scenario's");
  add_traces(*command, options->traces);
  add_output(*command, *options);
  command->callback([options, &action] { action = [options] { return run_command(*options); }; });
}

void add_explore(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("explore", "Every interleaving: verdict, shortest counterexamples");
  auto options = std::make_shared<ExploreOptions>();
  auto timeout = std::make_shared<std::string>();
  add_scenario(*command, options->scenario);
  command->add_option("--seed", "Accepted everywhere; an exploration draws nothing");
  command
      ->add_option("--max-states", options->max_states, "Bound; default: the scenario's, or none")
      ->transform(thousands());
  command
      ->add_option("--max-memory", options->max_memory,
                   "Bound on the process, such as 4G; default: half of what is free")
      ->transform(CLI::AsSizeValue(false));
  command->add_option("--timeout", *timeout, "Bound, such as 60s; default: none");
  command->add_flag("!--no-fuse", options->fuse, "Take local steps one by one");
  CLI::Option* distrust =
      command->add_flag("--distrust", options->distrust,
                        "Check what steps declare to read and write, instead of the properties");
  add_mermaid(*command, options->mermaid);
  add_transcript(*command, options->as_transcript)->excludes(distrust);
  add_output(*command, *options);
  command->callback([options, timeout, &action] {
    if (!timeout->empty()) options->timeout = parse_timeout(*timeout);
    action = [options] { return explore_command(*options); };
  });
}

void add_replay(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("replay", "Take the steps of a schedule file again");
  auto options = std::make_shared<ReplayOptions>();
  command->add_option("SCHEDULE", options->schedule, "The schedule file")->required();
  command
      ->add_option("--scenario", options->scenario.file,
                   "Its scenario; default: where the schedule says, or below scenarios/")
      ->type_name("FILE");
  add_choice(*command, options->scenario);
  command->add_option("--seed", "Accepted everywhere; a replay draws nothing");
  add_traces(*command, options->traces);
  add_mermaid(*command, options->mermaid);
  add_transcript(*command, options->as_transcript);
  add_output(*command, *options);
  command->callback(
      [options, &action] { action = [options] { return replay_command(*options); }; });
}

void add_check(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "check", "Every scenario and variant, against what they expect and the golden results");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("PATH", options->paths, "Scenarios and folders; default: scenarios");
  CLI::Option* promote =
      command->add_flag("--promote", options->promote, "Accept the results as golden");
  command
      ->add_flag("--if-counts-equal", options->if_counts_equal,
                 "Accept only other fingerprints of spaces; refuse whatever else differs")
      ->needs(promote);
  command->add_flag("--long", options->with_long, "Variants tagged \"long\" too");
  command->add_flag("--strict", options->strict,
                    "Exit code 1 also where a scenario or variant expects nothing");
  command->add_option("--only", options->only, "Only runs (run), or only explorations (explore)")
      ->check(CLI::IsMember(std::vector<std::string>{"run", "explore"}))
      ->type_name("MODE");
  command->add_option("--junit", options->junit, "Write a JUnit report")->type_name("FILE");
  command->add_option("--jobs,-j", options->jobs, "Processes at a time; default: one per CPU");
  add_output(*command, *options);
  command->callback([options, &action] { action = [options] { return check_command(*options); }; });
}

void add_graph(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("graph", "The topology as DOT, for Graphviz");
  auto options = std::make_shared<GraphOptions>();
  add_scenario(*command, options->scenario);
  command->add_flag("--svg", options->svg, "Draw it with Graphviz, into the folder for files");
  command->add_option("--seed", "Accepted everywhere; a graph draws nothing");
  add_output(*command, *options);
  command->callback([options, &action] { action = [options] { return graph_command(*options); }; });
}

void add_conform(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "conform", "Recordings of real controllers and kernels, replayed on the models");
  auto options = std::make_shared<ConformOptions>();
  command->add_option("PATH", options->paths, "Transcripts (JSON Lines) and folders")->required();
  add_output(*command, *options);
  command->callback(
      [options, &action] { action = [options] { return conform_command(*options); }; });
}

void add_list(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("list", "What there is, a line each with its source");
  auto options = std::make_shared<ListOptions>();
  command->add_option("KIND", options->kind, "One kind only")->check(CLI::IsMember(list_kinds()));
  command->add_option("FILE", options->scenario.file,
                      "The scenario, for what one has: contexts, fields, steps, ...");
  add_choice(*command, options->scenario);
  command->add_flag("--json", options->json, "Print one JSON object and nothing else");
  command->callback([options, &action] { action = [options] { return list_command(*options); }; });
}

void add_schema(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("schema", "The JSON Schema of a scenario");
  command->callback([&action] { action = schema_command; });
}

// --- running ----------------------------------------------------------------------------------

/// Sets `action`, or returns the exit code with which it ends here.
/// Throws InputError if the first argument is neither an option nor a command.
void check_command(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || std::string_view(argv[1]).starts_with("-")) return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return;
  std::string text = fmt::format("irqloom: there is no command \"{}\"\n  expected: {}", argv[1],
                                 scenario::list_of(names));
  const std::string near = scenario::nearest(argv[1], names);
  if (!near.empty()) text += "\n  did you mean \"" + near + "\"?";
  throw InputError(text);
}

std::optional<ExitCode> read_command_line(int argc, const char* const* argv, Action& action) {
  CLI::App app(description, "irqloom");
  app.set_version_flag("--version", "irqloom " IRQLOOM_VERSION);
  app.footer(exit_codes);
  app.require_subcommand(1);
  add_run(app, action);
  add_explore(app, action);
  add_replay(app, action);
  add_check(app, action);
  add_graph(app, action);
  add_conform(app, action);
  add_list(app, action);
  add_schema(app, action);
  check_command(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const bool is_answer = app.exit(e, std::cout, std::cerr) == 0;
    return is_answer ? ExitCode::ok : ExitCode::input;
  }
  return std::nullopt;
}

void flush_stdout() {
  std::cout.flush();
  if (!std::cout) throw OutputError("standard output: cannot be written; is the disk full?");
}

ExitCode report_unknown(const char* what) {
  std::cerr
      << "irqloom " IRQLOOM_VERSION ": internal error: " << what
      << "\nThis is no mistake of yours. Please report it, with the command line, the scenario "
         "and this text.\n";
  return ExitCode::internal;
}

ExitCode run_guarded(int argc, const char* const* argv) {
  try {
    watch_for_interrupt();
    Action action;
    const std::optional<ExitCode> ended = read_command_line(argc, argv, action);
    const ExitCode code = ended ? *ended : action();
    flush_stdout();
    return code;
  } catch (const Error& e) {
    std::cout.flush();
    std::cerr << e.what() << '\n';
    return e.exit_code();
  } catch (const sc_core::sc_report& e) {
    return report_unknown(e.what());
  } catch (const std::exception& e) {
    return report_unknown(e.what());
  } catch (...) {
    return report_unknown("an exception of unknown type");
  }
}

}  // namespace

int run_program(int argc, const char* const* argv) noexcept {
  return static_cast<int>(run_guarded(argc, argv));
}

}  // namespace irqloom::app
