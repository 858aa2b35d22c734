#include "sim/trace/mermaid_sink.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>

#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using trace::MermaidSink;

namespace {

// A statement of Mermaid's sequence diagrams as far as the sink uses them. Text holds no ';', and
// '#' only as the start of an entity, "#" word ";".
const std::regex statement(
    R"(^  (participant c\d+ as |c\d+->>c\d+: |Note over c\d+(,c\d+)?: |loop |end$))"
    R"(([^#;<>]|#\w+;|<br/>)*$)");

std::vector<std::string> diagram_of(std::size_t steps, const TraceInfo& info) {
  toy::Toy t;
  std::ostringstream out;
  MermaidSink sink(out);
  sink.begin(t.fabric, info);
  for (std::size_t i = 0; i < steps; ++i)
    sink.step(t.take(3, i * 1000, 1000));
  sink.end(steps * 1000, "violated");
  return toy::lines_of(out.str());
}

std::size_t count_with(const std::vector<std::string>& lines, const std::string& part) {
  return static_cast<std::size_t>(
      std::count_if(lines.begin(), lines.end(),
                    [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

}  // namespace

TEST_CASE("mermaid: every line is a statement", "[trace][mermaid]") {
  TraceInfo info = toy::info(false);
  info.loop_start = 5;
  const std::vector<std::string> lines =
      toy::lines_of(toy::told_by([](std::ostream& out) { return MermaidSink(out); }, info));
  REQUIRE(lines[0] == "sequenceDiagram");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    INFO(lines[i]);
    CHECK(std::regex_match(lines[i], statement));
  }
}

TEST_CASE("mermaid: arrows go from cause to effect, notes hold the diff", "[trace][mermaid]") {
  const std::string text = toy::told_by([](std::ostream& out) { return MermaidSink(out); });
  CHECK(text.find("  participant c2 as kworker/0:2\n") != std::string::npos);
  CHECK(text.find("  c0->>c1: 1. enter\n") != std::string::npos);
  CHECK(text.find("  c1->>c2: 5. begin\n") != std::string::npos);
  CHECK(text.find("  c0->>c0: 0. raise the line\n"
                  "  Note over c0: dev0.pin.line 0#gt;1<br/>dev0.pin.mode idle#gt;pending<br/>"
                  "dev0.pin.raised 0#gt;1\n") != std::string::npos);
  CHECK(text.find("choose#59; \"quoted\" #lt;1#gt; #35;2") != std::string::npos);
  CHECK(text.find("  Note over c3: violated: lost-interrupt (dev0): ") != std::string::npos);
}

TEST_CASE("mermaid: at most 60 steps are drawn, and the rest is counted", "[trace][mermaid]") {
  const std::vector<std::string> sixty = diagram_of(60, toy::info(false));
  CHECK(count_with(sixty, "->>") == 60);
  CHECK(count_with(sixty, "not drawn") == 0);

  const std::vector<std::string> more = diagram_of(100, toy::info(false));
  CHECK(count_with(more, "->>") == 60);
  CHECK(count_with(more, "40 of 100 steps are not drawn") == 1);
  CHECK(count_with(more, ": 19. ") == 1);
  CHECK(count_with(more, ": 20. ") == 0);
  CHECK(count_with(more, ": 59. ") == 0);
  CHECK(count_with(more, ": 60. ") == 1);
  CHECK(count_with(more, ": 99. ") == 1);
}

TEST_CASE("mermaid: a lasso is a loop, also when its start is not drawn", "[trace][mermaid]") {
  const auto start = GENERATE(std::uint64_t{3}, std::uint64_t{50});
  TraceInfo info = toy::info(false);
  info.loop_start = start;
  const std::vector<std::string> lines = diagram_of(100, info);
  CHECK(count_with(lines, "  loop for ever: back to step " + std::to_string(start)) == 1);
  CHECK(std::count(lines.begin(), lines.end(), "  end") == 1);
}

TEST_CASE("mermaid: a trace without steps is a diagram too", "[trace][mermaid]") {
  CHECK(diagram_of(0, toy::info()) == std::vector<std::string>{"sequenceDiagram"});
}
