#include "sim/scenario/cost_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/suggest.h"

namespace irqloom::scenario {
namespace {

using core::CostSpec;

constexpr std::uint64_t max_weight = 0xffffffff;

CostSpec uniform_cost(DurationRange range) {
  CostSpec cost;
  cost.kind = CostSpec::Kind::uniform;
  cost.min_ps = range.min_ps;
  cost.max_ps = range.max_ps;
  return cost;
}

CostSpec read_range(const Cursor& cursor) {
  const DurationRange range = cursor.duration_range();
  return range.min_ps == range.max_ps ? core::fixed_cost(range.min_ps) : uniform_cost(range);
}

CostSpec read_uniform(const Cursor& cursor) {
  constexpr const char* expected = "two durations, such as [\"5us\", \"10us\"]";
  const auto ends = cursor.elements();
  if (ends.size() != 2) {
    cursor.fail(fmt::format("\"uniform\" needs two ends and has {}", ends.size()), expected);
  }
  const DurationRange range = {ends[0].duration(), ends[1].duration()};
  if (range.min_ps > range.max_ps) {
    ends[1].fail(fmt::format("the upper end {} is below the lower end {}",
                             format_duration(range.max_ps), format_duration(range.min_ps)),
                 "the shorter duration first");
  }
  return uniform_cost(range);
}

std::uint64_t duration_of_key(const std::string& key, const Cursor& member) {
  try {
    return parse_duration(key);
  } catch (const UnitError& error) {
    member.fail_key(error.what(), error.expected());
  }
}

CostSpec read_choice(const Cursor& cursor) {
  CostSpec cost;
  cost.kind = CostSpec::Kind::weighted;
  for (const auto& [key, weight] : cursor.items()) {
    const std::uint64_t ps = duration_of_key(key, weight);
    const bool known = std::any_of(cost.choices.begin(), cost.choices.end(),
                                   [&](const auto& choice) { return choice.ps == ps; });
    if (known) {
      weight.fail_key(fmt::format("{} is there twice", format_duration(ps)),
                      "each duration once, however it is written");
    }
    cost.choices.push_back({ps, weight.uint(1, max_weight)});
  }
  if (cost.choices.empty()) {
    cursor.fail("\"choice\" is empty", "durations with weights, such as {\"5us\": 3, \"50us\": 1}");
  }
  std::sort(cost.choices.begin(), cost.choices.end(),
            [](const auto& a, const auto& b) { return a.ps < b.ps; });
  cost.min_ps = cost.choices.front().ps;
  cost.max_ps = cost.choices.back().ps;
  return cost;
}

CostSpec read_exponential(const Cursor& cursor) {
  cursor.unknown_keys({"mean", "max"});
  CostSpec cost;
  cost.kind = CostSpec::Kind::exponential;
  cost.mean_ps = cursor["mean"].duration();
  cost.max_ps = cursor["max"].duration();
  if (cost.mean_ps == 0) cursor["mean"].fail("\"mean\" is 0", "a duration above 0");
  if (cost.max_ps < cost.mean_ps) {
    cursor["max"].fail(fmt::format("\"max\" ({}) is below \"mean\" ({})",
                                   format_duration(cost.max_ps), format_duration(cost.mean_ps)),
                       "at least the mean");
  }
  return cost;
}

}  // namespace

CostSpec read_cost(const Cursor& cursor) {
  if (!cursor || !cursor.json().is_object()) return read_range(cursor);
  const std::vector<std::string> kinds = {"uniform", "choice", "exponential"};
  cursor.unknown_keys(kinds);
  const auto members = cursor.items();
  if (members.empty()) cursor.fail(cursor.label() + " is an empty object", list_of(kinds));
  if (members.size() > 1) {
    // What a patch adds to a base stands behind it: blame the last one.
    members.back().second.fail_key(
        fmt::format("{} has {} distributions", cursor.label(), members.size()),
        fmt::format("only one; a patch removes the other with \"{}\": null", members[0].first));
  }
  const auto& [kind, body] = members[0];
  if (kind == "uniform") return read_uniform(body);
  if (kind == "choice") return read_choice(body);
  return read_exponential(body);
}

}  // namespace irqloom::scenario
