// Recorded programs of controllers and kernels, replayed on the models.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/app/conform/record.h"
#include "sim/error.h"

namespace irqloom::app::conform {

/// The first operation of a program in which the model differs from the recording.
struct Mismatch {
  std::size_t index = 0;  ///< In the program's "ops".
  Json op;
  Json expected;
  Json got;
  /// The model threw, or came into an impossible state: wrong in every class.
  bool is_fault = false;
};

struct ProgramResult {
  std::string id;
  std::string model;
  std::string class_name;
  std::string title;
  std::string quirk;                   ///< Class "quirk": why the two may differ.
  std::uint64_t soft_differences = 0;  ///< In values that the recording itself calls disputed.
  std::optional<Mismatch> mismatch;
};

struct Tally {
  std::uint64_t total = 0;
  std::uint64_t match = 0;
};

struct Result {
  std::vector<std::string> files;
  std::vector<ProgramResult> programs;  ///< In the order of the files.
  /// Of files that could not be replayed to their end: of an unknown model or kernel, or broken.
  std::vector<Mistake> mistakes;
  bool is_interrupted = false;  ///< The user interrupted: there are more programs.

  /// By model and class.
  std::map<std::string, std::map<std::string, Tally>> tallies() const;
  /// Of one class, all models.
  Tally tally(const std::string& class_name) const;
  bool has_fault() const;
};

/// Replays every program of the files and of the .jsonl files below the folders, of which there is
/// at least one. Behind what is wrong with a file it goes on with the next one. Throws InputError
/// if there is no program at all.
Result replay_all(const std::vector<std::string>& paths);

/// The table, and unless `quiet` the quirks and the first mismatch of each kind.
std::string report_text(const Result& result, bool quiet);

/// {"total","match","by_model","mismatches"} as `irqloom conform --json` prints it: counts and
/// mismatches of class "defined" at the top; "quirks", "wild", "soft_differences", and "errors"
/// if a file was wrong, beside them.
Json report_json(const Result& result);

/// ok if every "defined" program matches and no model faulted; violated otherwise; input if a file
/// could not be replayed to its end; interrupted.
ExitCode exit_code_of(const Result& result);

struct Options {
  bool json = false;
  bool quiet = false;
};

/// The command: replays and reports to `out`. Throws InputError.
ExitCode conform(const std::vector<std::string>& paths, const Options& options, std::ostream& out);

}  // namespace irqloom::app::conform
