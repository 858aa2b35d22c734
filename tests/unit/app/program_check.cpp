// `irqloom check` where nothing is expected, and `irqloom replay` of what is no whole schedule.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/check/find_scenarios.h"
#include "sim/core/property.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using nlohmann::json;
using scenario::test::contains;
using scenario::test::content_of;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::Ended;
using test::irqloom;
using test::replaced;
using test::small_text;

const std::string expect_run = R"("expect": {"run": {"verdict": "holds"}, "why": "w"},)";

TEST_CASE("program: check counts apart what nobody expects", "[app][program][check]") {
  const TempFolder folder;
  write_file(folder / "none.json", small_text());
  write_file(folder / "half.json",
             replaced(small_text(), "\"name\": \"small\",", "\"name\": \"half\", " + expect_run));
  const Ended e = irqloom(folder.path(), {"check", "none.json", "half.json", "--junit", "j.xml"});
  INFO(e.out);
  CHECK(e.code == 0);
  CHECK(contains(e.out, "1 of 4 as expected, 3 with nothing expected"));
  CHECK(contains(e.out, "nothing expected"));
  const std::string junit = content_of(folder / "j.xml");
  CHECK(contains(junit, "tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"3\""));
  CHECK(contains(junit, "<skipped message=\"nothing is expected of it\"/>"));

  const json answer =
      json::parse(irqloom(folder.path(), {"check", "none.json", "half.json", "--json"}).out);
  CHECK(answer.at("total") == 4);
  CHECK(answer.at("as_expected") == 1);
  CHECK(answer.at("nothing_expected").size() == 3);
  CHECK(answer.at("unexpected").empty());

  const Ended strict = irqloom(
      folder.path(), {"check", "none.json", "half.json", "--strict", "--junit", "j.xml", "-q"});
  CHECK(strict.code == 1);
  CHECK(contains(content_of(folder / "j.xml"), "failures=\"3\""));
  CHECK(irqloom(folder.path(), {"check", "half.json", "--only", "run", "--strict"}).code == 0);
}

// A second cause at another place must not hide behind the first.
TEST_CASE("check: every shipped expectation of a built-in property says where", "[check]") {
  for (const std::string& file :
       check::find_scenarios({std::string(IRQLOOM_SOURCE_DIR) + "/scenarios"})) {
    std::vector<std::string> variants = variant_names(file);
    for (const std::string& variant : variants) {
      const Scenario s = load_scenario({file, variant, {}});
      for (const auto& expected : {s.expected_run, s.expected_explore}) {
        INFO(file << ' ' << variant);
        REQUIRE(expected);
        for (const auto& [property, texts] : expected->violations) {
          INFO(property);
          CHECK((!(PropertyTypes::find(property) != nullptr) || !texts.empty()));
        }
      }
    }
  }
}

TEST_CASE("program: a schedule without its end, or without steps, proves nothing",
          "[app][program]") {
  const TempFolder folder;
  std::string text = replaced(small_text(), "\"raises\": 1", "\"raises\": \"unbounded\"");
  text = replaced(text, "\"oneshot\": false, \"actions\": {\"dev0\": {\"serves\": \"primary\"}}",
                  "\"actions\": {\"dev0\": {}}");
  write_file(folder / "broken.json", text);
  const json answer = json::parse(irqloom(folder.path(), {"explore", "broken.json", "--json"}).out);
  const std::string file = answer.at("violations").at(0).at("schedule");
  json schedule = json::parse(content_of(folder / file));
  CHECK(schedule.at("length") == schedule.at("steps").size());
  CHECK(irqloom(folder.path(), {"replay", file, "-q"}).code == 1);

  json cut = schedule;
  cut["steps"].erase(cut["steps"].end() - 1);
  write_file(folder / "cut.schedule.json", cut.dump());
  const Ended short_one = irqloom(folder.path(), {"replay", "cut.schedule.json"});
  INFO(short_one.out);
  CHECK(short_one.code == 3);
  CHECK(contains(short_one.out, "cut short: it has "));

  for (const bool says_length : {true, false}) {
    json empty = schedule;
    empty["steps"] = json::array();
    if (!says_length) empty.erase("length");
    write_file(folder / "empty.schedule.json", empty.dump());
    const Ended e = irqloom(folder.path(), {"replay", "empty.schedule.json"});
    INFO(e.out);
    CHECK(e.code == 3);
    CHECK(contains(e.out, "has no steps"));
  }
}

}  // namespace
}  // namespace irqloom::app
