// The real program: exit codes, what stands on stdout, files.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using nlohmann::json;
using scenario::test::contains;
using scenario::test::content_of;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::Ended;
using test::replaced;
using test::small_text;

/// The code before the fix of 2023, which everybody knows to be violated.
std::string broken_text() {
  std::string text = replaced(small_text(), "\"name\": \"small\"", "\"name\": \"broken\"");
  text = replaced(text, "\"raises\": 1", "\"raises\": \"unbounded\"");
  return replaced(text, "\"oneshot\": false, \"actions\": {\"dev0\": {\"serves\": \"primary\"}}",
                  "\"actions\": {\"dev0\": {}}");
}

/// The fields that the schedule of a first violation has.
json explored(const TempFolder& folder, const std::string& file) {
  return json::parse(test::irqloom(folder.path(), {"explore", file, "--json"}).out);
}

void expect_members(const json& object, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    INFO(name);
    CHECK(object.contains(name));
  }
}

TEST_CASE("program: exit codes follow the verdict", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "small.json", small_text());
  write_file(folder / "broken.json", broken_text());
  CHECK(test::irqloom(folder.path(), {"run", "small.json"}).code == 0);
  CHECK(test::irqloom(folder.path(), {"explore", "small.json"}).code == 0);
  CHECK(test::irqloom(folder.path(), {"run", "broken.json"}).code == 1);
  CHECK(test::irqloom(folder.path(), {"explore", "broken.json"}).code == 1);
  CHECK(test::irqloom(folder.path(), {"explore", "small.json", "--max-states", "10"}).code == 3);
  CHECK(test::irqloom(folder.path(), {"explore", "small.json", "--max-memory", "1k"}).code == 3);
}

TEST_CASE("program: wrong usage and wrong input are 2, with nothing on stdout", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "small.json", small_text());
  write_file(folder / "bad.json", replaced(small_text(), "linux-6.1", "linux-9"));
  const std::vector<std::vector<std::string>> lines = {
      {},
      {"dance"},
      {"run"},
      {"run", "nowhere.json"},
      {"run", "bad.json"},
      {"run", "small.json", "--trace", "pdf"},
      {"run", "small.json", "--seed", "one"},
      {"run", "small.json", "--set", "nothing"},
      {"run", "small.json", "--variant", "none"},
      {"explore", "small.json", "--max-states", "many"},
      {"explore", "small.json", "--timeout", "soon"},
      {"replay", "small.json"},
      {"check", "nowhere"},
      {"list", "everything"}};
  for (const auto& line : lines) {
    const Ended e = test::irqloom(folder.path(), line);
    INFO((line.empty() ? "no argument" : line.front() + " " + line.back()) << ": " << e.err);
    CHECK(e.code == 2);
    CHECK(e.out.empty());
    CHECK(!e.err.empty());
  }
  CHECK(contains(test::irqloom(folder.path(), {"run", "smal.json"}).err, "small.json"));
  CHECK(test::irqloom(folder.path(), {"run", "bad.json"}).err.starts_with("bad.json:5:13: "));
}

TEST_CASE("program: what cannot be written is 4", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "small.json", small_text());
  write_file(folder / "broken.json", broken_text());
  write_file(folder / "file", "in the way");
  CHECK(test::irqloom(folder.path(), {"explore", "broken.json", "--out", "file/below"}).code == 4);
  CHECK(
      test::irqloom(folder.path(), {"run", "small.json", "--trace", "vcd", "--out", "file"}).code ==
      4);
  CHECK(test::irqloom(folder.path(), {"check", "small.json", "--junit", "file/x.xml"}).code == 4);
}

