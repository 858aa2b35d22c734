#include "sim/app/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string_view>

#include "sim/app/commands.h"
#include "sim/app/option_values.h"
#include "sim/app/trace_files.h"
#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

constexpr const char* description =
    "irqloom simulates virtualized interrupt fabrics: in time, and in every interleaving.";
constexpr const char* footer =
    "`irqloom help COMMAND` says what a command takes. A FILE of - is standard input.\n"
    "Exit codes: 0 all properties hold (check: all is as expected), 1 one is violated (check: not\n"
    "all is as expected), 2 wrong input or usage, 3 inconclusive, 4 an output could not be "
    "written,\n"
    "70 internal error, 130 interrupted.";

constexpr std::uint64_t most_jobs = 1024;

/// The name of an option and of its value, and nothing of what CLI11 knows besides.
class PlainFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    const bool has_value = option->get_type_size() != 0 && option->nonpositional();
    return has_value ? " " + option->get_type_name() : "";
  }
};

// --- options that commands share --------------------------------------------------------------

/// An option with a value, which `take` reads.
CLI::Option* add_value(CLI::App& command, const std::string& name, const std::string& type,
                       const std::function<void(const std::string&)>& take,
                       const std::string& text) {
  return command.add_option_function<std::string>(name, take, text)->type_name(type);
}

void add_json(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "Print one JSON object and nothing else");
}

void add_answer(CLI::App& command, CommonOptions& options) {
  add_json(command, options.json);
  command.add_flag("-q,--quiet", options.quiet, "Print the verdict alone");
}

/// For a path: an option whose value was forgotten takes the next option for it.
std::string is_no_option(const std::string& path) {
  if (path.size() < 2 || !path.starts_with("-")) return {};
  return "\"" + path + "\" is an option; a file of that name is ./" + path;
}

void add_out(CLI::App& command, CommonOptions& options, const std::string& what) {
  command.add_option("--out", options.out, what + "; default: results")
      ->type_name("FOLDER")
      ->check(is_no_option);
}

void add_choice(CLI::App& command, ScenarioChoice& choice) {
  command.add_option("--variant", choice.variant, "The variant to take; default: the first one")
      ->type_name("NAME");
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
  command.add_option("FILE", choice.file, "The scenario; -: standard input")->required();
  add_choice(command, choice);
}

void add_seed(CLI::App& command, std::optional<std::uint64_t>& seed, const std::string& text) {
  add_value(
      command, "--seed", "N",
      [&seed](const std::string& value) { seed = parse_number("--seed", value, 0); }, text);
}

