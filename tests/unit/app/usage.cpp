// What the command line answers to whoever uses it wrongly, and to whoever asks it for help: a test
// for each kind of mistake.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/app/option_values.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using nlohmann::json;
using scenario::test::contains;
using scenario::test::content_of;
using scenario::test::message_of;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::broken_text;
using test::Ended;
using test::full_text;
using test::irqloom;
using test::replaced;
using test::small_text;

using Line = std::vector<std::string>;

/// A line that is refused, and what the answer says.
struct Refused {
  Line line;
  std::vector<std::string> says;
};

std::string joined(const Line& line) {
  std::string text = "irqloom";
  for (const std::string& word : line)
    text += " " + word.substr(0, 40);
  return text;
}

void expect_refused(const TempFolder& folder, const std::vector<Refused>& table) {
  for (const Refused& row : table) {
    const Ended e = irqloom(folder.path(), row.line);
    INFO(joined(row.line) << ": " << e.err);
    CHECK(e.code == 2);
    CHECK(e.out.empty());
    for (const std::string& part : row.says)
      CHECK(contains(e.err, part));
  }
}

// --- values of options --------------------------------------------------------------------------

TEST_CASE("usage: the value of an option is read as strictly as in a file", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  const std::string nines(20, '9');
  const std::string seed = "a whole number from 0 to 18446744073709551615";
  expect_refused(
      folder, {{{"run", "s.json", "--seed", "-1"}, {"--seed: \"-1\"", seed}},
               {{"run", "s.json", "--seed=-1"}, {"--seed: \"-1\"", seed}},
               {{"run", "s.json", "--seed", nines}, {nines, "out of range", seed}},
               {{"run", "s.json", "--seed", "1.5"}, {seed}},
               {{"run", "s.json", "--seed", "0x10"}, {seed}},
               {{"run", "s.json", "--seed", ""}, {seed}},
               {{"graph", "s.json", "--seed", "-1"}, {seed}},
               {{"explore", "s.json", "--seed", "-1"}, {seed}},
               {{"explore", "s.json", "--max-states", "0"}, {"bounds nothing", "200k"}},
               {{"explore", "s.json", "--max-states", "-1"}, {"--max-states: \"-1\"", "above 0"}},
               {{"explore", "s.json", "--max-states", "1.5k"}, {"above 0"}},
               {{"explore", "s.json", "--max-states", nines + "G"}, {"too large"}},
               {{"explore", "s.json", "--max-states", "5 k"}, {"above 0"}},
               {{"explore", "s.json", "--max-memory", "5"}, {"has no unit", "512M"}},
               {{"explore", "s.json", "--max-memory", "0G"}, {"bounds nothing"}},
               {{"explore", "s.json", "--max-memory", "-1G"}, {"one of k, M, G, T"}},
               {{"explore", "s.json", "--max-memory", nines + "T"}, {"too large"}},
               {{"explore", "s.json", "--timeout", "5"}, {"it has no unit", "20us"}},
               {{"explore", "s.json", "--timeout", "0s"}, {"at least 1ms"}},
               {{"explore", "s.json", "--timeout", "1us"}, {"at least 1ms"}},
               {{"explore", "s.json", "--timeout", "-5s"}, {"it is negative"}},
               {{"explore", "s.json", "--timeout", nines + "s"}, {"it is longer than"}},
               {{"check", "s.json", "-j", "0"}, {"from 1 to 1024"}},
               {{"check", "s.json", "--jobs", "-4"}, {"from 1 to 1024"}},
               {{"check", "s.json", "-j", nines}, {"from 1 to 1024"}}});
}

