#include "sim/app/check_items.h"

#include <algorithm>
#include <exception>
#include <map>

#include "sim/app/drive.h"
#include "sim/app/interrupt.h"
#include "sim/app/report.h"
#include "sim/error.h"

namespace irqloom::app {
namespace {

using scenario::Json;

CheckItem broken_file(const std::string& file, const InputError& error) {
  CheckItem item;
  item.file = item.scenario = file;
  item.error = error.what();
  item.mistakes = errors_json(error.mistakes());
  item.wrong_input = true;
  return item;
}

/// One item for each mode.
void add_variant(const Scenario& s, bool with_long, std::vector<CheckItem>& items) {
  const bool is_long = std::find(s.tags.begin(), s.tags.end(), "long") != s.tags.end();
  for (const Mode mode : {Mode::run, Mode::explore}) {
    CheckItem item;
    item.file = s.choice.file;
    item.scenario = s.name;
    item.variant = s.variant;
    item.mode = mode;
    item.skipped = is_long && !with_long;
    items.push_back(std::move(item));
  }
}

void add_file(const std::string& file, bool with_long, std::map<std::string, std::string>& names,
              std::vector<CheckItem>& items) {
  std::vector<std::string> variants = variant_names(file);
  if (variants.empty()) variants.emplace_back();
  std::vector<CheckItem> added;
  for (const std::string& variant : variants) {
    ScenarioChoice choice{file, std::nullopt, {}};
    if (!variant.empty()) choice.variant = variant;
    const Scenario s = load_scenario(choice);
    const auto [other, is_new] = names.emplace(s.name, file);
    if (!is_new && other->second != file) {
      s.document.root()["name"].fail("\"" + s.name + "\" is the name of " + other->second + " too",
                                     "a name of its own: files are called by it");
    }
    add_variant(s, with_long, added);
  }
  items.insert(items.end(), added.begin(), added.end());
}

/// Bytes that are no UTF-8 (in a path, say) do not matter here.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json answer_of(const CheckItem& item, std::uint64_t max_memory) {
  ScenarioChoice choice{item.file, std::nullopt, {}};
  if (!item.variant.empty()) choice.variant = item.variant;
  const Scenario s = load_scenario(choice);
  Setup setup(s, item.mode);
  Json json;
  check::Outcome outcome;
  std::optional<std::vector<std::string>> unexpected;
  if (item.mode == Mode::run) {
    const timed::TimedResult result = run_timed(setup, s, s.run.seed, {});
    outcome = outcome_of(result);
    json["interrupted"] = result.end == timed::End::interrupted;
    unexpected = surprises(s, s.expected_run, outcome);
  } else {
    explore::Limits limits;
    limits.max_states = s.max_states;
    limits.max_memory = max_memory;
    const explore::Result result = explore_all(setup, s, limits, true);
    outcome = outcome_of(result, setup.fabric(), true);
    json["interrupted"] = result.bound == explore::Bound::interrupted;
    unexpected = surprises(s, s.expected_explore, outcome);
  }
  json["expects"] = unexpected.has_value();
  json["surprises"] = unexpected.value_or(std::vector<std::string>());
  json["outcome"] = check::to_json(outcome);
  return json;
}

}  // namespace

std::string to_string(Mode mode) {
  return mode == Mode::run ? "run" : "explore";
}

std::vector<CheckItem> find_items(const std::vector<std::string>& files, bool with_long) {
  std::vector<CheckItem> items;
  std::map<std::string, std::string> names;
  for (const std::string& file : files) {
    try {
      add_file(file, with_long, names, items);
    } catch (const InputError& e) {
      items.push_back(broken_file(file, e));
    }
  }
  return items;
}

std::string check_in_child(const CheckItem& item, std::uint64_t max_memory) {
  try {
    return text_of(answer_of(item, max_memory));
  } catch (const Error& e) {
    return text_of({{"error", e.what()},
                    {"mistakes", errors_json(e.mistakes())},
                    {"wrong_input", e.exit_code() == ExitCode::input}});
  } catch (const std::exception& e) {
    const std::string text = std::string("internal error: ") + e.what();
    return text_of({{"error", text},
                    {"mistakes", errors_json({Mistake{.message = text}})},
                    {"wrong_input", false}});
  }
}

void take_answer(CheckItem& item, const std::string& answer) {
  const Json json = Json::parse(answer);
  if (json.contains("error")) {
    item.error = json["error"].get<std::string>();
    item.mistakes = json["mistakes"];
    item.wrong_input = json["wrong_input"].get<bool>();
    return;
  }
  item.interrupted = json["interrupted"].get<bool>();
  if (item.interrupted) return;
  item.outcome = check::outcome_from_json(json["outcome"]);
  item.expects = json["expects"].get<bool>();
  item.reasons = json["surprises"].get<std::vector<std::string>>();
}

}  // namespace irqloom::app