/// "text,vcd" as two formats, each once.
void split_traces(const std::vector<std::string>& lists, std::vector<std::string>& traces) {
  for (const std::string& list : lists) {
    for (const std::string& name : CLI::detail::split(list, ',')) {
      const std::string format = parse_name("--trace", name, trace_formats());
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

void add_transcript(CLI::App& command, std::string& file) {
  command
      .add_option("--as-transcript", file,
                  "Write what the VMM and the guest do as a transcript, as recordings of kernels\n"
                  "are (docs/conformance.md), to play it on a real one")
      ->type_name("FILE")
      ->check(is_no_option);
}

// --- the commands -----------------------------------------------------------------------------

void add_run(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("run", "A timed run: timeline, verdict, traces");
  auto options = std::make_shared<RunOptions>();
  add_scenario(*command, options->scenario);
  add_seed(*command, options->seed, "Seed of the generators; default: the scenario's");
  add_traces(*command, options->traces);
  add_answer(*command, *options);
  add_out(*command, *options, "Folder for the traces");
  command->callback([options, &action] { action = [options] { return run_command(*options); }; });
}

void add_bounds(CLI::App& command, ExploreOptions& options) {
  add_value(
      command, "--max-states", "N",
      [&options](const std::string& value) {
        options.max_states = parse_count("--max-states", value);
      },
      "Bound on states, such as 200000, 20M or 1G; default: the scenario's, or none");
  add_value(
      command, "--max-memory", "SIZE",
      [&options](const std::string& value) {
        options.max_memory = parse_size("--max-memory", value);
      },
      "Bound on the process, such as 512M or 4G; default: half of what is free");
  add_value(
      command, "--timeout", "TIME",
      [&options](const std::string& value) { options.timeout = parse_timeout("--timeout", value); },
      "Bound on time, such as 60s; default: none");
}

void add_explore(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("explore", "Every interleaving: verdict, shortest counterexamples");
  auto options = std::make_shared<ExploreOptions>();
  add_scenario(*command, options->scenario);
  add_seed(*command, options->seed, "For scripts that pass it; an exploration draws nothing");
  add_bounds(*command, *options);
  command->add_flag_callback(
      "--no-fuse", [options] { options->fuse = false; }, "Take local steps one by one");
  command->add_flag("--distrust", options->distrust,
                    "Check what steps declare to read and write, instead of the properties");
  add_mermaid(*command, options->mermaid);
  add_transcript(*command, options->as_transcript);
  add_answer(*command, *options);
  add_out(*command, *options, "Folder for the schedules of counterexamples");
  command->callback([options, &action] {
    if (options->distrust && !options->as_transcript.empty()) {
      throw InputError(Mistake{.file = "irqloom explore",
                               .message = "--distrust looks for no counterexamples",
                               .expected = "--distrust or --as-transcript"});
    }
    action = [options] { return explore_command(*options); };
  });
}

void add_replay(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("replay", "Take the steps of a schedule file again");
  auto options = std::make_shared<ReplayOptions>();
  command->add_option("SCHEDULE", options->schedule, "The schedule file; -: standard input")
      ->required();
  command
      ->add_option("--scenario", options->scenario.file,
                   "Its scenario; default: where the schedule says, or the shipped one of its name")
      ->type_name("FILE");
  add_choice(*command, options->scenario);
  add_seed(*command, options->seed, "For scripts that pass it; a replay draws nothing");
  add_traces(*command, options->traces);
  add_mermaid(*command, options->mermaid);
  add_transcript(*command, options->as_transcript);
  add_answer(*command, *options);
  add_out(*command, *options, "Folder for the traces");
  command->callback(
      [options, &action] { action = [options] { return replay_command(*options); }; });
}

void add_check(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "check", "Every scenario and variant, against what they expect and the golden results");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("PATH", options->paths,
                      "Scenarios and folders; default: scenarios, or the shipped ones");
  command->add_flag("--promote", options->promote, "Accept the results as golden");
  command->add_flag("--if-counts-equal", options->if_counts_equal,
                    "With --promote: accept only other fingerprints of spaces; refuse whatever\n"
                    "else differs");
  command->add_flag("--long", options->with_long, "Variants tagged \"long\" too");
  command->add_flag("--strict", options->strict,
                    "Exit code 1 also where a scenario or variant expects nothing");
  add_value(
      *command, "--only", "MODE",
      [options](const std::string& value) {
        options->only = parse_name("--only", value, {"run", "explore"});
      },
      "Only runs (run), or only explorations (explore)");
  command->add_option("--junit", options->junit, "Write a JUnit report")
      ->type_name("FILE")
      ->check(is_no_option);
  add_value(
      *command, "-j,--jobs", "N",
      [options](const std::string& value) {
        options->jobs = static_cast<unsigned>(parse_number("--jobs", value, 1, most_jobs));
      },
      "Processes at a time; default: one per CPU");
  add_answer(*command, *options);
  add_out(*command, *options, "Folder of the golden results");
  command->callback([options, &action] {
    if (options->if_counts_equal && !options->promote) {
      throw InputError(Mistake{.file = "irqloom check",
                               .message = "--if-counts-equal says what --promote may accept",
                               .expected = "--promote beside it"});
    }
    action = [options] { return check_command(*options); };
  });
}

void add_graph(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("graph", "The topology as DOT, for Graphviz");
  auto options = std::make_shared<GraphOptions>();
  add_scenario(*command, options->scenario);
  command->add_flag("--svg", options->svg, "Draw it with Graphviz, into the folder for files");
  add_seed(*command, options->seed, "For scripts that pass it; a graph draws nothing");
  add_answer(*command, *options);
  add_out(*command, *options, "Folder for the drawing");
  command->callback([options, &action] { action = [options] { return graph_command(*options); }; });
}

void add_conform(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "conform", "Recordings of real controllers and kernels, replayed on the models");
  auto options = std::make_shared<ConformOptions>();
  command
      ->add_option("PATH", options->paths,
                   "Transcripts (JSON Lines) and folders; -: standard input")
      ->required();
  add_answer(*command, *options);
  command->callback(
      [options, &action] { action = [options] { return conform_command(*options); }; });
}

void add_list(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("list", "What there is, a line each with its source");
  auto options = std::make_shared<ListOptions>();
  command->add_option_function<std::string>(
      "KIND",
      [options](const std::string& value) {
        options->kind = parse_name("irqloom list", value, list_kinds());
      },
      "One kind only: " + CLI::detail::join(list_kinds(), ", "));
  command->add_option("FILE", options->scenario.file,
                      "The scenario, for what one has: contexts, fields, steps, ...; -: standard\n"
                      "input");
  add_choice(*command, options->scenario);
  add_json(*command, options->json);
  command->callback([options, &action] { action = [options] { return list_command(*options); }; });
}

void add_schema(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("schema", "The JSON Schema of a scenario");
  command->add_flag_callback(
      "--json", [] {}, "For scripts that pass it; a schema is JSON");
  command->callback([&action] { action = schema_command; });
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// Whether it is no command, but irqloom.
bool is_whole(const CLI::App& command) {
  return command.get_parent() == nullptr;
}

std::string help_of(const CLI::App& command) {
  // App::help() would speak of the command that is being carried out, which is "help".
  const std::string name = is_whole(command) ? "irqloom" : "irqloom " + command.get_name();
  return command.get_formatter()->make_help(&command, name, CLI::AppFormatMode::Normal);
}

void add_help(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("help", "What a command takes");
  auto name = std::make_shared<std::string>();
  command->add_option("COMMAND", *name, "The command; default: all of them in short");
  command->callback([name, &app, &action] {
    const CLI::App* about = &app;
    if (!name->empty())
      about = app.get_subcommand(parse_name("irqloom help", *name, names_of_commands(app)));
    action = [text = help_of(*about)] {
      std::cout << text;
      return ExitCode::ok;
    };
  });
}

// --- wrong usage ------------------------------------------------------------------------------

/// Throws if the first argument is neither an option nor a command.
void expect_command(const CLI::App& app, int argc, const char* const* argv) {
  const std::vector<std::string> names = names_of_commands(app);
  if (argc < 2) {
    throw InputError(Mistake{
        .file = "irqloom",
        .message = "no command is given",
        .expected = scenario::list_of(names),
        .way_out = "`irqloom help` says what they do, `irqloom help COMMAND` what one takes"});
  }
  const std::string word = argv[1];
  if (word.starts_with("-") || std::find(names.begin(), names.end(), word) != names.end()) return;
  throw InputError(Mistake{.file = "irqloom",
                           .message = fmt::format("there is no command \"{}\"", word),
                           .expected = scenario::list_of(names),
                           .suggestion = scenario::nearest(word, names)});
}

/// The command that was named, or all of irqloom.
const CLI::App& named_command(const CLI::App& app) {
  const std::vector<const CLI::App*> named = [&] {
    std::vector<const CLI::App*> list;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
      if (command->parsed()) list.push_back(command);
    }
    return list;
  }();
  return named.empty() ? app : *named.front();
}

std::string full_name(const CLI::App& command) {
  return is_whole(command) ? "irqloom" : "irqloom " + command.get_name();
}

std::string help_hint(const CLI::App& command) {
  return is_whole(command) ? "see `irqloom help`" : "see `irqloom help " + command.get_name() + "`";
}

std::vector<std::string> names_of_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
    for (const std::string& name : option->get_snames())
      names.push_back("-" + name);
  }
  return names;
}

