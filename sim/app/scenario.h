// A scenario file, one variant of it, read and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/app/cost_table.h"
#include "sim/app/kernel.h"
#include "sim/app/machine_parts.h"
#include "sim/app/properties.h"
#include "sim/check/expect.h"
#include "sim/scenario/document.h"

namespace irqloom::app {

/// What the user asked for.
struct ScenarioChoice {
  std::string file;
  std::optional<std::string> variant;  ///< None: the first of the file, if it has any.
  std::vector<std::string> sets;       ///< "path=value", applied after the variant.
};

/// What "run" says. Times in picoseconds.
struct RunSettings {
  std::uint64_t until_ps = 0;
  std::uint64_t patience_ps = 0;
  std::uint64_t seed = 1;
};

struct Scenario {
  explicit Scenario(scenario::Document read) : document(std::move(read)) {}

  ScenarioChoice choice;
  std::string name;
  std::string title;
  std::string variant;            ///< Empty: the scenario itself.
  bool defaulted = false;         ///< Nobody named the variant: it is the first of the file.
  std::string summary;            ///< Of the variant.
  std::vector<std::string> tags;  ///< Of the variant, such as "long".
  /// XXH3-128, 32 hexadecimal digits, of the document with the variant and the sets applied, its
  /// members sorted, without "expect" and "variants".
  std::string hash;
  /// That document.
  scenario::Document document;

  Policies policies;
  std::string code;                  ///< See cited_code().
  std::vector<std::string> devices;  ///< Those that may have a period of their own.
  std::vector<Threshold> thresholds;
  timed::CostTable costs;
  RunSettings run;
  std::uint64_t max_states = 0;  ///< Of an exploration; 0: no bound.
  PropertyChoice properties;
  /// Of this variant; none where it says nothing.
  std::optional<check::Expectation> expected_run;
  std::optional<check::Expectation> expected_explore;
};

/// Throws InputError, with all mistakes, where the file, the variant or a set is wrong. What refers
/// to parts of the elaborated fabric (fields, contexts, steps) is checked by Setup.
Scenario load_scenario(const ScenarioChoice& choice);

/// The names of the variants, in the order of the file. Throws InputError.
std::vector<std::string> variant_names(const std::string& file);

}  // namespace irqloom::app