TEST_CASE("program: run answers in JSON", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  const Ended e = test::irqloom(folder.path(), {"run", "broken.json", "--json", "--seed", "7"});
  CHECK(e.err.empty());
  const json answer = json::parse(e.out);
  expect_members(answer,
                 {"scenario", "variant", "mode", "verdict", "violations", "stats", "fingerprint"});
  CHECK(answer["scenario"] == "broken");
  CHECK(answer["mode"] == "timed");
  CHECK(answer["verdict"] == "violated");
  CHECK(answer["seed"] == 7);
  REQUIRE(answer["violations"].size() == 1);
  const json& violation = answer["violations"][0];
  CHECK(violation["property"] == "spurious-entry");
  CHECK(violation["kind"] == "safety");
  CHECK(contains(violation["where"].get<std::string>(), "K-R23"));
  CHECK(violation["steps"] > 0);
  const json& stats = answer["stats"];
  expect_members(stats, {"steps", "end_time_ns", "interrupts", "latencies"});
  CHECK(stats["end_time_ns"] == 20'000'000);
  // Each raise is answered by two entries of which the second finds nothing.
  const json& guest = stats["interrupts"]["guest: dev0"];
  CHECK(guest["spurious"] > 0);
  CHECK(guest["entries"] >= guest["spurious"]);
  CHECK(stats["latencies"]["dev0"]["raise_to_served"]["min_ns"] > 200'000);
}

TEST_CASE("program: explore answers in JSON, and writes schedules", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  const json answer = explored(folder, "broken.json");
  CHECK(answer["mode"] == "explore");
  CHECK(answer["verdict"] == "violated");
  expect_members(answer["stats"], {"states", "transitions", "depth", "seconds", "states_per_second",
                                   "bytes_per_state"});
  REQUIRE(answer["violations"].size() == 2);
  for (const json& v : answer["violations"]) {
    expect_members(v, {"property", "kind", "where", "message", "steps"});
    CHECK(v["counterexample"].size() == v["steps"]);
    CHECK(std::filesystem::exists(folder / v["schedule"].get<std::string>()));
  }
  CHECK(contains(answer["assumptions"][0].get<std::string>(), "3 instead of 10,000"));
}

TEST_CASE("program: the answers are the same every time", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  const auto run = [&](const std::string& out) {
    return test::irqloom(folder.path(), {"run", "broken.json", "--trace",
                                         "text,jsonl,vcd,perfetto,ftrace", "--out", out});
  };
  const Ended first = run("one");
  const Ended second = run("two");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "one")) {
    INFO(entry.path());
    CHECK(content_of(entry.path()) ==
          content_of(folder / ("two/" + entry.path().filename().string())));
    ++files;
  }
  CHECK(files >= 6);  // Five formats, and what GTKWave needs.
  CHECK(contains(first.out, "broken.vcd"));
  CHECK(second.code == first.code);
}

TEST_CASE("program: a command that is misspelt names the nearest", "[app][program]") {
  const TempFolder folder;
  const Ended e = test::irqloom(folder.path(), {"repaly"});
  CHECK(e.code == 2);
  CHECK(e.out.empty());
  CHECK(contains(e.err, "there is no command \"repaly\""));
  CHECK(contains(e.err, "did you mean \"replay\"?"));
}

TEST_CASE("program: a schedule is replayed", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  const json violation = explored(folder, "broken.json")["violations"][0];
  const std::string schedule = violation["schedule"];
  const Ended replayed =
      test::irqloom(folder.path(), {"replay", schedule, "--json", "--trace", "jsonl"});
  CHECK(replayed.code == 1);
  CHECK(replayed.err.empty());
  const json answer = json::parse(replayed.out);
  CHECK(answer["mode"] == "replay");
  CHECK(answer["verdict"] == "violated");
  REQUIRE(answer["violations"].size() == 1);
  CHECK(answer["violations"][0]["where"] == violation["where"]);
  CHECK(answer["violations"][0]["steps"] == violation["steps"]);
  CHECK(std::filesystem::exists(folder / answer["files"][0].get<std::string>()));
}

TEST_CASE("program: a schedule of another scenario is refused", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  write_file(folder / "small.json", small_text());
  const std::string schedule = explored(folder, "broken.json")["violations"][0]["schedule"];
  const Ended other =
      test::irqloom(folder.path(), {"replay", schedule, "--scenario", "small.json"});
  CHECK(other.code == 2);
  CHECK(contains(other.err, "broken"));
  std::filesystem::remove(folder / "broken.json");
  const Ended gone = test::irqloom(folder.path(), {"replay", schedule});
  CHECK(gone.code == 2);
  CHECK(contains(gone.err, "--scenario FILE"));
}