/// Throws if an argument was left over: an unknown option rather than its value.
void expect_nothing_left(const CLI::App& app) {
  // What stands in front of the command is irqloom's.
  const CLI::App& command = app.remaining(false).empty() ? named_command(app) : app;
  std::vector<std::string> left = app.remaining(true);
  std::erase(left, "--");
  if (left.empty()) return;
  const auto option = std::find_if(left.begin(), left.end(),
                                   [](const std::string& arg) { return arg.starts_with("-"); });
  if (option == left.end()) {
    throw InputError(
        Mistake{.file = full_name(command),
                .message = fmt::format("\"{}\" is one argument too many", left.front()),
                .way_out = help_hint(command)});
  }
  const std::string name = option->substr(0, option->find('='));
  const std::vector<std::string> names = names_of_options(command);
  throw InputError(Mistake{
      .file = full_name(command),
      .message = fmt::format("there is no option \"{}\"", name),
      .expected = scenario::list_of(names),
      .suggestion = name.size() > 2 ? scenario::nearest(name, names) : "",  // -x is near all.
      .way_out = is_whole(command) ? "put a command's options behind it" : ""});
}

/// Whether the command line asked for help or the version, which is printed.
bool parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e, std::cout, std::cerr) == 0;
    expect_nothing_left(app);  // What is missing may be what was misspelt.
    const CLI::App& command = named_command(app);
    throw InputError(
        Mistake{.file = full_name(command), .message = e.what(), .way_out = help_hint(command)});
  }
  expect_nothing_left(app);
  return false;
}

}  // namespace

std::optional<ExitCode> read_command_line(int argc, const char* const* argv, Action& action) {
  CLI::App app(description, "irqloom");
  app.formatter(std::make_shared<PlainFormatter>());
  app.get_formatter()->column_width(26);
  app.set_version_flag("-V,--version", "irqloom " IRQLOOM_VERSION);
  app.footer(footer);
  app.allow_extras();  // Who is left over is refused here, with the nearest name.
  app.require_subcommand(1);
  add_run(app, action);
  add_explore(app, action);
  add_replay(app, action);
  add_check(app, action);
  add_graph(app, action);
  add_conform(app, action);
  add_list(app, action);
  add_schema(app, action);
  add_help(app, action);
  expect_command(app, argc, argv);
  if (parse(app, argc, argv)) return ExitCode::ok;
  return std::nullopt;
}

bool asks_for_json(int argc, const char* const* argv) {
  return std::any_of(argv, argv + argc,
                     [](std::string_view argument) { return argument == "--json"; });
}

}  // namespace irqloom::app