TEST_CASE("usage: numbers, counts, sizes and times say what they mean", "[app][usage]") {
  CHECK(parse_number("--seed", "18446744073709551615", 0) == 18446744073709551615U);
  CHECK(parse_count("--max-states", "200000") == 200'000);
  CHECK(parse_count("--max-states", "20M") == 20'000'000);
  CHECK(parse_count("--max-states", "1g") == 1'000'000'000);
  CHECK(parse_size("--max-memory", "1k") == 1024);
  CHECK(parse_size("--max-memory", "4G") == std::uint64_t{4} << 30);
  CHECK(parse_timeout("--timeout", "1.5s") == std::chrono::milliseconds(1500));
  CHECK(parse_name("--trace", "vcd", {"text", "vcd"}) == "vcd");
}

// --- names ---------------------------------------------------------------------------------------

TEST_CASE("usage: a misspelt name is answered with all names and the nearest", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  expect_refused(
      folder,
      {{{"run", "--varient", "linux-6.12", "s.json"},
        {"irqloom run: there is no option \"--varient\"", "\"--set\"",
         "did you mean \"--variant\"?"}},
       {{"run", "s.json", "--varient=one"}, {"did you mean \"--variant\"?"}},
       {{"run", "--varient"}, {"did you mean \"--variant\"?"}},
       {{"check", "--jonit", "x"}, {"irqloom check: ", "did you mean \"--junit\"?"}},
       {{"--verson"}, {"irqloom: there is no option", "did you mean \"--version\"?"}},
       {{"-q", "run", "s.json"}, {"irqloom: there is no option \"-q\"", "options behind it"}},
       {{"exlpore", "s.json"}, {"no command \"exlpore\"", "did you mean \"explore\"?"}},
       {{"help", "chekc"}, {"did you mean \"check\"?"}},
       {{"list", "propertys"}, {"\"costs\"", "did you mean \"properties\"?"}},
       {{"run", "s.json", "--trace", "vdc"}, {"--trace: \"vdc\"", "did you mean \"vcd\"?"}},
       {{"run", "s.json", "--trace", "text,jsonlines"}, {"\"jsonlines\" is unknown", "\"jsonl\""}},
       {{"check", "s.json", "--only", "runs"}, {"did you mean \"run\"?"}},
       {{"run", "s.json", "more"}, {"\"more\" is one argument too many", "irqloom help run"}},
       {{"run"}, {"FILE is required", "irqloom help run"}},
       {{"run", "s.json", "--seed"}, {"--seed", "irqloom help run"}},
       {{"explore", "s.json", "--distrust", "--as-transcript", "t"}, {"no counterexamples"}}});
}

TEST_CASE("usage: one letter is near to no option", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  const Ended e = irqloom(folder.path(), {"run", "s.json", "-x"});
  CHECK(e.code == 2);
  CHECK_FALSE(contains(e.err, "did you mean"));
}

TEST_CASE("usage: what the file says of itself cannot be set", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  expect_refused(folder,
                 {{{"run", "s.json", "--set", "name=other"}, {"--set name=other: \"name\""}},
                  {{"run", "s.json", "--set", "expect.why=w"}, {"\"expect\" is the file's alone"}},
                  {{"run", "s.json", "--set", "variants.x={}"}, {"\"variants\"", "\"kernel\""}}});
}

TEST_CASE("usage: a name of any length is cut", "[app][usage]") {
  const TempFolder folder;
  const std::string name(5000, 'x');
  write_file(folder / "s.json", small_text());
  write_file(folder / "name.json", replaced(small_text(), "\"small\"", "\"" + name + "\""));
  write_file(folder / "key.json", replaced(small_text(), "\"kernel\"", "\"" + name + "\""));
  write_file(folder / "word.json", "{\"name\": " + name + "}");
  for (const Line& line : std::vector<Line>{{"run", "name.json"},
                                            {"run", "key.json"},
                                            {"run", "word.json"},
                                            {"run", name},
                                            {"run", "s.json", "--variant", name},
                                            {"run", "s.json", "--set", name + "=1"},
                                            {"run", "s.json", "--trace", name},
                                            {"run", "s.json", "--" + name},
                                            {name}}) {
    for (const bool as_json : {false, true}) {
      Line whole = line;
      if (as_json) whole.emplace_back("--json");
      const Ended e = irqloom(folder.path(), whole);
      INFO(joined(whole));
      CHECK(e.code == 2);
      CHECK_FALSE(contains(e.err, std::string(260, 'x')));
      if (as_json) {
        const std::string message = json::parse(e.out)["errors"][0]["message"];
        CHECK_FALSE(contains(message, std::string(260, 'x')));
      }
    }
  }
}

// --- JSON ----------------------------------------------------------------------------------------

TEST_CASE("usage: --json prints one object for every kind of error", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  write_file(folder / "bad.json", replaced(small_text(), "linux-6.1", "linux-9"));
  write_file(folder / "file", "in the way");
  struct Row {
    Line line;
    int code;
  };
  for (const Row& row : std::vector<Row>{{{"--json"}, 2},
                                         {{"dance", "--json"}, 2},
                                         {{"run", "--json"}, 2},
                                         {{"run", "--jsn", "--json", "s.json"}, 2},
                                         {{"run", "none.json", "--json"}, 2},
                                         {{"run", "bad.json", "--json"}, 2},
                                         {{"run", "s.json", "--json", "--seed", "-1"}, 2},
                                         {{"run", "s.json", "--json", "--set", "nothing"}, 2},
                                         {{"explore", "bad.json", "--json"}, 2},
                                         {{"explore", "s.json", "--json", "--out", "file/x"}, 4},
                                         {{"replay", "s.json", "--json"}, 2},
                                         {{"graph", "bad.json", "--json"}, 2},
                                         {{"conform", "s.json", "--json"}, 2},
                                         {{"check", "none", "--json"}, 2},
                                         {{"list", "everything", "--json"}, 2},
                                         {{"schema", "s.json", "--json"}, 2}}) {
    const Ended e = irqloom(folder.path(), row.line);
    INFO(joined(row.line) << ": " << e.out << e.err);
    CHECK(e.code == row.code);
    CHECK(e.err.empty());
    const json answer = json::parse(e.out);
    REQUIRE(answer["errors"].size() == 1);
    for (const char* key :
         {"file", "line", "column", "pointer", "message", "expected", "did_you_mean"})
      CHECK(answer["errors"][0].contains(key));
  }
  const json bad = json::parse(irqloom(folder.path(), {"run", "bad.json", "--json"}).out);
  const json& error = bad["errors"][0];
  CHECK(error["file"] == "bad.json");
  CHECK(error["line"] == 5);
  CHECK(error["column"] == 13);
  CHECK(error["pointer"] == "/kernel");
  CHECK(contains(error["expected"].get<std::string>(), "\"linux-6.12\""));
  CHECK(contains(error["did_you_mean"].get<std::string>(), "linux-"));
  CHECK(irqloom(folder.path(), {"schema", "--json"}).code == 0);
}

// --- several mistakes ---------------------------------------------------------------------------

TEST_CASE("usage: the mistakes of one file are told in one go, by place", "[app][usage]") {
  const TempFolder folder;
  std::string text = full_text();
  text = replaced(text, "\"host_cpus\": 1", "\"host_cpus\": 99");
  text = replaced(text, "\"pending_signals\": 1", "\"pending_signal\": 1");
  text = replaced(text, "\"raises\": 3", "\"raises\": \"often\"");
  text = replaced(text, "\"flow\": \"level\"", "\"flow\": \"levle\"");
  text = replaced(text, "\"do\": \"wait\"", "\"do\": \"weit\"");
  text = replaced(text, "\"150us\"", "150");
  text = replaced(text, "\"until\": \"7ms\"", "\"until\": \"7 parsecs\"");
  text = replaced(text, "\"max_states\": 1000", "\"max_states\": 0");
  text = replaced(text, "\"spurious-entry\": {},", "\"spurious-entri\": {},");
  write_file(folder / "s.json", text);
  const Ended e = irqloom(folder.path(), {"run", "s.json", "--json"});
  INFO(e.out);
  const json errors = json::parse(e.out)["errors"];
  std::vector<std::string> pointers;
  for (const json& error : errors)
    pointers.push_back(error["pointer"]);
  CHECK(pointers == std::vector<std::string>{"/platform/host_cpus", "/devices/dev0/raises",
                                             "/devices/dev0/pending_signal", "/guest/lines/16/flow",
                                             "/scripts/vmm/ops/b/do", "/costs/device.access",
                                             "/run/until", "/explore/max_states",
                                             "/properties/spurious-entri"});
  const Ended told = irqloom(folder.path(), {"run", "s.json"});
  INFO(told.err);
  CHECK(told.err.starts_with("s.json:4:"));
  CHECK(contains(told.err, "did you mean \"pending_signals\"?"));
  CHECK(contains(told.err, "did you mean \"wait\"?"));
  // What is wrong in a patch is told once, though it is met in the patched scenario again.
  write_file(folder / "s.json", replaced(full_text(), "\"patch\": {\"title\"",
                                         "\"patch\": {\"kernle\": \"x\", \"title\""));
  CHECK(json::parse(irqloom(folder.path(), {"run", "s.json", "--json"}).out)["errors"].size() == 1);
  // What only elaboration knows is told together too, once the rest is right.
  text = replaced(full_text(), "kvm.ioapic.pin16.irr", "kvm.ioapic.pin16.irx");
  text = replaced(text, "\"before\": \"dev0\"", "\"before\": \"dev5\"");
  write_file(folder / "s.json", text);
  CHECK(json::parse(irqloom(folder.path(), {"run", "s.json", "--json"}).out)["errors"].size() == 2);
}

TEST_CASE("usage: a mistake in one part causes no complaints about others", "[app][usage]") {
  const TempFolder folder;
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"\"vcpus\": 2", "\"vcpus\": 0"},
      {"\"pins\": 20", "\"pins\": 99"},
      {"\"arch\": \"x86\"", "\"arch\": \"x68\""},
      {"\"type\": \"pci\"", "\"type\": \"pic\""},
      {"\"host_pin\": 16, \"gsi\": 16", "\"host_pin\": 16, \"gsi\": 99"},
      {"\"dev1\": {\"type\"", "\"dev1\": {\"tipe\""},
      {"\"16\": {\"vector\"", "\"66\": {\"vector\""},
      {"\"os\": \"raw\"", "\"os\": \"row\""},
      {"\"do\": \"assign\"", "\"do\": \"asign\""},
      {"\"kernel\": \"linux-6.1\"", "\"kernel\": \"linux\""},
      {"\"kind\": \"never\"", "\"kind\": \"nevver\""}};
  for (const auto& [from, to] : mistakes) {
    write_file(folder / "s.json", replaced(full_text(), from, to));
    const Ended e = irqloom(folder.path(), {"run", "s.json", "--json"});
    INFO(to << ": " << e.out);
    CHECK(e.code == 2);
    std::size_t others = 0;
    for (const json& error : json::parse(e.out)["errors"]) {
      const std::string pointer = error["pointer"];
      const std::string part = pointer.substr(0, pointer.find('/', 1));
      others += contains("/platform /devices /guest /scripts /kernel /properties", part) ? 0U : 1U;
    }
    CHECK(others == 0);
    CHECK(json::parse(e.out)["errors"].size() == 1);
  }
  // Nothing refers to devices where there are none.
  write_file(folder / "s.json", full_text());
  for (const std::string set : {"devices=1", "devices=[]", "devices={}", "devices=null"}) {
    const Ended e = irqloom(folder.path(), {"run", "s.json", "--json", "--set", set});
    INFO(set << ": " << e.out);
    CHECK(json::parse(e.out)["errors"].size() == 1);
  }
}

