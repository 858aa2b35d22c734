// Keeps the house style of the tree. Each rule is first shown to find what it is there to find.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/hygiene/style.h"

namespace irqloom::style {
namespace {

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> all = read_tree(IRQLOOM_SOURCE_DIR);
  return all;
}

void report(const Findings& found) {
  for (const std::string& finding : found)
    FAIL_CHECK(finding);
}

void tree_keeps(Findings (*rule)(const SourceFile&)) {
  for (const SourceFile& file : tree())
    report(rule(file));
}

std::string repeat(std::string_view text, std::size_t n) {
  std::string all;
  for (std::size_t i = 0; i < n; ++i)
    all += text;
  return all;
}

std::string function_of(std::size_t lines) {
  return "void f() {\n" + repeat("  g();\n", lines - 2) + "}\n";
}

TEST_CASE("style: the tree is seen", "[hygiene]") {
  for (const char* path : {"CMakeLists.txt", "scripts/lib.sh", "tests/main.cpp", ".ci/run"}) {
    const bool seen = std::ranges::count(tree(), path, &SourceFile::path) == 1;
    CHECK(seen);
  }
}

TEST_CASE("style: files are short", "[hygiene]") {
  CHECK(long_file({"sim/a.cpp", repeat("\n", 600)}).empty());
  CHECK(long_file({"sim/a.cpp", repeat("\n", 601)}).size() == 1);
  CHECK(long_file({"docs/a.md", repeat("\n", 601)}).empty());
  tree_keeps(long_file);
}

TEST_CASE("style: functions are short", "[hygiene]") {
  CHECK(long_functions({"sim/a.cpp", function_of(70)}).empty());
  CHECK(long_functions({"sim/a.cpp", "\n" + function_of(71)}) ==
        Findings{"sim/a.cpp:72: this ends a function of 71 lines"});
  const std::string many = "namespace a {\n" + repeat(function_of(50), 3) + "}  // namespace a\n";
  CHECK(long_functions({"sim/a.cpp", many}).empty());
  tree_keeps(long_functions);
}

TEST_CASE("style: lines are narrow", "[hygiene]") {
  CHECK(long_lines({"sim/a.h", std::string(100, 'x') + "\n"}).empty());
  CHECK(long_lines({"sim/a.h", "\n" + std::string(101, 'x')}) ==
        Findings{"sim/a.h:2: 101 columns"});
  CHECK(long_lines({"sim/a.h", repeat("\u2192", 100)}).empty());
  tree_keeps(long_lines);
}

TEST_CASE("style: no tabs", "[hygiene]") {
  CHECK(tabs({"scenarios/a.json", "{\n\t}\n"}) == Findings{"scenarios/a.json:2: a tab"});
  CHECK(tabs({"tests/data/trace.txt", "\t"}).empty());
  tree_keeps(tabs);
}

TEST_CASE("style: nothing is marked as unfinished", "[hygiene]") {
  CHECK(unfinished({"sim/a.h", "// \124ODO: more\n"}).size() == 1);
  CHECK(unfinished({"docs/a.md", "(\130XX)"}).size() == 1);
  CHECK(unfinished({"docs/a.md", "0x\130XX and \110ACKER"}).empty());
  tree_keeps(unfinished);
}

TEST_CASE("style: no paths of a machine", "[hygiene]") {
  CHECK(machine_paths({"docs/a.md", "see \057home/me/x"}).size() == 1);
  CHECK(machine_paths({"docs/a.md", "\057tmp/x"}).size() == 1);
  CHECK(machine_paths({"docs/a.md", "kernel\057work/x, .\057work/x, /proc/irq/1"}).empty());
  tree_keeps(machine_paths);
}

TEST_CASE("style: scripts name no host", "[hygiene]") {
  CHECK(hosts_in_scripts({"scripts/run", "get https\072//x.org"}).size() == 1);
  CHECK(hosts_in_scripts({"docs/a.md", "see https\072//x.org"}).empty());
  tree_keeps(hosts_in_scripts);
}

TEST_CASE("style: layers are kept apart", "[hygiene]") {
  const auto crossed = [](std::string path, std::string_view name) {
    return crossed_layers({std::move(path), "#include " + std::string(name) + "\n"}).size() == 1;
  };
  CHECK(crossed("sim/core/a.h", "\"models/kvm/b.h\""));
  CHECK(crossed("sim/core/a.h", "\"sim/app/b.h\""));
  CHECK_FALSE(crossed("sim/app/a.h", "\"models/kvm/b.h\""));
  CHECK(crossed("models/kvm/a.cpp", "<nlohmann/json.hpp>"));
  CHECK(crossed("models/kvm/a.cpp", "<iostream>"));
  CHECK(crossed("models/kvm/a.cpp", "<fstream>"));
  CHECK(crossed("models/kvm/a.cpp", "\"sim/scenario/b.h\""));
  CHECK_FALSE(crossed("models/kvm/a.cpp", "\"sim/core/b.h\""));
  CHECK(crossed("models/kvm/a.cpp", "\"b.h\""));
  tree_keeps(crossed_layers);
}

TEST_CASE("style: all C++ is built", "[hygiene]") {
  CHECK(unbuilt({"models/a.cc", ""}).size() == 1);
  CHECK(unbuilt({"models/a.cpp", ""}).empty());
  tree_keeps(unbuilt);
}

TEST_CASE("style: headers are included, and once", "[hygiene]") {
  CHECK(unguarded_header({"sim/a.h", "// #pragma once\n"}).size() == 1);
  CHECK(unguarded_header({"sim/a.h", "// a\n#pragma once\n"}).empty());
  CHECK(orphan_headers({{"sim/a.h", ""}}) == Findings{"sim/a.h:1: no file includes this header"});
  CHECK(orphan_headers({{"sim/a.h", ""}, {"sim/a.cpp", "#include \"sim/a.h\"\n"}}).empty());
  tree_keeps(unguarded_header);
  report(orphan_headers(tree()));
}

TEST_CASE("style: scripts can be run", "[hygiene]") {
  for (const char* script : {".ci/run", "scripts/bench", "scripts/lint", "scripts/mutate",
                             "scripts/nightly", "scripts/run", "scripts/test"}) {
    const auto path = std::filesystem::path(IRQLOOM_SOURCE_DIR) / script;
    const auto mode = std::filesystem::status(path).permissions();
    INFO(script);
    CHECK((mode & std::filesystem::perms::owner_exec) != std::filesystem::perms::none);
  }
}

}  // namespace
}  // namespace irqloom::style
