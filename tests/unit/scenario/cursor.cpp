#include "sim/scenario/cursor.h"

#include <catch2/catch.hpp>
#include <functional>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::scenario {
namespace {

using test::contains;
using test::document;
using test::message_of;

enum class Trigger { edge, level };

// Reading `member` of {"x": value}: the message without its position.
std::string misread(const std::string& value, const std::function<void(const Cursor&)>& read) {
  const std::string text =
      message_of([&] { read(document("{\"x\": " + value + "}").root()["x"]); });
  const std::string position = "s.json:1:7: ";
  return text.starts_with(position) ? text.substr(position.size()) : text;
}

TEST_CASE("a cursor reads what is there", "[scenario]") {
  const Cursor c =
      document(R"({"platform":{"host":8},"on":true,"n":-5,"s":"é","t":"1.5us","r":"1ns..2ns",
                   "mode":"level","list":["a","b"]})")
          .root();
  CHECK(c["platform"]["host"].uint(1, 64) == 8);
  CHECK(c["platform"]["host"].pointer() == "/platform/host");
  CHECK(c["on"].boolean());
  CHECK(c["n"].integer(-5, 5) == -5);
  CHECK(c["s"].string() == "é");
  CHECK(c["t"].duration() == 1'500'000);
  CHECK(c["r"].duration_range() == DurationRange{1000, 2000});
  CHECK(c["t"].duration_range() == DurationRange{1'500'000, 1'500'000});
  CHECK(c["mode"].one_of({"edge", "level"}) == "level");
  CHECK(c["mode"].one_of<Trigger>({{"edge", Trigger::edge}, {"level", Trigger::level}}) ==
        Trigger::level);
  CHECK(c["list"].elements().at(1).string() == "b");
}

TEST_CASE("0 is a duration also as a number", "[scenario]") {
  CHECK(document(R"({"x":0})").root()["x"].duration() == 0);
  CHECK(document(R"({"x":0})").root()["x"].duration_range() == DurationRange{0, 0});
}

TEST_CASE("optional members have defaults", "[scenario]") {
  const Cursor c = document(R"({"a": {"n": 7}})").root();
  CHECK(c["a"]["n"].uint_or(1) == 7);
  CHECK(c["a"]["m"].uint_or(1) == 1);
  CHECK(c["none"]["deeper"].uint_or(2) == 2);
  CHECK(c["x"].integer_or(-3, -5, 5) == -3);
  CHECK(c["x"].boolean_or(true));
  CHECK(c["x"].string_or("s") == "s");
  CHECK(c["x"].one_of_or("edge", {"edge", "level"}) == "edge");
  CHECK(c["x"].one_of_or<Trigger>(Trigger::edge, {{"level", Trigger::level}}) == Trigger::edge);
  CHECK(c["x"].duration_or(9) == 9);
  CHECK(c["x"].items_or_none().empty());
  CHECK(c["x"].elements_or_none().empty());
  CHECK(c["a"].items_or_none().size() == 1);
  CHECK_FALSE(c["x"]);
  CHECK(c["a"]);
  // What is there has to be right.
  CHECK_THROWS_AS(c["a"].uint_or(1), InputError);
  CHECK_THROWS_AS(c["a"]["n"].items_or_none(), InputError);
  CHECK_THROWS_AS(c["a"]["n"]["x"].uint_or(1), InputError);
}

TEST_CASE("items come in the order of the document", "[scenario]") {
  const auto items = document(R"({"z":1,"a":2,"m/n":3})").root().items();
  REQUIRE(items.size() == 3);
  CHECK(items[0].first == "z");
  CHECK(items[1].first == "a");
  CHECK(items[1].second.uint() == 2);
  CHECK(items[2].second.pointer() == "/m~1n");
}

TEST_CASE("a cursor outlives its document", "[scenario]") {
  const auto cursor = [] { return document(R"({"a":{"b":"x"}})").root()["a"]; }();
  CHECK(cursor["b"].string() == "x");
}