TEST_CASE("usage: check goes on behind a broken file, and tells of it as JSON too",
          "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "a.json", replaced(small_text(), "linux-6.1", "linux-9"));
  // What only the machine shows is met by the run and by the exploration.
  std::string text = replaced(full_text(), "kvm.ioapic.pin16.irr", "kvm.ioapic.pin16.irx");
  write_file(folder / "b.json", replaced(text, "\"tags\": [\"long\"],", ""));
  write_file(folder / "c.json", small_text());
  const Ended e = irqloom(folder.path(), {"check", ".", "--json"});
  INFO(e.out);
  CHECK(e.code == 2);
  const json errors = json::parse(e.out)["errors"];
  REQUIRE(errors.size() == 2);
  CHECK(errors[0]["pointer"] == "/kernel");
  CHECK(errors[1]["pointer"] == "/properties/latched/p/all/0/field");
}

// --- giants --------------------------------------------------------------------------------------

/// An array of 59 MB, without its end.
std::string giant_list() {
  std::string list = "[1";
  list.reserve(60'000'000);
  while (list.size() < 59'000'000)
    list += ",1";
  return list;
}

TEST_CASE("usage: what is no object is refused at its first character", "[app][usage]") {
  const TempFolder folder;
  for (const std::string text : {"[1, 2]", "\"s\"", "-1", "12", "null", "true", "false"}) {
    write_file(folder / "s.json", " " + text);
    const Ended e = irqloom(folder.path(), {"run", "s.json", "--json"});
    INFO(e.out);
    const json errors = json::parse(e.out)["errors"];
    REQUIRE(errors.size() == 1);
    CHECK(errors[0]["line"] == 1);
    CHECK(errors[0]["column"] == 2);
    CHECK(errors[0]["expected"] == "a JSON object");
  }
  write_file(folder / "s.json", "nullify");
  CHECK(contains(irqloom(folder.path(), {"run", "s.json"}).err, "is not JSON"));
}

