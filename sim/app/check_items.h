// What `irqloom check` checks: a run and an exploration of every variant of every scenario.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/app/machine_parts.h"
#include "sim/check/outcome.h"
#include "sim/scenario/tree.h"

namespace irqloom::app {

/// One variant in one mode, and what came out.
struct CheckItem {
  std::string file;
  std::string scenario;  ///< Its name; the file, where that cannot be read.
  std::string variant;   ///< Empty: the scenario itself.
  Mode mode = Mode::run;
  bool skipped = false;  ///< Long, and nobody asked for long ones.

  /// None: it did not come to an end.
  std::optional<check::Outcome> outcome;
  std::vector<std::string> reasons;  ///< Why it is not as expected, a sentence each.
  std::string error;                 ///< The complete text of an error.
  scenario::Json mistakes;           ///< The same taken apart, see errors_json().
  bool wrong_input = false;          ///< The error is the scenario's.
  bool interrupted = false;          ///< By Ctrl-C, before or while it was checked.
  bool has_golden = false;
  bool expects = false;  ///< The scenario says what is to come out.

  bool as_expected() const { return is_fine() && expects; }
  /// It came to an end, and nobody has said beforehand what it should come to.
  bool nothing_expected() const { return is_fine() && !expects; }

 private:
  bool is_fine() const { return outcome && reasons.empty() && error.empty(); }
};

/// "run" or "explore".
std::string to_string(Mode mode);

/// The items of these files, in their order; a file with a mistake becomes one item with an error.
std::vector<CheckItem> find_items(const std::vector<std::string>& files, bool with_long);

/// Runs or explores one item in this process: for a child process. An exploration takes at most
/// `max_memory` bytes (0: no bound). What it returns is for take_answer().
std::string check_in_child(const CheckItem& item, std::uint64_t max_memory);

/// Takes what the child said into the item.
void take_answer(CheckItem& item, const std::string& answer);

}  // namespace irqloom::app
