// What becomes of an answer whose files cannot be written, and of one for which there is too little
// of anything else.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using nlohmann::json;
using scenario::test::contains;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::broken_text;
using test::Ended;
using test::irqloom;
using test::small_text;

TEST_CASE("usage: a folder that cannot be written is refused before the work", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "b.json", broken_text());
  write_file(folder / "file", "in the way");
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"explore", "b.json", "--out", "file/below"},
           {"explore", "b.json", "--out", "file"},
           {"explore", "b.json", "--as-transcript", "file/t.jsonl"},
           {"run", "b.json", "--trace", "vcd", "--out", "file"},
           {"check", "b.json", "--promote", "--out", "file"},
           {"check", "b.json", "--junit", "file/x.xml"}}) {
    const Ended e = irqloom(folder.path(), line);
    INFO(line.front() << " ... " << line.back());
    CHECK(e.code == 4);
    CHECK(contains(e.err, "Not a directory"));
    CHECK_FALSE(contains(e.out, "violated"));  // Nothing was explored.
  }
  // Whether it could be written is found out without a trace of it.
  write_file(folder / "s.json", small_text());
  CHECK(irqloom(folder.path(), {"explore", "s.json"}).code == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "results"));
}

// It was made, and the answer was not what the option asks for.
TEST_CASE("usage: a forgotten folder is no option's name", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  for (const std::string option : {"--json", "-q"}) {
    const Ended e = irqloom(folder.path(), {"run", "s.json", "--out", option});
    INFO(option);
    CHECK(e.code == 2);
    CHECK(contains(e.out + e.err, "is an option"));
    CHECK(!std::filesystem::exists(folder / option));
  }
}

TEST_CASE("usage: a verdict whose files cannot be written is told all the same", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "b.json", broken_text());
  // Enough for the trial before the work and for what is printed, not for the files.
  const Ended run = test::limited_irqloom(
      folder.path(), {"run", "b.json", "--trace", "vcd,jsonl,text", "-q"}, 8192);
  INFO(run.out << run.err);
  CHECK(run.code == 4);
  CHECK(run.out.starts_with("violated: "));
  CHECK(contains(run.err, "results/small.vcd: cannot be written: File too large"));
  const Ended as_json =
      test::limited_irqloom(folder.path(), {"run", "b.json", "--trace", "jsonl", "--json"}, 8192);
  CHECK(as_json.code == 4);
  const json answer = json::parse(as_json.out);
  CHECK(answer["verdict"] == "violated");
  REQUIRE(answer["errors"].size() == 1);
  CHECK(answer["errors"][0]["file"] == "results/small.jsonl");
  CHECK(answer["errors"][0].contains("what_to_do"));
  const Ended explore = test::limited_irqloom(
      folder.path(), {"explore", "b.json", "-q", "--as-transcript", "t.jsonl"}, 4096);
  INFO(explore.out << explore.err);
  CHECK(explore.code == 4);
  CHECK(explore.out.starts_with("violated: "));
  // Standard output is a file, too.
  CHECK(test::limited_irqloom(folder.path(), {"run", "b.json"}, 4096).code == 4);
}

TEST_CASE("usage: limits of the user's are no defects of irqloom", "[app][usage]") {
  const TempFolder folder;
  write_file(folder / "s.json", small_text());
  // Enough for the program and for one file, not for a process.
  const Ended e = test::irqloom_with_files(folder.path(), {"check", "s.json", "-j", "1"}, 4);
  INFO(e.err);
  CHECK(e.code == 2);
  CHECK(contains(e.err, "no process can be started: Too many open files"));
  CHECK(contains(e.err, "ulimit -n"));
  const Ended traced = test::irqloom_with_files(
      folder.path(), {"run", "s.json", "--trace", "text,vcd", "--json"}, 4);
  CHECK(traced.code == 4);
  CHECK(contains(json::parse(traced.out)["errors"][0]["message"].get<std::string>(),
                 "Too many open files"));
}

}  // namespace
}  // namespace irqloom::app
