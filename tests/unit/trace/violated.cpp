// What no step shows (an obligation that stays open) stands in every format, with its time, its
// place and what says so.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "sim/trace/describe.h"
#include "sim/trace/ftrace_sink.h"
#include "sim/trace/jsonl_sink.h"
#include "sim/trace/mermaid_sink.h"
#include "sim/trace/perfetto_sink.h"
#include "sim/trace/svg_sink.h"
#include "sim/trace/table_sink.h"
#include "sim/trace/text_sink.h"
#include "sim/trace/vcd_sink.h"
#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;

namespace {

const OpenViolation lost{{"lost-interrupt", "dev0", "nobody will serve the device"},
                         7 * toy::us,
                         1,
                         "open since 0.000 us, and nothing moves any more"};

/// Two steps, and then what is lost.
template <class MakeSink>
std::string told_by(MakeSink make_sink, bool timed = true) {
  toy::Toy t;
  std::ostringstream out;
  auto sink = make_sink(out);
  sink.begin(t.fabric, toy::info(timed));
  sink.step(t.take(0, 0, toy::us));
  sink.step(t.take(1, toy::us, toy::us));
  sink.violated(lost);
  sink.end(lost.time_ps, "violated");
  return out.str();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string line_with(const std::string& text, const std::string& part) {
  for (const std::string& line : toy::lines_of(text)) {
    if (contains(line, part)) return line;
  }
  return {};
}

}  // namespace

TEST_CASE("every format shows what no step breaks, where and why", "[trace]") {
  using Tell = std::function<std::string()>;
  const std::vector<std::pair<std::string, Tell>> formats = {
      {"text", [] { return told_by([](std::ostream& o) { return trace::TextSink(o); }); }},
      {"jsonl", [] { return told_by([](std::ostream& o) { return trace::JsonlSink(o); }); }},
      {"vcd", [] { return told_by([](std::ostream& o) { return trace::VcdSink(o); }); }},
      {"perfetto", [] { return told_by([](std::ostream& o) { return trace::PerfettoSink(o); }); }},
      {"ftrace", [] { return told_by([](std::ostream& o) { return trace::FtraceSink(o); }); }},
      {"svg", [] { return told_by([](std::ostream& o) { return trace::SvgSink(o); }); }},
      {"table", [] { return told_by([](std::ostream& o) { return trace::TableSink(o); }); }},
      {"mermaid", [] { return told_by([](std::ostream& o) { return trace::MermaidSink(o); }); }}};
  for (const auto& [name, tell] : formats) {
    // Lines are wrapped in some of them.
    std::string text = tell();
    std::replace(text.begin(), text.end(), '\n', ' ');
    INFO(name << ": " << text);
    CHECK(contains(text, "lost-interrupt"));
    CHECK(contains(text, "dev0"));
    CHECK(contains(text, "nobody will serve the device"));
    CHECK(contains(text, "nothing moves"));
  }
}

TEST_CASE("text: it stands at its time", "[trace][text]") {
  const std::string text = told_by([](std::ostream& o) { return trace::TextSink(o); });
  CHECK(line_with(text, "!! violated").starts_with("       7.000  !! violated: lost-interrupt"));
}

TEST_CASE("jsonl: it is a line of its own between the steps", "[trace][jsonl]") {
  const std::string text = told_by([](std::ostream& o) { return trace::JsonlSink(o); });
  CHECK(nlohmann::json::parse(line_with(text, "\"violation\"")) ==
        nlohmann::json{{"type", "violation"},
                       {"t_ps", 7'000'000},
                       {"after", 1},
                       {"property", "lost-interrupt"},
                       {"where", "dev0"},
                       {"message", "nobody will serve the device"},
                       {"reason", "open since 0.000 us, and nothing moves any more"}});
}

TEST_CASE("vcd: the count of violations goes up at its time", "[trace][vcd]") {
  const std::vector<std::string> lines =
      toy::lines_of(told_by([](std::ostream& o) { return trace::VcdSink(o); }));
  std::string code;
  for (const std::string& line : lines) {
    if (!contains(line, " violations [15:0] $end")) continue;
    std::istringstream words(line);
    std::string word;
    words >> word >> word >> word >> code;
  }
  REQUIRE(!code.empty());
  const auto change = std::find(lines.begin(), lines.end(), "b1 " + code);
  REQUIRE(change != lines.end());
  CHECK(std::prev(change)->starts_with("$comment violated: lost-interrupt (dev0): "));
  CHECK(*std::prev(change, 2) == "#7000000");
}

TEST_CASE("perfetto: it is an instant event of the whole trace", "[trace][perfetto]") {
  const auto trace =
      nlohmann::json::parse(told_by([](std::ostream& o) { return trace::PerfettoSink(o); }));
  bool found = false;
  for (const auto& event : trace["traceEvents"]) {
    if (event["name"] != "violated: lost-interrupt") continue;
    found = true;
    CHECK(event["ph"] == "i");
    CHECK(event["s"] == "g");
    CHECK(event["ts"] == 7.0);
  }
  CHECK(found);
}

TEST_CASE("ftrace: it is an event of nobody's task", "[trace][ftrace]") {
  const std::string text = told_by([](std::ostream& o) { return trace::FtraceSink(o); });
  CHECK(line_with(text, "irqloom_violation")
            .starts_with("          <idle>-0       [000] .....     0.000007: irqloom_violation: "
                         "property=lost-interrupt where=dev0 why=nobody will serve the device"));
}

TEST_CASE("svg: a line marks it where no box is", "[trace][svg]") {
  const std::string text = told_by([](std::ostream& o) { return trace::SvgSink(o); });
  CHECK(contains(text, "class=\"when\""));
  CHECK(contains(text, "violated: lost-interrupt (dev0): nobody will serve the device"));
  CHECK(contains(text, ">7</text>"));  // The time on the axis.
}

TEST_CASE("a set's changes are its members", "[trace]") {
  static constexpr std::array<std::string_view, 1> nouns = {"vector"};
  const Field field{"irr", 0, 2, 8, FieldKind::hex, nouns};
  toy::Toy t;
  std::string text;
  // Word 5 of 16 bits begins at 0x50.
  SlotIndex slot = 0;
  while (t.fabric.layout().slots()[slot].name != "dev0.pin")
    ++slot;
  trace::append_change(text, t.fabric, trace::Change{slot, &field, 5, 0x8000, 0x0002});
  CHECK(text == "dev0.pin.irr vector 0x51 0>1, dev0.pin.irr vector 0x5f 1>0");
}
