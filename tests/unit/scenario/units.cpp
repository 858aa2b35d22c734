#include "sim/scenario/units.h"

#include <catch2/catch.hpp>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::scenario {
namespace {

using test::contains;
using test::message_of;

std::string refusal(std::string_view text) {
  return message_of<UnitError>([&] { parse_duration_range(text); });
}

TEST_CASE("durations are exact picoseconds", "[scenario]") {
  CHECK(parse_duration("0") == 0);
  CHECK(parse_duration("0s") == 0);
  CHECK(parse_duration("0.0") == 0);
  CHECK(parse_duration("00") == 0);
  CHECK(parse_duration("250ps") == 250);
  CHECK(parse_duration("10ns") == 10'000);
  CHECK(parse_duration("20us") == 20'000'000);
  CHECK(parse_duration("1.5ms") == 1'500'000'000);
  CHECK(parse_duration("3s") == 3'000'000'000'000);
  CHECK(parse_duration("007us") == 7'000'000);
  CHECK(parse_duration("0.000000000001s") == 1);
  // A double has 53 bits and would round this.
  CHECK(parse_duration("9007.199254740993s") == 9'007'199'254'740'993);
  // Zeros behind the point add nothing, however many.
  CHECK(parse_duration("1.500000000000000000000000000000ns") == 1500);
}

TEST_CASE("durations fill 64 bits and do not wrap", "[scenario]") {
  CHECK(parse_duration("18446744073709551615ps") == UINT64_MAX);
  CHECK(parse_duration("18446744.073709551615s") == UINT64_MAX);
  for (const char* text : {"18446744073709551616ps", "18446744.073709551616s", "18446745s",
                           "99999999999999999999999999s", "18446744073709551615s"}) {
    INFO(text);
    CHECK(contains(refusal(text), "it is longer than 18446744.073709551615s"));
  }
}

TEST_CASE("what is no duration is told why", "[scenario]") {
  CHECK(refusal("5 parsecs") == "\"5 parsecs\" is not a duration: \" parsecs\" is no unit of time");
  CHECK(contains(refusal("5m"), "\"m\" is no unit of time"));
  CHECK(contains(refusal("5US"), "\"US\" is no unit of time"));
  CHECK(contains(refusal("5us "), "\"us \" is no unit of time"));
  CHECK(contains(refusal("1e3us"), "\"e3us\" is no unit of time"));
  CHECK(contains(refusal("1.2.3us"), "\".3us\" is no unit of time"));
  CHECK(contains(refusal("5"), "it has no unit"));
  CHECK(contains(refusal("0.5"), "it has no unit"));
  CHECK(contains(refusal("-5us"), "it is negative"));
  CHECK(contains(refusal(""), "does not begin with a number"));
  CHECK(contains(refusal("us"), "does not begin with a number"));
  CHECK(contains(refusal(".5us"), "does not begin with a number"));
  CHECK(contains(refusal("+5us"), "does not begin with a number"));
  CHECK(contains(refusal("5.us"), "no digit behind its decimal point"));
  CHECK(contains(refusal("0.5ps"), "no whole number of picoseconds"));
  CHECK(contains(refusal("1.0005ns"), "no whole number of picoseconds"));
}

TEST_CASE("a wrong duration names the valid units", "[scenario]") {
  try {
    parse_duration("5h");
    FAIL("5h was taken");
  } catch (const UnitError& error) {
    CHECK(contains(error.expected(), "ps, ns, us, ms, s"));
  }
}

TEST_CASE("ranges have two ends", "[scenario]") {
  CHECK(parse_duration_range("5us..10us") == DurationRange{5'000'000, 10'000'000});
  CHECK(parse_duration_range("0..1.5ns") == DurationRange{0, 1500});
  CHECK(parse_duration_range("1us..1000ns") == DurationRange{1'000'000, 1'000'000});
  CHECK(parse_duration_range("20us") == DurationRange{20'000'000, 20'000'000});
}

TEST_CASE("malformed ranges are refused", "[scenario]") {
  CHECK(contains(refusal("10us..5us"), "begins behind its end"));
  CHECK(contains(refusal("5..10us"), "\"5\" is not a duration: it has no unit"));
  CHECK(contains(refusal("5us.."), "\"\" is not a duration"));
  CHECK(contains(refusal("..5us"), "\"\" is not a duration"));
  CHECK(contains(refusal("1us..2us..3us"), "\"2us..3us\" is not a duration"));
}

TEST_CASE("durations are shown in their shortest form", "[scenario]") {
  CHECK(format_duration(0) == "0");
  CHECK(format_duration(1) == "1ps");
  CHECK(format_duration(999) == "999ps");
  CHECK(format_duration(1000) == "1ns");
  CHECK(format_duration(100'000) == "100ns");
  CHECK(format_duration(20'000'000) == "20us");
  CHECK(format_duration(1'500'000'000) == "1.5ms");
  CHECK(format_duration(500'000'000'000) == "500ms");
  CHECK(format_duration(60'000'000'000'000) == "60s");
  CHECK(format_duration(1'230'000) == "1.23us");     // As long as 1230ns: the larger unit wins.
  CHECK(format_duration(1'234'567) == "1234567ps");  // Shorter than 1.234567us by the point.
}

TEST_CASE("what is shown reads back exactly", "[scenario]") {
  std::uint64_t x = 1;
  for (int i = 0; i < 2000; ++i) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t ps = x >> (i % 64);
    INFO(ps);
    CHECK(parse_duration(format_duration(ps)) == ps);
  }
  CHECK(parse_duration(format_duration(UINT64_MAX)) == UINT64_MAX);
}

}  // namespace
}  // namespace irqloom::scenario