TEST_CASE("missing members are missed where they should be", "[scenario]") {
  const Cursor c = document("{\n  \"platform\": {\n  }\n}").root();
  CHECK(message_of([&] { c["platform"]["host"].uint(1, 64); }) ==
        "s.json:2:15: \"host\" is missing\n"
        "  at /platform/host\n"
        "  expected: a whole number from 1 to 64");
  // Without the guest it makes no sense to ask for its chip.
  CHECK(message_of([&] { c["guest"]["chip"]["x"].string(); }) ==
        "s.json:1:1: \"guest\" is missing\n"
        "  at /guest\n"
        "  expected: an object");
  CHECK(contains(message_of([&] { c["list"].elements(); }), "expected: an array"));
  CHECK(contains(message_of([&] { c["o"].items(); }), "expected: an object"));
  CHECK(contains(message_of([&] { c["o"].one_of({"a", "b"}); }), "expected: \"a\" or \"b\""));
  CHECK(contains(message_of([&] { c["o"].duration(); }), "expected: a duration such as"));
  CHECK(contains(message_of([&] { c["o"].boolean(); }), "expected: true or false"));
}

TEST_CASE("values of the wrong kind are refused", "[scenario]") {
  const auto uint = [](const Cursor& c) { c.uint(1, 64); };
  const char* whole = "\n  at /x\n  expected: a whole number from 1 to 64";
  CHECK(misread("\"four\"", uint) == std::string("\"x\" is the string \"four\"") + whole);
  CHECK(misread("65", uint) == std::string("\"x\" is 65") + whole);
  CHECK(misread("0", uint) == std::string("\"x\" is 0") + whole);
  CHECK(misread("-1", uint) == std::string("\"x\" is -1") + whole);
  CHECK(misread("2.0", uint) == std::string("\"x\" is 2.0") + whole);
  CHECK(misread("true", uint) == std::string("\"x\" is true") + whole);
  CHECK(misread("null", uint) == std::string("\"x\" is null") + whole);
  CHECK(misread("{}", uint) == std::string("\"x\" is an empty object") + whole);
  CHECK(misread("[1]", uint) == std::string("\"x\" is an array") + whole);
  // Beyond 64 bits JSON numbers are floating point.
  CHECK(misread("18446744073709551616", [](const Cursor& c) {
          c.uint();
        }).starts_with("\"x\" is 1.8446744073709552e+19\n"));
  const auto integer = [](const Cursor& c) { c.integer(-5, 5); };
  CHECK(contains(misread("-6", integer), "expected: a whole number from -5 to 5"));
  CHECK(contains(misread("6", integer), "\"x\" is 6"));
  CHECK(contains(misread("0.5", integer), "\"x\" is 0.5"));
  CHECK(contains(misread("18446744073709551615", integer), "\"x\" is 18446744073709551615"));
  CHECK(contains(misread("1", [](const Cursor& c) { c.uint(7, 7); }), "expected: 7"));
  CHECK(contains(misread("1", [](const Cursor& c) { c.boolean(); }), "expected: true or false"));
  CHECK(misread("1", [](const Cursor& c) { c.string(); }) ==
        "\"x\" is 1\n  at /x\n  expected: a string");
  CHECK(contains(misread("1", [](const Cursor& c) { c.items(); }), "expected: an object"));
  CHECK(contains(misread("{}", [](const Cursor& c) { c.elements(); }), "expected: an array"));
  CHECK(misread("\"s\"", [](const Cursor& c) { c["y"].uint(); }) ==
        "\"x\" is the string \"s\"\n  at /x\n  expected: an object with the member \"y\"");
}

TEST_CASE("integers reach the ends of their types", "[scenario]") {
  const Cursor c =
      document("[18446744073709551615, 9223372036854775807, -9223372036854775808]").root();
  CHECK(c.elements()[0].uint() == UINT64_MAX);
  CHECK(c.elements()[1].integer(INT64_MIN, INT64_MAX) == INT64_MAX);
  CHECK(c.elements()[2].integer(INT64_MIN, INT64_MAX) == INT64_MIN);
}

