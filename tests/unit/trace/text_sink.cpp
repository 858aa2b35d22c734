#include "sim/trace/text_sink.h"

#include <catch2/catch.hpp>
#include <regex>

#include "tests/unit/trace/toy.h"

using namespace irqloom;  // NOLINT(google-build-using-namespace)
namespace toy = irqloom::trace_toy;
using toy::lines_of;
using toy::told_by;
using trace::TextOptions;
using trace::TextSink;
using trace::TextStyle;

namespace {

std::string told(TextOptions options, const TraceInfo& info = toy::info()) {
  return told_by([&](std::ostream& out) { return TextSink(out, options); }, info);
}

std::string line_with(const std::string& text, const std::string& part) {
  for (const std::string& line : lines_of(text)) {
    if (line.find(part) != std::string::npos) return line;
  }
  return "";
}

}  // namespace

TEST_CASE("text: compact rows say when, who, what and what changed", "[trace][text]") {
  const std::string text = told({TextStyle::compact});
  const std::string raise = line_with(text, "raise the line");
  // Microseconds with three decimals; dev0 steps, hardirq0 and vcpu0 live, the worker does not yet.
  CHECK(raise.starts_with("       0.000  *| |  dev0"));
  CHECK(raise.find("dev0.pin.line 0>1  dev0.pin.mode idle>pending") != std::string::npos);
  CHECK(line_with(text, "take the ioapic").starts_with(" 4639828.000    *|  kworker/0:2"));
  CHECK(text.find("  ~ line: dev=dev0 level=1\n") != std::string::npos);
  CHECK(text.find("!! violated: lost-interrupt (dev0): nobody will serve the device\n") !=
        std::string::npos);
  CHECK(lines_of(text).back() == " 4639831.500  end: violated");
}

TEST_CASE("text: in lanes, a step stands in the lane of its context", "[trace][text]") {
  const std::string text = told({TextStyle::lanes});
  // Four lanes share 120 - 14 columns, two between them: 25 each, 27 apart.
  CHECK(line_with(text, "time (us)").find("hardirq0") == 14 + 27);
  CHECK(line_with(text, "raise the line").find("raise the line") == 14);
  CHECK(line_with(text, "enter").find("enter") == 14 + 27);
  CHECK(line_with(text, "enter").find('|') == 14);
  CHECK(line_with(text, "begin").find("begin") == 14 + 2 * 27);
}

TEST_CASE("text: lanes for as many contexts as stay readable", "[trace][text]") {
  const auto style = [](TextStyle wanted, std::size_t extra) {
    toy::Toy t("worker", extra);
    std::ostringstream out;
    TextSink sink(out, {wanted});
    sink.begin(t.fabric, toy::info());
    return line_with(out.str(), "time (us)").find("what changed") == std::string::npos ? "lanes"
                                                                                       : "compact";
  };
  CHECK(style(TextStyle::automatic, 0) == std::string("lanes"));
  CHECK(style(TextStyle::automatic, 1) == std::string("compact"));
  CHECK(style(TextStyle::lanes, 4) == std::string("lanes"));
  CHECK(style(TextStyle::lanes, 5) == std::string("compact"));
  CHECK(style(TextStyle::compact, 0) == std::string("compact"));
}

TEST_CASE("text: no line is longer than 120 columns", "[trace][text]") {
  const auto extra = GENERATE(std::size_t{0}, std::size_t{4}, std::size_t{8}, std::size_t{60});
  const auto style = GENERATE(TextStyle::lanes, TextStyle::compact);
  toy::Toy t("irq/24-vfio-intx(0000:00:1f.2)-and-a-name-that-nobody-would-give", extra);
  std::ostringstream out;
  TextSink sink(out, {style});
  TraceInfo info = toy::info();
  info.scenario = std::string(150, 's');
  toy::tell(t, sink, info);
  for (const std::string& line : lines_of(out.str())) {
    INFO(line);
    CHECK(trace::columns(line) <= 120);
    CHECK((line.empty() || line.back() != ' '));
  }
}

TEST_CASE("text: colours only on request, and nothing else differs", "[trace][text]") {
  const auto style = GENERATE(TextStyle::lanes, TextStyle::compact);
  const std::string plain = told({style});
  const std::string colored = told({style, true});
  CHECK(plain.find('\x1b') == std::string::npos);
  CHECK(colored.find('\x1b') != std::string::npos);
  CHECK(std::regex_replace(colored, std::regex("\x1b\\[[0-9;]*m"), "") == plain);
}

TEST_CASE("text: a replay says that its times are counts of steps", "[trace][text]") {
  CHECK(lines_of(told({}, toy::info(false)))[0].find("one step is one nanosecond") !=
        std::string::npos);
}

TEST_CASE("text: the same trace is the same text", "[trace][text]") {
  CHECK(told({}) == told({}));
}
