#include "sim/app/cost_table.h"

#include <algorithm>

#include "sim/scenario/cost_reader.h"
#include "sim/scenario/suggest.h"
#include "sim/scenario/units.h"

namespace irqloom::app {
namespace {

using core::CostKind;

const std::vector<std::pair<std::string, CostKind>>& kinds() {
  static const std::vector<std::pair<std::string, CostKind>> table = {
      {"busy", CostKind::busy}, {"sleep", CostKind::sleep}, {"elsewhere", CostKind::elsewhere}};
  return table;
}

timed::StepCost default_of(const Cost& row) {
  return {core::fixed_cost(row.ps), row.kind};
}

void read_cost_into(const scenario::Cursor& value, timed::StepCost& cost) {
  const bool has_kind = value.json().is_object() && value.json().contains("cost");
  if (!has_kind) {
    cost.spec = scenario::read_cost(value);
    return;
  }
  value.unknown_keys({"cost", "kind"});
  cost.spec = scenario::read_cost(value["cost"]);
  cost.kind = value["kind"].one_of_or<CostKind>(cost.kind, kinds());
}

}  // namespace

std::string_view to_string(CostKind kind) {
  for (const auto& [name, k] : kinds()) {
    if (k == kind) return name;
  }
  return "busy";
}

std::string period_key(std::string_view device) {
  return std::string(device) + ".period";
}

timed::CostTable read_costs(const scenario::Cursor& costs,
                            const std::vector<std::string>& devices) {
  timed::CostTable table;
  std::vector<std::string> keys;
  for (const Cost& row : Costs::all()) {
    table[std::string(row.name)] = default_of(row);
    keys.emplace_back(row.name);
  }
  for (const std::string& device : devices)
    keys.push_back(period_key(device));
  for (const auto& [key, value] : costs.items_or_none()) {
    value.attempt([&, &key = key, &value = value] {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        value.fail_key("nothing has the cost \"" + key + "\"", scenario::list_of(keys),
                       scenario::nearest(key, keys));
      }
      const auto [entry, is_new] = table.try_emplace(key);
      if (is_new) entry->second = table.at(std::string(common_period_key));
      read_cost_into(value, entry->second);
    });
  }
  return table;
}

}  // namespace irqloom::app
