// Steps do what they declare, in every scenario and variant: `explore --distrust`, and nothing is
// found.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "sim/app/scenario.h"
#include "sim/app/setup.h"
#include "sim/check/find_scenarios.h"
#include "sim/explore/distrust.h"

namespace irqloom::app {
namespace {

using Texts = std::vector<std::string>;

Texts lies_of(const Scenario& scenario, std::size_t states) {
  const Setup setup(scenario, Mode::explore);
  explore::DistrustOptions options;
  options.states = states;
  options.assumptions = &setup.assumptions();
  Texts list;
  for (const explore::Lie& lie : explore::distrust(setup.fabric(), options))
    list.push_back(lie.routine + ", " + lie.step + ": " + to_string(lie.kind) + " " + lie.what);
  return list;
}

/// Of every scenario at most `most` variants, from the first on.
void check_declarations(std::size_t most, std::size_t states) {
  const std::string folder = std::string(IRQLOOM_SOURCE_DIR) + "/scenarios";
  for (const std::string& file : check::find_scenarios({folder})) {
    Texts variants = variant_names(file);
    if (variants.empty()) variants.emplace_back();
    variants.resize(std::min(variants.size(), most));
    for (const std::string& variant : variants) {
      ScenarioChoice choice{file, std::nullopt, {}};
      if (!variant.empty()) choice.variant = variant;
      INFO(file << ", variant " << variant);
      CHECK(lies_of(load_scenario(choice), states) == Texts{});
    }
  }
}

TEST_CASE("scenarios: steps do what they declare, in a few states", "[scenarios][distrust][slow]") {
  check_declarations(2, 60);
}

TEST_CASE("scenarios: steps do what they declare", "[scenarios][distrust][long]") {
  check_declarations(1000, 2000);
}

}  // namespace
}  // namespace irqloom::app
