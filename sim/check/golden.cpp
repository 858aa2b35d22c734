#include "sim/check/golden.h"

#include <algorithm>
#include <filesystem>

#include "sim/scenario/document.h"
#include "sim/scenario/output.h"

namespace irqloom::check {
namespace {

using scenario::Cursor;
using scenario::Json;

constexpr const char* format_name = "irqloom-golden";

Json json_of(const std::string& mode, const Outcome& o) {
  Json json = {{"verdict", std::string(to_string(o.verdict))}};
  if (mode == "run") {
    json["steps"] = o.steps;
  } else {
    json["states"] = o.states;
    json["transitions"] = o.transitions;
  }
  json["fingerprint"] = o.fingerprint;
  json["violations"] = Json::array();
  for (const Broken& b : o.broken)
    json["violations"].push_back(
        {{"property", b.property}, {"where", b.where}, {"steps", b.steps}});
  return json;
}

Outcome outcome_of(const Cursor& c) {
  c.unknown_keys({"verdict", "steps", "states", "transitions", "fingerprint", "violations"});
  Outcome o;
  o.verdict = c["verdict"].one_of<Verdict>(verdict_names());
  o.steps = c["steps"].uint_or(0);
  o.states = c["states"].uint_or(0);
  o.transitions = c["transitions"].uint_or(0);
  o.fingerprint = c["fingerprint"].string();
  for (const Cursor& v : c["violations"].elements()) {
    v.unknown_keys({"property", "where", "steps"});
    o.broken.push_back({v["property"].string(), v["where"].string(), v["steps"].uint(), {}});
  }
  return o;
}

std::string place(const Broken& b) {
  return b.where.empty() ? b.property : b.property + " at " + b.where;
}

void compare_numbers(const char* what, std::uint64_t golden, std::uint64_t now,
                     std::vector<std::string>& list) {
  if (golden == now) return;
  list.push_back(std::string(what) + ": " + std::to_string(now) + ", golden was " +
                 std::to_string(golden));
}

void compare_broken(const Outcome& golden, const Outcome& now, std::vector<std::string>& list) {
  const auto find = [](const Outcome& in, const Broken& b) {
    return std::find_if(in.broken.begin(), in.broken.end(), [&](const Broken& other) {
      return other.property == b.property && other.where == b.where;
    });
  };
  for (const Broken& b : now.broken) {
    const auto before = find(golden, b);
    if (before == golden.broken.end()) {
      list.push_back(place(b) + " is new");
    } else {
      compare_numbers(("steps to " + place(b)).c_str(), before->steps, b.steps, list);
    }
  }
  for (const Broken& b : golden.broken) {
    if (find(now, b) == now.broken.end()) list.push_back(place(b) + " was golden and is gone");
  }
}

}  // namespace

Golden::Golden(const std::string& folder, const std::string& scenario)
    : path_(folder + "/" + scenario + ".json"), scenario_(scenario) {
  if (!std::filesystem::exists(path_)) return;
  const scenario::Document document = scenario::Document::from_file(path_);
  const Cursor root = document.root();
  root.unknown_keys({"format", "scenario", "outcomes"});
  root["format"].one_of({format_name});
  root["scenario"].one_of({scenario});
  for (const auto& [variant, modes] : root["outcomes"].items()) {
    for (const auto& [mode, outcome] : modes.items())
      outcomes_[{variant, mode}] = outcome_of(outcome);
  }
}

std::optional<Outcome> Golden::find(const std::string& variant, const std::string& mode) const {
  const auto found = outcomes_.find({variant, mode});
  if (found == outcomes_.end()) return std::nullopt;
  return found->second;
}

void Golden::accept(const std::string& variant, const std::string& mode, const Outcome& outcome) {
  const auto [entry, is_new] = outcomes_.try_emplace({variant, mode});
  Outcome& golden = entry->second;
  const bool is_same =
      golden.fingerprint == outcome.fingerprint && differences(golden, outcome).empty();
  if (!is_new && is_same) return;
  golden = outcome;
  changed_ = true;
}

std::vector<std::string> Golden::accept_if_counts_equal(const std::string& variant,
                                                        const std::string& mode,
                                                        const Outcome& outcome) {
  std::optional<Outcome> known = find(variant, mode);
  if (!known) return {"nothing is golden that its numbers could be equal to"};
  if (mode == "explore") known->fingerprint = outcome.fingerprint;
  std::vector<std::string> reasons = differences(*known, outcome);
  if (reasons.empty()) accept(variant, mode, outcome);
  return reasons;
}

void Golden::keep_only(const std::vector<std::string>& names) {
  const std::size_t removed = std::erase_if(outcomes_, [&](const auto& entry) {
    return std::find(names.begin(), names.end(), entry.first.first) == names.end();
  });
  changed_ = changed_ || removed != 0;
}

void Golden::write() const {
  if (!changed_) return;
  Json json = {{"format", format_name}, {"scenario", scenario_}};
  json["outcomes"] = Json::object();
  for (const auto& [key, outcome] : outcomes_)
    json["outcomes"][key.first][key.second] = json_of(key.second, outcome);
  scenario::AtomicFile file(path_);
  file << json.dump(2) << '\n';
  file.commit();
}

std::vector<std::string> differences(const Outcome& golden, const Outcome& now) {
  std::vector<std::string> list;
  if (golden.verdict != now.verdict) {
    list.push_back("verdict: " + std::string(to_string(now.verdict)) + ", golden was " +
                   std::string(to_string(golden.verdict)));
  }
  compare_broken(golden, now, list);
  compare_numbers("steps", golden.steps, now.steps, list);
  compare_numbers("states", golden.states, now.states, list);
  compare_numbers("transitions", golden.transitions, now.transitions, list);
  if (list.empty() && golden.fingerprint != now.fingerprint) {
    list.push_back("fingerprint: " + now.fingerprint + ", golden was " + golden.fingerprint +
                   ", with equal numbers");
  }
  return list;
}

}  // namespace irqloom::check