TEST_CASE("program: a schedule of yesterday is replayed as far as it fits", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  std::string schedule;
  const json before = explored(folder, "broken.json");
  for (const json& v : before["violations"]) {
    if (contains(v["where"].get<std::string>(), "K-R23")) schedule = v["schedule"];
  }
  write_file(folder / "broken.json", replaced(broken_text(), "linux-6.1", "linux-6.12"));
  const Ended e = test::irqloom(folder.path(), {"replay", schedule});
  CHECK(e.code == 3);
  CHECK(contains(e.err, "warning: the scenario has changed"));
  CHECK(contains(e.out, "does not fit"));
  CHECK(contains(e.out, "irqfd_resampler_notify"));
}

TEST_CASE("program: an interrupted exploration says what it found so far", "[app][program]") {
  const TempFolder folder;
  // Two devices of one line that raise without end: far more than a second's worth of states.
  std::string text = replaced(small_text(), "\"raises\": 1}",
                              "\"raises\": \"unbounded\"}, \"dev1\": {\"type\": \"pci\", "
                              "\"host_pin\": 15, \"gsi\": 16, \"raises\": \"unbounded\"}");
  text = replaced(text, "{\"dev0\": {\"serves\": \"primary\"}}", "{\"dev0\": {}, \"dev1\": {}}");
  text = replaced(text, "\"oneshot\": false", "\"oneshot\": true");
  write_file(folder / "big.json", text);
  const Ended e = test::interrupted_irqloom(
      folder.path(), {"explore", "big.json", "--json", "--max-states", "1G"}, 1500);
  CHECK(e.code == 130);
  const json answer = json::parse(e.out);
  CHECK(answer["stats"]["states"] > 0);
  CHECK(answer["reasons"][0] == "interrupted");
}

TEST_CASE("program: quiet is one line", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  for (const std::string command : {"run", "explore"}) {
    const Ended e = test::irqloom(folder.path(), {command, "broken.json", "-q"});
    CHECK(std::count(e.out.begin(), e.out.end(), '\n') == 1);
    CHECK(e.out.starts_with("violated: "));
  }
}

TEST_CASE("program: a terminal's columns and colours are respected", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  for (const std::string command : {"run", "explore"}) {
    const std::string out = test::irqloom(folder.path(), {command, "broken.json"}).out;
    CHECK(!contains(out, "\x1b"));  // No terminal, no colours.
  }
}

TEST_CASE("program: mermaid diagrams stand in fenced blocks", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "broken.json", broken_text());
  const std::string out = test::irqloom(folder.path(), {"explore", "broken.json", "--mermaid"}).out;
  CHECK(contains(out, "```mermaid\nsequenceDiagram"));
  CHECK(contains(out, "\n```\n"));
}

TEST_CASE("program: list, schema and graph answer", "[app][program]") {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "scenarios");
  write_file(folder / "scenarios/small.json", small_text());
  const Ended all = test::irqloom(folder.path(), {"list"});
  CHECK(all.code == 0);
  for (const std::string part :
       {"kernels\n", "linux-6.12", "kvm.resample=postpone-v2", "kvm/ioapic", "lost-interrupt",
        "kvm.eoi_delay", "scenarios/small.json"})
    CHECK(contains(all.out, part));
  const json costs = json::parse(test::irqloom(folder.path(), {"list", "costs", "--json"}).out);
  expect_members(costs["costs"][0], {"name", "what", "source"});
  CHECK(json::parse(test::irqloom(folder.path(), {"schema"}).out)["$schema"] ==
        "http://json-schema.org/draft-07/schema#");
  const Ended graph = test::irqloom(folder.path(), {"graph", "scenarios/small.json"});
  CHECK(graph.code == 0);
  CHECK(graph.out.starts_with("digraph"));
  CHECK(contains(graph.err, "dev0: at least "));
}

