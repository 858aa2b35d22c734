#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>

#include "models/model_info.h"
#include "models/vmm/operations.h"
#include "sim/app/commands.h"
#include "sim/app/drive.h"
#include "sim/app/fabric_names.h"
#include "sim/app/part_members.h"
#include "sim/app/report.h"
#include "sim/app/shipped.h"
#include "sim/check/find_scenarios.h"
#include "sim/error.h"
#include "sim/scenario/headline.h"
#include "sim/scenario/tree.h"

namespace irqloom::app {
namespace {

using scenario::Json;

using Item = NamedThing;

std::vector<Item> list_kernels() {
  std::vector<Item> items;
  for (const Kernel& k : kernels())
    items.push_back({std::string(k.name), with_arch(k.archs, k.summary), std::string(k.source)});
  return items;
}

std::vector<Item> list_policies() {
  std::vector<Item> items;
  for (const PolicySeam& seam : policy_seams()) {
    for (const PolicyInfo& p : seam.choices) {
      items.push_back({fmt::format("{}={}", seam.key, p.name), with_arch(seam.archs, p.summary),
                       std::string(p.source)});
    }
  }
  return items;
}

std::vector<Item> list_models() {
  std::vector<Item> items;
  for (const ModelInfo& m : Models::all())
    items.push_back({std::string(m.name), std::string(m.what), std::string(m.source)});
  return items;
}

std::vector<Item> list_properties() {
  std::vector<Item> items;
  for (const PropertyType& p : PropertyTypes::all())
    items.push_back({std::string(p.name), std::string(p.what), std::string(p.source)});
  return items;
}

std::vector<Item> list_costs() {
  std::vector<Item> items;
  for (const Cost& c : Costs::all()) {
    items.push_back(
        {std::string(c.name),
         fmt::format("{} {}: {}", scenario::format_duration(c.ps), to_string(c.kind), c.what),
         std::string(c.source)});
  }
  return items;
}

Item headline_of(const std::string& file) {
  try {
    scenario::Headline headline = scenario::read_headline(file);
    return {std::move(headline.name), std::move(headline.title), file};
  } catch (const InputError&) {
    const std::string name = std::filesystem::path(file).stem().string();
    return {name, "cannot be read: `irqloom check` says why", file};
  }
}

std::vector<Item> list_scenarios() {
  std::vector<Item> items;
  const std::string folder = shipped_scenarios();
  if (folder.empty()) return items;
  for (const std::string& file : check::find_scenarios({folder}))
    items.push_back(headline_of(file));
  return items;
}

std::vector<Item> list_operations(const std::optional<Scenario>& scenario) {
  std::vector<Item> items;
  for (const OperationInfo& o : operations()) {
    if (scenario && !exists_on(o.archs, read_arch(scenario->document.root()))) continue;
    items.push_back({std::string(o.name),
                     fmt::format("{}; {}: {}", name_of(o.archs), name_of(o.side), o.what),
                     std::string(o.source)});
  }
  return items;
}

// --- of one scenario ----------------------------------------------------------------------------

std::string expected_text(const char* mode, const std::optional<check::Expectation>& expected) {
  if (!expected) return fmt::format("{}: nothing expected", mode);
  return fmt::format("{}: {}", mode, to_string(expected->verdict));
}

std::vector<Item> list_variants(const Scenario& scenario) {
  std::vector<Item> items;
  for (const std::string& name : variant_names(scenario.choice.file)) {
    const Scenario s = load_scenario({scenario.choice.file, name, {}});
    items.push_back({name, s.summary + (s.tags.empty() ? "" : " (long)"),
                     expected_text("run", s.expected_run) + ", " +
                         expected_text("explore", s.expected_explore)});
  }
  return items;
}

/// The values in a document, by what --set calls them.
void add_settings(const Json& json, const std::string& path, std::vector<Item>& items) {
  const bool is_group = json.is_object() && !json.empty();
  if (!is_group) {
    items.push_back({path, json.dump(-1, ' ', false, Json::error_handler_t::replace), {}});
    return;
  }
  for (const auto& [name, value] : json.items())
    add_settings(value, path.empty() ? name : path + "." + name, items);
}

std::vector<Item> list_settings(const Scenario& scenario) {
  const Json& json = scenario.document.json();
  std::vector<Item> items;
  add_settings(json, "", items);
  for (const Cost& c : Costs::all()) {
    const bool is_set = json.contains("costs") && json["costs"].contains(c.name);
    if (!is_set)
      items.push_back({"costs." + std::string(c.name),
                       "\"" + scenario::format_duration(c.ps) + "\"", "default"});
  }
  return items;
}

std::vector<Item> list_of_machine(std::string_view kind, const Scenario& scenario) {
  const Setup setup(scenario, Mode::explore);
  if (kind == "contexts") return contexts_of(setup.fabric());
  if (kind == "fields") return fields_of(setup.fabric());
  return steps_of(setup.fabric());
}

// --- kinds --------------------------------------------------------------------------------------

/// Whether a kind of thing is a scenario's.
enum class Of : std::uint8_t { program, scenario, both };

const std::vector<std::pair<std::string, Of>>& kinds() {
  static const std::vector<std::pair<std::string, Of>> table = {
      {"kernels", Of::program},    {"policies", Of::program},  {"models", Of::program},
      {"properties", Of::program}, {"costs", Of::program},     {"scenarios", Of::program},
      {"operations", Of::both},    {"contexts", Of::scenario}, {"fields", Of::scenario},
      {"steps", Of::scenario},     {"variants", Of::scenario}, {"settings", Of::scenario}};
  return table;
}

std::vector<Item> items_of(std::string_view kind, const std::optional<Scenario>& scenario) {
  if (kind == "kernels") return list_kernels();
  if (kind == "policies") return list_policies();
  if (kind == "models") return list_models();
  if (kind == "properties") return list_properties();
  if (kind == "costs") return list_costs();
  if (kind == "scenarios") return list_scenarios();
  if (kind == "operations") return list_operations(scenario);
  if (kind == "variants") return list_variants(*scenario);
  if (kind == "settings") return list_settings(*scenario);
  return list_of_machine(kind, *scenario);
}

/// Throws InputError where a scenario is missing, or is one too many.
std::optional<Scenario> scenario_for(const ListOptions& options) {
  const auto kind = std::ranges::find(kinds(), options.kind, &std::pair<std::string, Of>::first);
  const bool has_file = !options.scenario.file.empty();
  if (kind != kinds().end() && kind->second == Of::scenario && !has_file) {
    throw InputError(Mistake{.file = "irqloom list " + options.kind,
                             .message = "those are a scenario's",
                             .expected = fmt::format("irqloom list {} FILE", options.kind)});
  }
  if (!has_file) return std::nullopt;
  if (kind == kinds().end() || kind->second == Of::program) {
    throw InputError(Mistake{.file = "irqloom list " + options.kind,
                             .message = "those are the same for every scenario",
                             .expected = "no file behind it"});
  }
  return load_scenario(options.scenario);
}

bool is_wanted(const std::pair<std::string, Of>& kind, const ListOptions& options) {
  if (options.kind.empty()) return kind.second != Of::scenario;
  return kind.first == options.kind;
}

/// " of SCENARIO", " of SCENARIO-VARIANT", or nothing.
std::string of_text(std::string_view kind, const std::optional<Scenario>& scenario) {
  if (!scenario) return {};
  return " of " + (kind == "variants" ? scenario->name : stem_of(*scenario));
}

Json to_json(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& i : items)
    list.push_back({{"name", i.name}, {"what", i.what}, {"source", i.source}});
  return list;
}

/// What is printed where there are none of a kind.
std::string nothing_of(std::string_view kind) {
  return kind == "scenarios" ? "none in any of " + searched_text() : "none";
}

void print(const std::string& title, const std::vector<Item>& items, const std::string& nothing) {
  std::size_t width = 0;
  for (const Item& i : items)
    width = std::max(width, i.name.size());
  std::cout << title << '\n';
  if (items.empty()) std::cout << "  " << nothing << '\n';
  for (const Item& i : items) {
    std::cout << fmt::format("  {:<{}}  {}", i.name, width, i.what);
    if (!i.source.empty()) std::cout << fmt::format(" [{}]", i.source);
    std::cout << '\n';
  }
}

}  // namespace

const std::vector<std::string>& list_kinds() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& [name, of] : kinds())
      list.push_back(name);
    return list;
  }();
  return names;
}

ExitCode list_command(const ListOptions& options) {
  const std::optional<Scenario> scenario = scenario_for(options);
  Json json = Json::object();
  bool first = true;
  for (const auto& kind : kinds()) {
    if (!is_wanted(kind, options)) continue;
    const std::vector<Item> items = items_of(kind.first, scenario);
    if (options.json) {
      json[kind.first] = to_json(items);
      if (kind.first == "scenarios") json["searched"] = scenario_folders();
      continue;
    }
    if (!first) std::cout << '\n';
    first = false;
    print(kind.first + of_text(kind.first, scenario), items, nothing_of(kind.first));
  }
  if (options.json) print_json(json);
  return ExitCode::ok;
}

}  // namespace irqloom::app
