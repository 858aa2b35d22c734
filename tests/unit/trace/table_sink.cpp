#include "sim/trace/table_sink.h"

#include <catch2/catch.hpp>

#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using trace::TableSink;

namespace {

std::vector<std::string> told(std::uint64_t loop_start, const std::string& worker = "kworker/0:2") {
  toy::Toy t(worker);
  std::ostringstream out;
  TableSink sink(out);
  TraceInfo info = toy::info(false);
  info.loop_start = loop_start;
  toy::tell(t, sink, info);
  return toy::lines_of(out.str());
}

std::size_t find(const std::vector<std::string>& lines, const std::string& part) {
  std::size_t i = 0;
  while (i < lines.size() && lines[i].find(part) == std::string::npos)
    ++i;
  return i;
}

}  // namespace

TEST_CASE("table: number, context, step, change, function and source", "[trace][table]") {
  const std::vector<std::string> lines = told(no_step);
  CHECK(lines[0].find("#  context") != std::string::npos);
  // 2 for the loop's mark, then 6, 14, 26, 36 and 28 columns, two apart.
  const std::string& raise = lines[1];
  CHECK(raise.substr(2, 6) == "     0");
  CHECK(raise.find("dev0") == 10);
  CHECK(raise.find("raise the line") == 26);
  CHECK(raise.find("dev0.pin.line 0>1") == 54);
  CHECK(raise.find("toy_raise()") == 92);
  CHECK(lines[2].find("PCI 3.0, 2.2.6 \"INTx\"") == 92);
  CHECK(lines.back() ==
        "          !! violated: lost-interrupt (dev0): nobody will serve the device");
}

TEST_CASE("table: a lasso's loop is marked", "[trace][table]") {
  const std::vector<std::string> lines = told(5);
  const std::size_t start = find(lines, "┌ loop from step 5");
  REQUIRE(start < lines.size());
  CHECK(lines[start + 1].find("begin") != std::string::npos);
  for (std::size_t i = 0; i < start; ++i)
    CHECK_FALSE(lines[i].starts_with("│"));
  for (std::size_t i = start + 1; i + 1 < lines.size(); ++i)
    CHECK(lines[i].starts_with("│ "));
  CHECK(lines.back() == "└ back to 5");

  CHECK(find(told(no_step), "back to") == told(no_step).size());
}

TEST_CASE("table: the versions stand in the heading, a file where it changes", "[trace][table]") {
  toy::Toy t;
  std::ostringstream out;
  TableSink sink(out);
  TraceInfo info = toy::info(false);
  info.code = "Linux 6.1.192";
  toy::tell(t, sink, info);
  const std::vector<std::string> lines = toy::lines_of(out.str());
  CHECK(lines[0].find("function of Linux 6.1.192") == 92);
  // Two steps of the toy's handler follow each other, and no other row is of drivers/toy.c then.
  const std::size_t first = find(lines, "toy_handler()");
  CHECK(lines[first + 1].find("drivers/toy.c") != std::string::npos);
  const std::size_t second =
      find({lines.begin() + static_cast<std::ptrdiff_t>(first) + 1, lines.end()}, "toy_handler()") +
      first + 1;
  CHECK(lines[second + 1].find("drivers/toy.c") == std::string::npos);
}

TEST_CASE("table: rows that matter are marked, notes stand below them", "[trace][table]") {
  toy::Toy t;
  std::ostringstream out;
  trace::TableOptions options;
  options.notes.matter = {1, 5};
  options.notes.below[5] = "wakes the worker";
  TableSink sink(out, options);
  TraceInfo info = toy::info(false);
  info.continuation = 6;
  toy::tell(t, sink, info);
  const std::vector<std::string> lines = toy::lines_of(out.str());
  for (const auto& [number, mark] : {std::pair{0, ' '}, {1, '>'}, {4, ' '}, {5, '>'}}) {
    const std::size_t row = find(lines, "  " + std::to_string(number) + "  ");
    INFO(number);
    REQUIRE(row < lines.size());
    CHECK(lines[row][2] == mark);
  }
  const std::size_t note = find(lines, "          ^ wakes the worker");
  const std::size_t cut = find(lines, "          What is lost stays lost.");
  REQUIRE(cut < lines.size());
  CHECK(note < cut);
  CHECK(lines[cut + 1].find("     6  ") != std::string::npos);
}

TEST_CASE("table: long cells are wrapped into 120 columns", "[trace][table]") {
  const std::string worker = "irq/24-vfio-intx(0000:00:1f.2)-and-a-name-that-nobody-would-give";
  for (const std::string& line : told(2, worker)) {
    INFO(line);
    CHECK(trace::columns(line) <= 120);
  }
}
