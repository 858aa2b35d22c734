#include "sim/trace/jsonl_sink.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using nlohmann::json;

namespace {

std::vector<json> told(const TraceInfo& info = toy::info()) {
  const std::string text =
      toy::told_by([](std::ostream& out) { return trace::JsonlSink(out); }, info);
  std::vector<json> objects;
  for (const std::string& line : toy::lines_of(text))
    objects.push_back(json::parse(line));
  return objects;
}

std::set<std::string> keys(const json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items())
    names.insert(name);
  return names;
}

}  // namespace

TEST_CASE("jsonl: a header, a line per step, an end", "[trace][jsonl]") {
  const std::vector<json> lines = told();
  REQUIRE(lines.size() == 1 + 9 + 1);
  CHECK(lines.front()["type"] == "header");
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(lines[1 + i]["type"] == "step");
    CHECK(lines[1 + i]["seq"] == i);
  }
  CHECK(
      lines.back() ==
      json{{"type", "end"}, {"end_ps", 4'639'831'500'000}, {"steps", 9}, {"verdict", "violated"}});
}

TEST_CASE("jsonl: the header names contexts and event types", "[trace][jsonl]") {
  TraceInfo info = toy::info(false);
  info.loop_start = 3;
  const json header = told(info).front();
  CHECK(header["format"] == "irqloom-trace");
  CHECK(header["format_version"] == 1);
  CHECK(header["scenario"] == "toy");
  CHECK(header["variant"] == "mainline");
  CHECK(header["timed"] == false);
  CHECK(header["loop_start"] == 3);
  CHECK(told().front()["loop_start"].is_null());
  CHECK(header["contexts"][1] == json{{"id", 1},
                                      {"name", "hardirq0"},
                                      {"layer", "host kernel"},
                                      {"comm", "hardirq0"},
                                      {"cpu", 0},
                                      {"level", "hardirq"}});
  const json wanted = {
      {"system", "toy"},
      {"name", "line"},
      {"args", {{{"name", "dev"}, {"kind", "name"}}, {{"name", "level"}, {"kind", "flag"}}}},
      {"format", ""}};
  const json& types = header["event_types"];
  CHECK(std::find(types.begin(), types.end(), wanted) != types.end());
}

TEST_CASE("jsonl: a step holds all that a record does", "[trace][jsonl]") {
  const std::vector<json> lines = told();
  const std::set<std::string> all = {
      "type",   "seq",    "t_ps",    "dur_ps", "ctx",  "context", "routine", "step",
      "source", "choice", "choices", "cause",  "flow", "events",  "changes", "violations"};
  for (std::size_t i = 1; i <= 9; ++i)
    CHECK(keys(lines[i]) == all);

  const json& raise = lines[1];
  CHECK(raise["cause"].is_null());
  CHECK(raise["flow"] == 1);
  CHECK(raise["source"] == "PCI 3.0, 2.2.6 \"INTx\"");
  CHECK(raise["events"] ==
        json{{{"system", "toy"}, {"name", "line"}, {"args", {{"dev", "dev0"}, {"level", 1}}}}});
  CHECK(raise["changes"] ==
        json{{{"slot", "dev0.pin"}, {"field", "line"}, {"old", 0}, {"new", 1}},
             {{"slot", "dev0.pin"},
              {"field", "mode"},
              {"old", 0},
              {"new", 1},
              {"text", "idle>pending"}},
             {{"slot", "dev0.pin"}, {"field", "raised"}, {"old", 0}, {"new", 1}}});

  CHECK(lines[2]["cause"] == 0);
  CHECK(lines[6]["t_ps"] == 4'639'826'000'000);
  CHECK(lines[6]["dur_ps"] == 500'000);
  CHECK(lines[8]["changes"][1] ==
        json{{"slot", "kvm.ioapic.pin16"}, {"field", "irr"}, {"index", 1}, {"old", 0}, {"new", 1}});

  const json& choice = lines[9];
  CHECK(choice["step"] == "choose; \"quoted\" <1> #2");
  CHECK(choice["choice"] == 2);
  CHECK(choice["choices"] == 3);
  CHECK(choice["flow"].is_null());
  CHECK(choice["violations"] == json{{{"property", "lost-interrupt"},
                                      {"where", "dev0"},
                                      {"message", "nobody will serve the device"}}});
}
