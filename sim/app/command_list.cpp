#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "sim/app/builtin_properties.h"
#include "sim/app/commands.h"
#include "sim/app/models.h"
#include "sim/app/report.h"
#include "sim/check/find_scenarios.h"
#include "sim/scenario/headline.h"
#include "sim/scenario/tree.h"

namespace irqloom::app {
namespace {

using scenario::Json;

struct Item {
  std::string name;
  std::string what;
  std::string source;
};

std::vector<Item> list_kernels() {
  std::vector<Item> items;
  for (const Kernel& k : kernels())
    items.push_back({std::string(k.name), std::string(k.summary), std::string(k.source)});
  return items;
}

std::vector<Item> list_policies() {
  std::vector<Item> items;
  for (const PolicySeam& seam : policy_seams()) {
    for (const PolicyInfo& p : seam.choices) {
      items.push_back(
          {fmt::format("{}={}", seam.key, p.name), std::string(p.summary), std::string(p.source)});
    }
  }
  return items;
}

std::vector<Item> list_models() {
  std::vector<Item> items;
  for (const ModelInfo& m : models())
    items.push_back({std::string(m.name), std::string(m.what), std::string(m.source)});
  return items;
}

std::vector<Item> list_properties() {
  std::vector<Item> items;
  for (const BuiltinProperty& p : builtin_properties())
    items.push_back({std::string(p.name), std::string(p.what), std::string(p.source)});
  return items;
}

std::vector<Item> list_costs() {
  std::vector<Item> items;
  for (const DefaultCost& c : default_costs()) {
    items.push_back({std::string(c.key),
                     fmt::format("{} {}: {}", c.time, to_string(c.kind), c.what),
                     std::string(c.source)});
  }
  return items;
}

std::vector<Item> list_scenarios() {
  std::vector<Item> items;
  if (!std::filesystem::is_directory("scenarios")) return items;
  for (const std::string& file : check::find_scenarios({"scenarios"})) {
    scenario::Headline headline = scenario::read_headline(file);
    items.push_back({std::move(headline.name), std::move(headline.title), file});
  }
  return items;
}

std::vector<Item> items_of(std::string_view kind) {
  if (kind == "kernels") return list_kernels();
  if (kind == "policies") return list_policies();
  if (kind == "models") return list_models();
  if (kind == "properties") return list_properties();
  if (kind == "costs") return list_costs();
  return list_scenarios();
}

Json to_json(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& i : items)
    list.push_back({{"name", i.name}, {"what", i.what}, {"source", i.source}});
  return list;
}

void print(std::string_view kind, const std::vector<Item>& items) {
  std::size_t width = 0;
  for (const Item& i : items)
    width = std::max(width, i.name.size());
  std::cout << kind << '\n';
  for (const Item& i : items)
    std::cout << fmt::format("  {:<{}}  {} [{}]\n", i.name, width, i.what, i.source);
}

}  // namespace

const std::vector<std::string>& list_kinds() {
  static const std::vector<std::string> kinds = {"kernels",    "policies", "models",
                                                 "properties", "costs",    "scenarios"};
  return kinds;
}

ExitCode list_command(const ListOptions& options) {
  Json json = Json::object();
  bool first = true;
  for (const std::string& kind : list_kinds()) {
    if (!options.kind.empty() && kind != options.kind) continue;
    const std::vector<Item> items = items_of(kind);
    if (options.json) {
      json[kind] = to_json(items);
      continue;
    }
    if (!first) std::cout << '\n';
    first = false;
    print(kind, items);
  }
  if (options.json) print_json(json);
  return ExitCode::ok;
}

}  // namespace irqloom::app