TEST_CASE("usage: a giant file that is no object is refused at once", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "array.json", giant_list() + "]");
  const Ended e = irqloom(folder.path(), {"run", "array.json"});
  CHECK(e.code == 2);
  CHECK(contains(e.err, "array.json:1:1: the document is an array"));
}

TEST_CASE("usage: a giant file is refused where it becomes one", "[app][usage][long]") {
  const TempFolder folder;
  write_file(folder / "object.json", "{\"name\": " + giant_list() + "]}");
  const Ended e = irqloom(folder.path(), {"explore", "object.json"});
  CHECK(e.code == 2);
  CHECK(contains(e.err, "there are more than 1000000 values in it"));
}

// --- kinds of files ------------------------------------------------------------------------------

TEST_CASE("usage: the wrong kind of file names the command that takes it", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  write_file(folder / "b.json", broken_text());
  const json explored = json::parse(irqloom(folder.path(), {"explore", "b.json", "--json"}).out);
  const std::string schedule = explored["violations"][0]["schedule"];
  irqloom(folder.path(), {"check", "s.json", "--promote"});
  irqloom(folder.path(), {"run", "s.json", "--trace", "jsonl,perfetto", "-q"});
  write_file(folder / "schema.json", irqloom(folder.path(), {"schema"}).out);
  write_file(folder / "answer.json", explored.dump());
  write_file(folder / "t.jsonl",
             "{\"id\": \"a\", \"model\": \"gicv2\", \"class\": \"wild\", \"ops\": []}\n"
             "{\"id\": \"b\", \"model\": \"gicv2\", \"class\": \"wild\", \"ops\": []}\n");
  const std::string replay = "irqloom replay " + schedule;
  expect_refused(
      folder, {{{"run", schedule}, {"this is a schedule", "a scenario", replay}},
               {{"explore", schedule}, {"this is a schedule", replay}},
               {{"graph", schedule}, {replay}},
               {{"conform", schedule}, {"this is a schedule", "a transcript", replay}},
               {{"replay", "s.json"}, {"this is a scenario", "a schedule", "irqloom run s.json"}},
               {{"conform", "s.json"}, {"this is a scenario", "irqloom run s.json"}},
               {{"run", "t.jsonl"}, {"this is a transcript", "irqloom conform t.jsonl"}},
               {{"replay", "t.jsonl"}, {"irqloom conform t.jsonl"}},
               {{"run", "results/golden/small.json"}, {"golden results", "irqloom check"}},
               {{"replay", "results/golden/small.json"}, {"golden results"}},
               {{"run", "results/small.jsonl"}, {"this is a trace"}},
               {{"run", "results/small.perfetto.json"}, {"this is a trace"}},
               {{"run", "answer.json"}, {"this is an answer"}},
               {{"run", "schema.json"}, {"this is a schema"}}});
  for (const std::string& file : {schedule, std::string("results/golden/small.json")}) {
    const Ended e = irqloom(folder.path(), {"check", file});
    CHECK(e.code == 2);
    CHECK(contains(e.out, "this is a"));
  }
  // So is the scenario of a schedule.
  expect_refused(
      folder, {{{"replay", schedule, "--scenario", schedule}, {"this is a schedule", "a scenario"}},
               {{"replay", schedule, "--scenario", "none.json"}, {"none.json: cannot be read"}}});
  // A truncated one is known by its beginning.
  write_file(folder / "cut.json", content_of(folder / schedule).substr(0, 300));
  expect_refused(folder, {{{"run", "cut.json"}, {"this is a schedule"}}});
}