TEST_CASE("program: check runs everything and compares", "[app][program]") {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "scenarios");
  const std::string expectation =
      ",\n  \"expect\": {\"run\": {\"verdict\": \"holds\"}, \"explore\": {\"verdict\": \"holds\"}, "
      "\"why\": \"served before the EOI\"}\n}";
  std::string text = small_text();
  text.replace(text.rfind("\n}"), 2, expectation);
  write_file(folder / "scenarios/small.json", text);

  const json first = json::parse(test::irqloom(folder.path(), {"check", "--json"}).out);
  CHECK(first["total"] == 2);
  CHECK(first["as_expected"] == 2);
  CHECK(first["unexpected"].empty());
  CHECK(first["without_golden"].size() == 2);

  CHECK(test::irqloom(folder.path(), {"check", "--promote"}).code == 0);
  const std::string golden = content_of(folder / "results/golden/small.json");
  CHECK(json::parse(golden)["outcomes"][""]["explore"]["states"] > 0);
  const json second = json::parse(test::irqloom(folder.path(), {"check", "--json"}).out);
  CHECK(second["without_golden"].empty());

  // Another scenario by the same name: its numbers are not golden any more.
  write_file(folder / "scenarios/small.json", replaced(text, "\"raises\": 1", "\"raises\": 2"));
  const Ended changed = test::irqloom(folder.path(), {"check", "--json", "--junit", "report.xml"});
  CHECK(changed.code == 1);
  const json third = json::parse(changed.out);
  CHECK(third["as_expected"] < 2);
  CHECK(contains(third["unexpected"].dump(), "golden was"));
  CHECK(contains(content_of(folder / "report.xml"), "<failure message="));
}

TEST_CASE("program: check accepts other fingerprints of spaces, and no more", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "small.json", small_text());
  const auto check = [&](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"check", "small.json", "-q"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return test::irqloom(folder.path(), arguments);
  };
  const std::vector<std::string> cautiously = {"--promote", "--if-counts-equal"};
  CHECK(check({"--if-counts-equal"}).code == 2);
  CHECK(check(cautiously).code == 1);
  REQUIRE(check({"--promote"}).code == 0);
  const std::string path = folder / "results/golden/small.json";
  const std::string golden = content_of(path);
  const auto changed = [&](const char* mode, const char* member) {
    json file = json::parse(golden);
    json& value = file["outcomes"][""][mode][member];
    value = value.is_string() ? json("another") : json(value.get<unsigned>() + 1);
    return file.dump(2) + '\n';
  };

  write_file(path, changed("explore", "fingerprint"));
  CHECK(check({}).code == 1);
  CHECK(check(cautiously).code == 0);
  CHECK(content_of(path) == golden);

  for (const auto& [mode, member] : std::vector<std::pair<const char*, const char*>>{
           {"explore", "states"}, {"run", "steps"}, {"run", "fingerprint"}}) {
    const std::string other = changed(mode, member);
    write_file(path, other);
    INFO(mode << " " << member);
    CHECK(check(cautiously).code == 1);
    CHECK(content_of(path) == other);
  }
}

TEST_CASE("program: check reports a broken file and goes on", "[app][program]") {
  const TempFolder folder;
  write_file(folder / "a.json", replaced(small_text(), "linux-6.1", "linux-9"));
  write_file(folder / "b.json", small_text());
  const Ended e = test::irqloom(folder.path(), {"check", "a.json", "b.json", "--json"});
  CHECK(e.code == 2);
  const json answer = json::parse(e.out);
  CHECK(answer["total"] == 3);
  CHECK(answer["as_expected"] == 0);  // The good one says nothing of what it expects.
  CHECK(answer["nothing_expected"].size() == 2);
  CHECK(contains(answer["unexpected"][0]["reasons"][0].get<std::string>(), "a.json:5:13: "));
}

}  // namespace
}  // namespace irqloom::app