TEST_CASE("an unknown name gets the list and the nearest one", "[scenario]") {
  const auto chip = [](const Cursor& c) { c.one_of({"ioapic", "gic", "xics"}); };
  CHECK(misread("\"ioapci\"", chip) ==
        "\"x\" is the string \"ioapci\"\n"
        "  at /x\n"
        "  expected: \"ioapic\", \"gic\" or \"xics\"\n"
        "  did you mean \"ioapic\"?");
  CHECK_FALSE(contains(misread("\"openpic\"", chip), "did you mean"));
  CHECK(contains(misread("5", chip), "\"x\" is 5\n"));
  CHECK(contains(misread("\"levle\"",
                         [](const Cursor& c) {
                           c.one_of<Trigger>({{"edge", Trigger::edge}, {"level", Trigger::level}});
                         }),
                 "did you mean \"level\"?"));
}

TEST_CASE("an unknown key stands at the key", "[scenario]") {
  const Cursor c = document("{\n  \"p\": {\"cpus\": 1,\n    \"hsot\" : 2}}").root();
  CHECK_NOTHROW(c["p"].unknown_keys({"cpus", "hsot", "more"}));
  CHECK(message_of([&] {
          c["p"].unknown_keys({"cpus", "host"});
        }) ==
        "s.json:3:5: \"p\" has no member \"hsot\"\n"
        "  at /p/hsot\n"
        "  expected: \"cpus\" or \"host\"\n"
        "  did you mean \"host\"?");
  CHECK(contains(message_of([&] { c.unknown_keys({}); }), "the document has no member \"p\""));
  CHECK_THROWS_AS(c["p"]["cpus"].unknown_keys({}), InputError);
}

TEST_CASE("wrong durations are refused", "[scenario]") {
  const auto duration = [](const Cursor& c) { c.duration(); };
  CHECK(misread("\"5h\"", duration) ==
        "\"x\": \"5h\" is not a duration: \"h\" is no unit of time\n"
        "  at /x\n"
        "  expected: a duration such as \"20us\" or \"1.5ms\": a number and one of "
        "ps, ns, us, ms, s");
  CHECK(contains(misread("20", duration), "a number alone has no unit"));
  CHECK(contains(misread("[]", duration), "\"x\" is an empty array\n"));
  CHECK(contains(misread("\"1us..2us\"", duration), "is not a duration"));
  const auto range = [](const Cursor& c) { c.duration_range(); };
  CHECK(contains(misread("\"2us..1us\"", range), "is an empty range"));
  CHECK(contains(misread("true", range), "or a range such as"));
}

TEST_CASE("elements are called by their number", "[scenario]") {
  const Cursor c = document(R"({"steps": [1, "two"]})").root();
  CHECK(message_of([&] { c["steps"].elements()[1].uint(0, 9); }) ==
        "s.json:1:15: element 1 of \"steps\" is the string \"two\"\n"
        "  at /steps/1\n"
        "  expected: a whole number from 0 to 9");
}

TEST_CASE("a number for text in --set is told how to quote", "[scenario]") {
  Document d = document("{}");
  d.set("name=12");
  CHECK(contains(message_of([&] { d.root()["name"].string(); }),
                 "expected: a string (text that is also JSON needs its own quotes"));
}

TEST_CASE("long and strange strings are shown cut and escaped", "[scenario]") {
  const std::string longish = "\"" + std::string(58, 'a') + "\xc3\xa9 and more\"";
  // The quote and 58 letters are 59 bytes: a cut after 60 would go through the e.
  CHECK(misread(longish, [](const Cursor& c) {
          c.uint();
        }).starts_with("\"x\" is the string \"" + std::string(58, 'a') + "...\"\n"));
  CHECK(misread("\"a\\n\\\"b\"", [](const Cursor& c) {
          c.uint();
        }).starts_with("\"x\" is the string \"a\\n\\\"b\"\n"));
}

TEST_CASE("builders add their own complaints", "[scenario]") {
  const Cursor c = document(R"({"devices": {"nic": {"pin": "INTE"}}})").root();
  const Cursor nic = c["devices"]["nic"];
  CHECK(message_of([&] { nic["pin"].fail("no such pin", "INTA to INTD", "INTD"); }) ==
        "s.json:1:29: no such pin\n  at /devices/nic/pin\n  expected: INTA to INTD\n"
        "  did you mean \"INTD\"?");
  CHECK(message_of([&] { nic.fail_key("this name is taken"); }) ==
        "s.json:1:14: this name is taken\n  at /devices/nic");
}

}  // namespace
}  // namespace irqloom::scenario