TEST_CASE("usage: check of a folder takes the scenarios in it alone", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  irqloom(folder.path(), {"check", ".", "--promote"});
  write_file(folder / "b.json", replaced(broken_text(), "\"small\"", "\"broken\""));
  irqloom(folder.path(), {"explore", "b.json", "-q"});
  std::filesystem::remove(folder / "b.json");
  write_file(folder / "schema.json", irqloom(folder.path(), {"schema"}).out);
  write_file(folder / "list.json", "[1, 2]");
  write_file(folder / "presets.json", "{\"version\": 6}");
  const json answer = json::parse(irqloom(folder.path(), {"check", ".", "--json"}).out);
  CHECK(answer["total"] == 2);
  // A link that leads in circles is no file.
  std::filesystem::create_symlink("loop.json", folder / "loop.json");
  std::filesystem::create_symlink("loop.jsonl", folder / "loop.jsonl");
  CHECK(irqloom(folder.path(), {"check", "."}).code == 0);
  CHECK(irqloom(folder.path(), {"conform", "."}).code == 2);
  // One that is broken is meant.
  write_file(folder / "cut.json", small_text().substr(0, 60));
  const json with_broken = json::parse(irqloom(folder.path(), {"check", ".", "--json"}).out);
  CHECK(with_broken["total"] == 3);
}

