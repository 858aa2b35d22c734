// The commands. Each takes what the command line said, writes its results to stdout (and, where it
// says so, into files), and returns the exit code. Errors are exceptions of sim/error.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/app/scenario.h"
#include "sim/error.h"

namespace irqloom::app {

/// What most commands take.
struct CommonOptions {
  bool json = false;            ///< One JSON object on stdout, and nothing else.
  bool quiet = false;           ///< The verdict alone.
  std::string out = "results";  ///< The folder for files.
};

struct RunOptions : CommonOptions {
  ScenarioChoice scenario;
  std::optional<std::uint64_t> seed;  ///< None: the scenario's.
  std::vector<std::string> traces;    ///< Some of trace_formats().
};

/// `irqloom run`: a timed run; the timeline, the verdict and the numbers.
ExitCode run_command(const RunOptions& options);

struct ExploreOptions : CommonOptions {
  ScenarioChoice scenario;
  std::optional<std::uint64_t> seed;        ///< Of no effect.
  std::optional<std::uint64_t> max_states;  ///< None: the scenario's.
  std::optional<std::uint64_t> max_memory;  ///< Bytes. None: half of what the machine has free.
  std::chrono::milliseconds timeout{0};     ///< 0: none.
  bool fuse = true;
  bool mermaid = false;       ///< Counterexamples as Mermaid diagrams instead of tables.
  bool distrust = false;      ///< Check the steps' declarations instead of the properties.
  std::string as_transcript;  ///< File for the counterexamples' operations; may be empty.
};

/// `irqloom explore`: every interleaving; the verdict, the numbers, and for each finding a shortest
/// counterexample, which also becomes a schedule file. With `distrust`: the lies that it found.
ExitCode explore_command(const ExploreOptions& options);

struct ReplayOptions : CommonOptions {
  std::string schedule;  ///< File.
  /// An empty file: the one that the schedule names, or the scenario of its name below scenarios/.
  /// No variant: the schedule's.
  ScenarioChoice scenario;
  std::optional<std::uint64_t> seed;  ///< Of no effect.
  std::vector<std::string> traces;
  bool mermaid = false;
  std::string as_transcript;  ///< File for the schedule's operations; may be empty.
};

/// `irqloom replay`: takes the steps of a schedule file.
ExitCode replay_command(const ReplayOptions& options);

struct CheckOptions : CommonOptions {
  std::vector<std::string> paths;  ///< Files and folders; none: "scenarios".
  bool promote = false;            ///< Accept what came out as golden.
  bool if_counts_equal = false;    ///< With promote: only where no number and no verdict changed.
  std::string only;                ///< "run" or "explore"; empty: both.
  bool with_long = false;          ///< Variants tagged "long" too.
  bool strict = false;             ///< It is wrong if nothing is expected of a variant.
  std::string junit;               ///< File for a JUnit report; may be empty.
  unsigned jobs = 0;               ///< Processes at a time; 0: as many as there are CPUs.
};

/// `irqloom check`: every scenario and variant, run and explored, against what they expect and
/// against the golden results in OUT/golden.
ExitCode check_command(const CheckOptions& options);

struct GraphOptions : CommonOptions {
  ScenarioChoice scenario;
  std::optional<std::uint64_t> seed;  ///< Of no effect.
  bool svg = false;                   ///< Draw it too, with Graphviz, into OUT.
};

/// `irqloom graph`: the topology in Graphviz's language on stdout; on stderr the least times of the
/// interrupts' ways, and what else the topology shows.
ExitCode graph_command(const GraphOptions& options);

struct ConformOptions : CommonOptions {
  std::vector<std::string> paths;  ///< Transcripts and folders.
};

/// `irqloom conform`: replays recorded programs of controllers and kernels on the models.
ExitCode conform_command(const ConformOptions& options);

struct ListOptions {
  bool json = false;
  std::string kind;         ///< One of list_kinds(), or empty: all that are no scenario's.
  ScenarioChoice scenario;  ///< For what is a scenario's: its contexts, fields, steps, ...
};

/// Kinds of things that can be listed.
const std::vector<std::string>& list_kinds();

/// `irqloom list`: what there is, a line each with its source.
ExitCode list_command(const ListOptions& options);

/// `irqloom schema`: the JSON Schema of a scenario.
ExitCode schema_command();

}  // namespace irqloom::app
