// The parts of `irqloom check`.
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/check/expect.h"
#include "sim/check/find_scenarios.h"
#include "sim/check/fork.h"
#include "sim/check/golden.h"
#include "sim/check/junit.h"
#include "tests/unit/scenario/helpers.h"

namespace irqloom::check {
namespace {

using scenario::test::contains;
using scenario::test::content_of;
using scenario::test::document;
using scenario::test::message_of;
using scenario::test::TempFolder;
using scenario::test::write_file;

Expectation expectation(const std::string& text) {
  return read_expectation(document(text).root(), {"a", "b"});
}

Outcome violated(std::vector<Broken> broken) {
  Outcome o;
  o.verdict = Verdict::violated;
  o.broken = std::move(broken);
  o.states = 10;
  o.transitions = 20;
  o.fingerprint = "f";
  return o;
}

TEST_CASE("check: an expectation of a label is met by that label alone", "[check]") {
  const Expectation e = expectation(R"({"verdict": "violated", "violations": {"a": ["R27"]}})");
  CHECK(compare(e, violated({{"a", "line (K-R27)", 3}})).empty());
  CHECK(compare(e, violated({{"a", "x R27", 3}, {"a", "y R27", 3}})).empty());
  // Another label, the right one missing, another property, none at all.
  CHECK(compare(e, violated({{"a", "R27", 3}, {"a", "R23", 3}})).size() == 1);
  CHECK(compare(e, violated({{"a", "R23", 3}})).size() == 2);
  CHECK(compare(e, violated({{"a", "R27", 3}, {"b", "", 3}})).size() == 1);
  CHECK(compare(e, Outcome{}).size() == 2);
}

TEST_CASE("check: an expectation of two labels needs both", "[check]") {
  const Expectation e = expectation(R"({"verdict": "violated", "violations": {"a": ["1", "2"]}})");
  CHECK(compare(e, violated({{"a", "1", 3}, {"a", "2", 3}})).empty());
  CHECK(compare(e, violated({{"a", "1", 3}})).size() == 1);
}

TEST_CASE("check: no label means any", "[check]") {
  const Expectation e = expectation(R"({"verdict": "violated", "violations": {"a": []}})");
  CHECK(compare(e, violated({{"a", "1", 3}, {"a", "2", 3}})).empty());
  CHECK(compare(e, violated({{"b", "1", 3}})).size() == 2);
}

TEST_CASE("check: a step can be expected like a place", "[check]") {
  const Broken lost{"a", "dev0", 3, "'raise' of raise"};
  CHECK(place_of(lost) == "dev0, step 'raise' of raise");
  const auto expecting = [&](const std::string& text) {
    return compare(
        expectation(R"({"verdict": "violated", "violations": {"a": [")" + text + "\"]}}"),
        violated({lost}));
  };
  CHECK(expecting("dev0").empty());
  CHECK(expecting("step 'raise'").empty());
  CHECK(expecting("dev0, step 'raise' of raise").empty());
  // Lost at the same device, and by another step: another cause.
  CHECK(expecting("step 'reset'").size() == 2);
}

TEST_CASE("check: a property without a place is named without one", "[check]") {
  const auto told = compare(expectation(R"({"verdict": "holds"})"), violated({{"a", "", 3}}));
  REQUIRE(told.size() == 2);
  CHECK(told[1] == "a is violated, which was not expected");
  const auto here = compare(expectation(R"({"verdict": "violated", "violations": {"a": ["x"]}})"),
                            violated({{"a", "", 3}}));
  REQUIRE(here.size() == 2);
  CHECK(here[1] == "a is violated, where it was not expected");
}

TEST_CASE("check: an inconclusive verdict says why", "[check]") {
  Outcome o;
  o.verdict = Verdict::inconclusive;
  o.reason = "the bound on states was reached";
  const auto differences = compare(expectation(R"({"verdict": "holds"})"), o);
  REQUIRE(differences.size() == 1);
  CHECK(contains(differences[0], "the bound on states"));
  CHECK(compare(expectation(R"({"verdict": "inconclusive"})"), o).empty());
}

TEST_CASE("check: golden results come back as they were accepted", "[check]") {
  const TempFolder folder;
  const Outcome run = [] {
    Outcome o;
    o.steps = 7;
    o.fingerprint = "r";
    return o;
  }();
  const Outcome explored = violated({{"a", "here", 5}});
  {
    Golden golden(folder / "golden", "s");
    CHECK(!golden.find("v", "run"));
    golden.accept("v", "run", run);
    golden.accept("v", "explore", explored);
    golden.accept("old", "run", run);
    golden.write();
  }
  Golden golden(folder / "golden", "s");
  CHECK(differences(*golden.find("v", "run"), run).empty());
  CHECK(differences(*golden.find("v", "explore"), explored).empty());
  golden.keep_only({"v"});
  CHECK(!golden.find("old", "run"));
  CHECK(golden.find("v", "run"));
}

// A state's bytes change with its layout, the names in a trace do not.
TEST_CASE("check: where all counts are equal, another fingerprint of a space is accepted",
          "[check]") {
  const TempFolder folder;
  Golden golden(folder / "golden", "s");
  const Outcome before = violated({{"a", "here", 5}});
  golden.accept("v", "explore", before);
  golden.accept("v", "run", before);
  const auto refused = [&](const std::string& variant, const std::string& mode, auto&& change) {
    Outcome now = before;
    now.fingerprint = "g";
    change(now);
    const std::size_t reasons = golden.accept_if_counts_equal(variant, mode, now).size();
    const auto known = golden.find(variant, mode);
    CHECK((known && known->fingerprint == "g") == (reasons == 0));
    return reasons;
  };
  CHECK(refused("v", "explore", [](Outcome& o) { o.verdict = Verdict::holds; }) == 1);
  CHECK(refused("v", "explore", [](Outcome& o) { o.states = 11; }) == 1);
  CHECK(refused("v", "explore", [](Outcome& o) { o.transitions = 21; }) == 1);
  CHECK(refused("v", "explore", [](Outcome& o) { o.broken[0].steps = 4; }) == 1);
  CHECK(refused("v", "explore", [](Outcome& o) { o.broken[0].where = "there"; }) == 2);
  CHECK(refused("v", "explore", [](Outcome& o) { o.broken[0].property = "b"; }) == 2);
  CHECK(refused("v", "run", [](Outcome&) {}) == 1);
  CHECK(refused("new", "explore", [](Outcome&) {}) == 1);
  CHECK(refused("v", "explore", [](Outcome&) {}) == 0);
}

TEST_CASE("check: a golden file of another scenario is refused", "[check]") {
  const TempFolder folder;
  Golden golden(folder / "g", "s");
  golden.accept("v", "run", Outcome{});
  golden.write();
  write_file(folder / "g/t.json", content_of(folder / "g/s.json"));
  REQUIRE(contains(content_of(folder / "g/t.json"), "\"scenario\": \"s\""));
  const std::string message = message_of([&] { const Golden other(folder / "g", "t"); });
  INFO(message);
  CHECK(contains(message, "t.json:3:"));
  CHECK(contains(message, "expected: \"t\""));
}

TEST_CASE("check: every number that differs from the golden one is told", "[check]") {
  const Outcome golden = violated({{"a", "here", 5}});
  const auto told = [&](auto&& change) {
    Outcome now = golden;
    change(now);
    return differences(golden, now).size();
  };
  CHECK(told([](Outcome&) {}) == 0);
  CHECK(told([](Outcome& o) { o.verdict = Verdict::holds; }) == 1);
  CHECK(told([](Outcome& o) { o.states = 11; }) == 1);
  CHECK(told([](Outcome& o) { o.transitions = 21; }) == 1);
  CHECK(told([](Outcome& o) { o.steps = 1; }) == 1);
  CHECK(told([](Outcome& o) { o.fingerprint = "g"; }) == 1);
  CHECK(told([](Outcome& o) { o.broken[0].steps = 4; }) == 1);
  CHECK(told([](Outcome& o) { o.broken[0].where = "there"; }) == 2);
  CHECK(told([](Outcome& o) { o.seconds = 1; }) == 0);
}

TEST_CASE("check: an outcome goes through a pipe", "[check]") {
  Outcome o = violated({{"a", "h", 5}, {"b", "", 0}});
  o.steps = 3;
  o.reason = "r";
  const Outcome back = outcome_from_json(to_json(o));
  CHECK(back.verdict == o.verdict);
  CHECK(back.broken == o.broken);
  CHECK(back.reason == o.reason);
  CHECK(differences(o, back).empty());
}

TEST_CASE("check: children answer in order, and one that crashes harms nobody", "[check]") {
  const std::atomic<bool> stop = false;
  std::vector<std::function<std::string()>> work;
  for (int i = 0; i < 9; ++i)
    work.emplace_back([i] { return std::string(100'000, static_cast<char>('a' + i)); });
  work[4] = [] {
    raise(SIGKILL);
    return std::string();
  };
  work[5] = []() -> std::string { _exit(3); };
  std::size_t done = 0;
  const auto results = run_forked(work, 3, stop, [&](std::size_t n) { done = n; });
  CHECK(done == 9);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const bool crashed = i == 4 || i == 5;
    CHECK(results[i].started);
    CHECK(results[i].finished != crashed);
    if (!crashed) CHECK(results[i].output == std::string(100'000, static_cast<char>('a' + i)));
  }
  CHECK(contains(results[4].failure, "signal 9"));
  CHECK(contains(results[5].failure, "status 3"));
}

TEST_CASE("check: no child is started after a stop", "[check]") {
  std::atomic<bool> stop = false;
  const std::vector<std::function<std::string()>> work(5, [] { return std::string("x"); });
  const auto results = run_forked(work, 1, stop, [&](std::size_t n) { stop = n == 2; });
  CHECK(results[1].finished);
  CHECK(!results[2].started);
}

TEST_CASE("check: JUnit's XML counts and escapes", "[check]") {
  using Result = JunitCase::Result;
  const std::string text =
      junit_text({{"s.json", "v run", 0.5, Result::passed, {}},
                  {"s.json", "v explore", 1, Result::failed, "a <b> & \"c\"\nd"},
                  {"t.json", "run", 0, Result::error, "\x1b"},
                  {"t.json", "explore", 0, Result::skipped, {}}});
  CHECK(contains(text, "tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""));
  CHECK(contains(
      text, "<testsuite name=\"s.json\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\">"));
  CHECK(contains(text, "message=\"a &lt;b&gt; &amp; &quot;c&quot;\">"));
  CHECK(contains(text, "message=\"?\""));
  CHECK(contains(text, "time=\"0.500\"/>"));
}

TEST_CASE("check: scenarios are found below folders", "[check]") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "b/c");
  for (const std::string name :
       {"b/2.json", "b/c/1.json", "b/x.schema.json", "b/y.schedule.json", "b/z.txt"})
    write_file(folder / name, "{\"name\": \"n\"}");
  const std::vector<std::string> found = find_scenarios({folder / "b", folder / "b/2.json"});
  CHECK(found == std::vector<std::string>{folder / "b/2.json", folder / "b/c/1.json"});
  CHECK(name_in(found[0]) == "n");
  CHECK(name_in(folder / "b/z.txt") == "n");
  CHECK(name_in(folder / "nowhere").empty());
  std::filesystem::create_directory(folder / "empty");
  CHECK(contains(message_of([&] { find_scenarios({folder / "empty"}); }), "no scenario"));
}

}  // namespace
}  // namespace irqloom::check
