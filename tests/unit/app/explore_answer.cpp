// What `irqloom explore` says: what was judged, what not and why, and what shows it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using nlohmann::json;
using scenario::test::contains;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::Ended;
using test::replaced;
using test::small_text;

/// A small scenario with a property that asks for a state.
std::string asking_text(const std::string& field) {
  return replaced(small_text(), "\"lost-interrupt\": {}",
                  "\"lost-interrupt\": {}, \"asked\": {\"kind\": \"reachable\", \"why\": \"w\", "
                  "\"p\": {\"field\": \"" +
                      field + "\", \"is\": 1}}");
}

Ended explore(const TempFolder& folder, std::vector<std::string> more) {
  more.insert(more.begin(), {"explore", "x.json"});
  return test::irqloom(folder.path(), more);
}

/// The value of `member` in the one of `list` that is about the property; null: there is none.
json about(const json& list, const std::string& property, const std::string& member) {
  for (const json& entry : list) {
    if (entry["property"] == property) return entry[member];
  }
  return nullptr;
}

TEST_CASE("explore: a whole space is judged as a whole", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "x.json", small_text());
  const json answer = json::parse(explore(folder, {"--json"}).out);
  CHECK(answer["verdict"] == "holds");
  CHECK(about(answer["judged"], "spurious-entry", "how") == "every-state");
  CHECK(about(answer["judged"], "lost-interrupt", "how") == "every-path");
  CHECK(answer["judged"].size() == 2);
  CHECK(answer["not_judged"].empty());
  CHECK(answer["witnesses"].empty());
  CHECK(answer["advice"].empty());
  CHECK(answer["stats"]["expanded"] == answer["stats"]["states"]);
  CHECK(answer["limits"]["max_states"].is_null());
  CHECK(answer["limits"]["max_memory"] > 0);
  const std::string text = explore(folder, {}).out;
  CHECK(contains(text, "\njudged in every state: spurious-entry\n"));
  CHECK(contains(text, "\njudged on every path: lost-interrupt\n"));
  CHECK(!contains(text, "not judged"));
}

TEST_CASE("explore: a bound leaves something unjudged, and says what helps", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "x.json", small_text());
  const Ended e = explore(folder, {"--json", "--max-states", "20"});
  CHECK(e.code == 3);
  const json answer = json::parse(e.out);
  CHECK(answer["verdict"] == "inconclusive");
  CHECK(answer["judged"].empty());
  CHECK(about(answer["not_judged"], "spurious-entry", "reason") ==
        "not broken in what was visited");
  CHECK(about(answer["not_judged"], "lost-interrupt", "reason") ==
        "not broken in the part of the graph that was visited");
  CHECK(answer["limits"]["max_states"] == 20);
  CHECK(answer["reasons"][0] == "the bound on states was reached");
  const Ended text = explore(folder, {"--max-states", "20"});
  for (const char* said :
       {"inconclusive: 20 states were visited", "--max-states", "explore.max_states",
        "--max-memory", "--timeout", "assume", "\"unbounded\"", "without lost-interrupt"}) {
    INFO(said);
    CHECK(contains(text.out, said));
  }
  CHECK(contains(explore(folder, {"--max-states", "20", "-q"}).out,
                 "\nnot judged, not broken in what was visited: spurious-entry\n"));
}

TEST_CASE("explore: a bound on memory or time is named", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "x.json", small_text());
  const json memory = json::parse(explore(folder, {"--json", "--max-memory", "1k"}).out);
  CHECK(memory["verdict"] == "inconclusive");
  CHECK(memory["reasons"][0] == "the bound on memory was reached");
  CHECK(memory["not_judged"].size() == 2);
}

TEST_CASE("explore: a state that was seen is shown, bound or not", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "x.json", asking_text("dev0.work"));
  for (const std::vector<std::string>& bound :
       {std::vector<std::string>{}, std::vector<std::string>{"--max-states", "20"}}) {
    std::vector<std::string> arguments = {"--json"};
    arguments.insert(arguments.end(), bound.begin(), bound.end());
    const json answer = json::parse(explore(folder, arguments).out);
    CHECK(about(answer["judged"], "asked", "how") == "witness");
    REQUIRE(answer["witnesses"].size() == 1);
    const json& witness = answer["witnesses"][0];
    CHECK(witness["kind"] == "witness");
    CHECK(witness["steps"] > 0);
    CHECK(witness["witness"].size() == witness["steps"]);
    const std::string schedule = witness["schedule"];
    REQUIRE(std::filesystem::exists(folder / schedule));
    const Ended replayed = test::irqloom(folder.path(), {"replay", schedule});
    CHECK(replayed.code == 0);
    CHECK(contains(replayed.out, "holds: the schedule of asked on small"));
  }
  CHECK(contains(explore(folder, {}).out, "\njudged by a witness: asked ("));
}

TEST_CASE("explore: a witness that shows nothing any more is no verdict", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "x.json", asking_text("dev0.work"));
  const json answer = json::parse(explore(folder, {"--json"}).out);
  const std::string schedule = answer["witnesses"][0]["schedule"];
  // The same steps, but another question.
  write_file(folder / "x.json", replaced(asking_text("dev0.work"), "\"is\": 1", "\"is\": 0"));
  const Ended replayed = test::irqloom(folder.path(), {"replay", schedule});
  CHECK(replayed.code == 3);
  CHECK(contains(replayed.out, "the last state does not show any more what was to be reached"));
}

TEST_CASE("explore: what cannot be reached is in no state, not in 0 steps", "[app][program]") {
  const TempFolder folder;
  // Nothing is ever suspended here.
  write_file(folder / "x.json", asking_text("guest_irq16.wakeup_armed"));
  const Ended e = explore(folder, {});
  CHECK(e.code == 1);
  CHECK(contains(e.out, "\nviolated: no interleaving reaches what it should, of small\n"));
  CHECK(contains(e.out, "\n1. asked, in no state\n"));
  CHECK(contains(e.out, "\n  asked: in no state\n"));
  CHECK(!contains(e.out, "0 steps"));
  const json answer = json::parse(explore(folder, {"--json"}).out);
  CHECK(answer["violations"][0]["kind"] == "unreachable");
  CHECK(about(answer["judged"], "asked", "how") == "every-state");
}

}  // namespace
}  // namespace irqloom::app
