// The published schema takes what the program takes, and names all of it.
#include "sim/app/schema.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "sim/check/find_scenarios.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using nlohmann::json;
using test::full_arm_text;
using test::full_text;
using test::replaced;
using test::small_text;

/// What the schema says against the text; empty: nothing.
std::string refusal(const std::string& text) {
  static const auto schema = [] {
    auto parsed = std::make_unique<valijson::Schema>();
    const json document = json::parse(scenario_schema_text());
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document),
                                            *parsed);
    return parsed;
  }();
  const json target = json::parse(text);
  valijson::ValidationResults results;
  valijson::Validator validator;
  if (validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(target), &results))
    return {};
  std::string all;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& part : error.context)
      all += part;
    all += ": " + error.description + "\n";
  }
  return all;
}

/// The names of all members that `schema` describes.
void collect_members(const json& schema, std::set<std::string>& names) {
  for (const auto& [key, value] : schema.items()) {
    if (!value.is_structured()) continue;
    if (key != "properties" && key != "definitions") {
      collect_members(value, names);
      continue;
    }
    // What stands in these are names; what they name are schemas.
    for (const auto& [name, member] : value.items()) {
      if (key == "properties") names.insert(name);
      collect_members(member, names);
    }
  }
}

void collect_keys(const json& document, std::set<std::string>& names) {
  for (const auto& [key, value] : document.items()) {
    names.insert(key);
    if (value.is_structured()) collect_keys(value, names);
  }
}

TEST_CASE("schema: the file is what the program prints", "[app][schema]") {
  const std::string file = std::string(IRQLOOM_SOURCE_DIR) + "/scenarios/scenario.schema.json";
  INFO("make it anew with: irqloom schema > scenarios/scenario.schema.json");
  CHECK(scenario::test::content_of(file) == scenario_schema_text());
}

TEST_CASE("schema: it takes every scenario", "[app][schema]") {
  CHECK(refusal(small_text()) == "");
  CHECK(refusal(full_text()) == "");
  CHECK(refusal(full_arm_text()) == "");
  for (const std::string& file :
       check::find_scenarios({std::string(IRQLOOM_SOURCE_DIR) + "/scenarios"})) {
    INFO(file);
    CHECK(refusal(scenario::test::content_of(file)) == "");
  }
}

// The reader takes full_text() and full_arm_text(), so that what the schema names and the reader
// does not take, or the other way round, shows here.
TEST_CASE("schema: it names every member that the reader takes", "[app][schema]") {
  std::set<std::string> in_schema;
  collect_members(json::parse(scenario_schema_text()), in_schema);
  std::set<std::string> in_scenario;
  collect_keys(json::parse(full_text()), in_scenario);
  collect_keys(json::parse(full_arm_text()), in_scenario);
  for (const std::string& name : in_schema) {
    // Costs and built-in properties are all alike.
    const bool is_one_of_many = name.find('.') != std::string::npos ||
                                name.find('-') != std::string::npos || name == "storm" ||
                                name == "livelock" || name == "deadlock" || name == "cpu" ||
                                name == "device" || name == "entry" || name == "eventfd" ||
                                name == "ioctl" || name == "irqchip";
    INFO(name);
    CHECK((is_one_of_many || in_scenario.contains(name)));
  }
}

TEST_CASE("schema: it refuses mistakes", "[app][schema]") {
  const auto refuses = [](const std::string& from, const std::string& to) {
    INFO(to);
    CHECK(!refusal(replaced(full_text(), from, to)).empty());
  };
  refuses("\"name\": \"full\",", "");
  refuses("\"kernel\": \"linux-6.1\"", "\"kernel\": \"linux-6.2\"");
  refuses("\"pins\": 20", "\"pins\": 20, \"nonsense\": 1");
  refuses("\"postpone-v2\"", "\"postpone-v3\"");
  refuses("\"raises\": 3", "\"raises\": 0");
  refuses("\"16\": {\"vector\"", "\"24\": {\"vector\"");
  refuses("\"150us\"", "150");
  refuses("\"work.hop\"", "\"work.hopp\"");
  refuses("\"do\": \"wait\"", "\"do\": \"dance\"");
  refuses("\"is\": 1}", "\"is\": 1, \"at_most\": 2}");
  refuses("\"spurious-entry\": {},", "\"spurious-entri\": {},");
  refuses("\"tags\": [\"long\"]", "\"tags\": [\"short\"]");
}

}  // namespace
}  // namespace irqloom::app
