// The program's tables say what the models and the engine do: compared with the sources.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "models/kvm/resample/policy.h"
#include "sim/app/builtin_properties.h"
#include "sim/app/cost_table.h"
#include "sim/app/kernel.h"
#include "sim/app/models.h"
#include "sim/scenario/units.h"
#include "tests/unit/scenario/helpers.h"

namespace irqloom::app {
namespace {

namespace fs = std::filesystem;

/// The first groups of all matches of `pattern` in the sources below `folder`.
std::set<std::string> found_in(const std::string& folder, const std::string& pattern) {
  std::set<std::string> found;
  const std::regex regex(pattern);
  for (const auto& entry :
       fs::recursive_directory_iterator(std::string(IRQLOOM_SOURCE_DIR) + "/" + folder)) {
    const std::string extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".h") continue;
    const std::string text = scenario::test::content_of(entry.path());
    for (std::sregex_iterator m(text.begin(), text.end(), regex), end; m != end; ++m)
      found.insert((*m)[1]);
  }
  return found;
}

TEST_CASE("app: every cost key of the models has a default", "[app][tables]") {
  std::set<std::string> used = found_in("models", R"re(cost\("([a-z._]+)"\))re");
  CHECK(used.size() > 15);
  // Keys that are passed to engine classes and configurations as strings.
  used.insert({"cpu", "work.hop", "kvm.eoi_delay", "device.period", "script.wait"});
  std::set<std::string> known;
  for (const DefaultCost& c : default_costs())
    known.emplace(c.key);
  CHECK(used == known);
  for (const std::string key : {"work.hop", "kvm.eoi_delay", "device.period", "script.wait"}) {
    const bool stands_somewhere = !found_in("models", "\"(" + key + ")\"").empty() ||
                                  !found_in("sim/core", "\"(" + key + ")\"").empty();
    CHECK(stands_somewhere);
  }
}

TEST_CASE("app: default costs are sorted and say where they come from", "[app][tables]") {
  const auto& table = default_costs();
  CHECK(std::is_sorted(table.begin(), table.end(),
                       [](const auto& a, const auto& b) { return a.key < b.key; }));
  for (const DefaultCost& c : table) {
    INFO(c.key);
    CHECK(scenario::parse_duration(c.time) > 0);
    CHECK(!c.what.empty());
    CHECK(!c.source.empty());
  }
}

TEST_CASE("app: every report bears the name of a built-in property", "[app][tables]") {
  std::set<std::string> reported = found_in("models", R"rx(violate\(\s*"([a-z-]+)")rx");
  reported.merge(found_in("models", R"rx(\.name = "([a-z-]+)",\s+\.kind = PropertyKind)rx"));
  reported.merge(found_in("sim/core", R"rx(violate\(\s*"([a-z-]+)")rx"));
  reported.merge(found_in("sim/core", R"rx(_property = "([a-z-]+)")rx"));
  std::set<std::string> known;
  for (const BuiltinProperty& p : builtin_properties())
    known.emplace(p.name);
  CHECK(reported == known);
}

TEST_CASE("app: every kernel chooses a policy at every seam", "[app][tables]") {
  for (const Kernel& kernel : kernels()) {
    INFO(kernel.name);
    CHECK(kernel.policies.size() == policy_seams().size());
    for (const PolicySeam& seam : policy_seams()) {
      REQUIRE(kernel.policies.contains(seam.key));
      const auto chosen = kernel.policies.at(seam.key);
      CHECK(std::any_of(seam.choices.begin(), seam.choices.end(),
                        [&](const PolicyInfo& p) { return p.name == chosen; }));
    }
  }
}

TEST_CASE("app: every module of the models is listed", "[app][tables]") {
  std::set<std::string> modules;
  const std::string root = std::string(IRQLOOM_SOURCE_DIR) + "/models";
  // ": public Module" and what derives from it.
  const std::regex derives(R"(class \w+( final)? : public (Module|GicBase)\b)");
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".h") continue;
    if (!std::regex_search(scenario::test::content_of(entry.path()), derives)) continue;
    modules.insert(fs::relative(entry.path(), root).replace_extension().string());
  }
  CHECK(modules.size() > 10);
  std::set<std::string> listed;
  for (const ModelInfo& m : models())
    listed.emplace(m.name);
  for (const std::string& m : modules) {
    INFO(m);
    CHECK(listed.contains(m));
  }
  for (const std::string& l : listed) {
    INFO(l);
    CHECK(fs::exists(root + "/" + l + ".h"));
  }
}

TEST_CASE("app: a source of a property that is a file of ours speaks of that property",
          "[app][tables]") {
  for (const BuiltinProperty& p : builtin_properties()) {
    const std::string source(p.source);
    if (!source.starts_with("models/") && !source.starts_with("sim/")) continue;
    const fs::path path = std::string(IRQLOOM_SOURCE_DIR) + "/" + source;
    INFO(p.name << ": " << source);
    REQUIRE(fs::exists(path));
    CHECK(scenario::test::contains(scenario::test::content_of(path),
                                   "\"" + std::string(p.name) + "\""));
  }
}

}  // namespace
}  // namespace irqloom::app