// --- standard input ------------------------------------------------------------------------------

TEST_CASE("usage: a scenario may come from standard input", "[app][usage]") {
  const TempFolder folder;
  for (const std::string command : {"run", "explore", "graph", "check"}) {
    const Ended e = test::fed_irqloom(folder.path(), {command, "-", "--json"}, small_text());
    INFO(command << ": " << e.err);
    CHECK(e.code == 0);
    CHECK(json::parse(e.out).is_object());
  }
  const Ended bad = test::fed_irqloom(folder.path(), {"run", "-"},
                                      replaced(small_text(), "linux-6.1", "linux-9"));
  CHECK(bad.code == 2);
  CHECK(bad.err.starts_with("<stdin>:5:13: "));
  CHECK(test::fed_irqloom(folder.path(), {"run", "-"}, "").err.starts_with("<stdin>:1:1: "));
  // What is found in it can be seen again, and comes from standard input again.
  const Ended answer = test::fed_irqloom(folder.path(), {"explore", "-", "--json"}, broken_text());
  CHECK(answer.code == 1);
  const std::string schedule = json::parse(answer.out)["violations"][0]["schedule"];
  const Ended explored = test::fed_irqloom(folder.path(), {"explore", "-"}, broken_text());
  CHECK(contains(explored.out, "irqloom replay " + schedule + " --scenario -"));
  const Ended again = test::fed_irqloom(
      folder.path(), {"replay", schedule, "--scenario", "-", "-q"}, broken_text());
  CHECK(again.code == 1);
}

// --- help ----------------------------------------------------------------------------------------

