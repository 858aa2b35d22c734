#include "sim/check/expect.h"

#include <algorithm>

#include "sim/scenario/suggest.h"

namespace irqloom::check {
namespace {

using Differences = std::vector<std::string>;

/// " at \"dev0\"", or nothing where there is no place.
std::string at(const std::string& place) {
  return place.empty() ? "" : " at \"" + place + "\"";
}

void compare_places(const std::string& property, const std::vector<std::string>& texts,
                    const std::vector<std::string>& places, Differences& differences) {
  if (texts.empty()) return;
  const auto contains = [](const std::string& place, const std::string& text) {
    return place.find(text) != std::string::npos;
  };
  for (const std::string& text : texts) {
    const bool found = std::any_of(places.begin(), places.end(),
                                   [&](const std::string& p) { return contains(p, text); });
    if (!found) differences.push_back(property + " was expected" + at(text) + " and is not there");
  }
  for (const std::string& place : places) {
    const bool expected = std::any_of(texts.begin(), texts.end(),
                                      [&](const std::string& t) { return contains(place, t); });
    if (!expected)
      differences.push_back(property + " is violated" + at(place) + ", where it was not expected");
  }
}

}  // namespace

Expectation read_expectation(const scenario::Cursor& cursor,
                             const std::vector<std::string>& judged) {
  cursor.unknown_keys({"verdict", "violations"});
  Expectation e;
  e.verdict = cursor["verdict"].one_of<Verdict>(verdict_names());
  const scenario::Cursor violations = cursor["violations"];
  for (const auto& [property, texts] : violations.items_or_none()) {
    if (std::find(judged.begin(), judged.end(), property) == judged.end()) {
      texts.fail_key("\"" + property + "\" is not judged by this scenario",
                     scenario::list_of(judged), scenario::nearest(property, judged));
    }
    std::vector<std::string>& list = e.violations[property];
    for (const scenario::Cursor& text : texts.elements())
      list.push_back(text.string());
  }
  if (e.verdict == Verdict::violated && e.violations.empty())
    (violations ? violations : cursor).fail("a violated scenario violates something", "a property");
  if (e.verdict != Verdict::violated && !e.violations.empty())
    violations.fail("a scenario that is not violated violates nothing", "{}");
  return e;
}

std::string place_of(const Broken& broken) {
  if (broken.step.empty()) return broken.where;
  return (broken.where.empty() ? "" : broken.where + ", ") + "step " + broken.step;
}

Differences compare(const Expectation& expected, const Outcome& outcome) {
  Differences differences;
  if (expected.verdict != outcome.verdict) {
    std::string text = "the verdict is " + std::string(to_string(outcome.verdict)) +
                       ", expected was " + std::string(to_string(expected.verdict));
    if (!outcome.reason.empty()) text += " (" + outcome.reason + ")";
    differences.push_back(std::move(text));
  }
  std::map<std::string, std::vector<std::string>> found;
  for (const Broken& b : outcome.broken)
    found[b.property].push_back(place_of(b));
  for (const auto& [property, texts] : expected.violations) {
    const auto places = found.find(property);
    if (places == found.end()) {
      differences.push_back(property + " was expected to be violated and is not");
    } else {
      compare_places(property, texts, places->second, differences);
    }
  }
  for (const auto& [property, places] : found) {
    if (expected.violations.contains(property)) continue;
    differences.push_back(property + " is violated" + at(places.front()) +
                          ", which was not expected");
  }
  return differences;
}

}  // namespace irqloom::check