TEST_CASE("usage: help names commands and what they take, and nothing else", "[app][usage]") {
  const TempFolder folder;
  const Ended all = irqloom(folder.path(), {"help"});
  CHECK(all.code == 0);
  const Ended none = irqloom(folder.path(), {});
  CHECK(none.code == 2);
  for (const std::string command :
       {"run", "explore", "replay", "check", "graph", "conform", "list", "schema", "help"}) {
    CHECK(contains(all.out, "\n  " + command + " "));
    CHECK(contains(none.err, "\"" + command + "\""));
    const Ended one = irqloom(folder.path(), {"help", command});
    INFO(one.out);
    CHECK(one.code == 0);
    CHECK(contains(one.out, "Usage: irqloom " + command));
    CHECK(one.out == irqloom(folder.path(), {command, "--help"}).out);
    for (const std::string noise : {"UINT", "TEXT", "REQUIRED", "Excludes", "{false}", "[results]"})
      CHECK_FALSE(contains(one.out, noise));
  }
  const Ended version = irqloom(folder.path(), {"-V"});
  CHECK(version.code == 0);
  CHECK(version.out.starts_with("irqloom "));
  CHECK(version.out == irqloom(folder.path(), {"--version"}).out);
}

TEST_CASE("usage: the common options are taken where the README says", "[app][usage]") {
  const TempFolder folder;
  const auto takes = [&](const std::string& command, const std::string& option) {
    return contains(irqloom(folder.path(), {"help", command}).out, option + " ") ||
           contains(irqloom(folder.path(), {"help", command}).out, option + "\n");
  };
  for (const std::string command : {"run", "explore", "replay", "graph"}) {
    INFO(command);
    for (const std::string option : {"--variant", "--set", "--seed", "--json", "--out", "--quiet"})
      CHECK(takes(command, option));
  }
  for (const std::string option : {"--json", "--out", "--quiet"})
    CHECK(takes("check", option));
  for (const std::string option : {"--json", "--quiet"})
    CHECK(takes("conform", option));
  CHECK(takes("list", "--json"));
  CHECK(takes("schema", "--json"));
}

// --- the scenarios that irqloom comes with -------------------------------------------------------

TEST_CASE("usage: the shipped scenarios are found from anywhere", "[app][usage]") {
  const TempFolder folder;
  const Ended e = irqloom(folder.path(), {"list", "scenarios"});
  CHECK(e.code == 0);
  CHECK(contains(e.out, "oneshot-resample"));
  // Those that are here come first, and one that is broken hides no other.
  std::filesystem::create_directory(folder / "scenarios");
  write_file(folder / "scenarios/s.json", small_text());
  write_file(folder / "scenarios/t.json", "{");
  const Ended here = irqloom(folder.path(), {"list", "scenarios"});
  CHECK(contains(here.out, "one interrupt, served before its EOI"));
  CHECK(contains(here.out, "scenarios/t.json"));
  CHECK_FALSE(contains(here.out, "oneshot-resample"));
}

TEST_CASE("usage: where scenarios were looked for in vain is told", "[app][usage]") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "a/b/c/bin");
  const std::string program = folder / "a/b/c/bin/irqloom";
  std::filesystem::copy_file(IRQLOOM_PROGRAM, program);
  const Ended list = test::run_program(program, folder.path(), {"list", "scenarios"});
  CHECK(list.code == 0);
  CHECK(contains(list.out, "none in any of scenarios, "));
  CHECK(contains(list.out, "a/b/c/share/irqloom/scenarios"));
  const Ended check = test::run_program(program, folder.path(), {"check"});
  CHECK(check.code == 2);
  CHECK(contains(check.err, "share/irqloom/scenarios"));
  // As it is installed.
  std::filesystem::create_directories(folder / "a/b/c/share/irqloom/scenarios");
  write_file(folder / "a/b/c/share/irqloom/scenarios/s.json", small_text());
  CHECK(test::run_program(program, folder.path(), {"check"}).code == 0);
}

}  // namespace
}  // namespace irqloom::app
