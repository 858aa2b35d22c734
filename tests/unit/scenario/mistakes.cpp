// Reading goes on after a mistake, and what only follows from one is not told.
#include "sim/scenario/mistakes.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::scenario {
namespace {

using test::contains;
using test::document;
using test::message_of;

/// What is told after `read` has read the whole text with mistakes collected.
template <class Read>
std::vector<Mistake> mistakes_in(const std::string& text, Read&& read) {
  const Document d = document(text);
  Collecting collecting(d);
  read(d.root());
  try {
    collecting.settle();
  } catch (const InputError& error) {
    return error.mistakes();
  }
  return {};
}

TEST_CASE("without collecting the first mistake is thrown", "[scenario]") {
  const Document d = document(R"({"a": 1, "b": 2})");
  CHECK_THROWS_AS(d.root()["a"].string(), InputError);
  {
    Collecting collecting(d);
    CHECK(d.root()["a"].string().empty());
  }
  CHECK_THROWS_AS(d.root()["b"].string(), InputError);
}

TEST_CASE("collected mistakes come in the order of their places", "[scenario]") {
  const auto found = mistakes_in("{\"a\": 1,\n \"b\": 2,\n \"c\": \"x\"}", [](const Cursor& c) {
    CHECK(c["c"].uint(3, 9) == 3);
    CHECK(c["b"].string_or("other") == "other");
    CHECK(c["a"].one_of({"first", "second"}) == "first");
    CHECK(c["d"].duration_or(7) == 7);
  });
  REQUIRE(found.size() == 3);
  CHECK(found[0].pointer == "/a");
  CHECK(found[0].line == 1);
  CHECK(found[1].pointer == "/b");
  CHECK(found[2].line == 3);
  CHECK(found[2].column == 7);
  CHECK(found[2].expected == "a whole number from 3 to 9");
}

TEST_CASE("what follows from a mistake is not told", "[scenario]") {
  const auto found =
      mistakes_in(R"({"a": {"b": 1, "c": 2}, "d": 5, "e": {}})", [](const Cursor& c) {
        const Cursor a = c["a"];
        CHECK_FALSE(a.attempt([&] {
          a["b"].string();
          a["b"].attempt([&] { a["b"].fail("it is empty"); });  // The same value again.
          a.fail("a whole without a part");                     // What it is in.
        }));
        c["d"].unknown_keys({"x"});
        c["d"]["x"].uint();  // A part of it.
        CHECK_FALSE(c["e"].attempt([&] { c["e"]["f"]["g"].uint(); }));
        CHECK_FALSE(c["e"].attempt([&] { c["e"]["f"]["h"].uint(); }));
        CHECK(c["a"].attempt([] {}));
      });
  REQUIRE(found.size() == 3);
  CHECK(found[0].pointer == "/a/b");
  CHECK(found[1].pointer == "/d");
  CHECK(found[2].pointer == "/e/f");
}

TEST_CASE("a strict cursor throws into the attempt", "[scenario]") {
  const auto found = mistakes_in(R"({"kind": "typo", "x": 1})", [](const Cursor& c) {
    bool went_on = false;
    CHECK_FALSE(c.attempt([&] {
      c["kind"].strict().one_of({"this", "that"});
      went_on = true;
    }));
    CHECK_FALSE(went_on);
  });
  CHECK(found.size() == 1);
}

TEST_CASE("unknown members are all told, and no more than somebody can mend", "[scenario]") {
  std::string text = "{\"good\": 1";
  for (int i = 0; i < 30; ++i)
    text += ", \"n" + std::to_string(i) + "\": 0";
  const auto found = mistakes_in(text + "}", [](const Cursor& c) { c.unknown_keys({"good"}); });
  CHECK(found.size() == Error::most_told);
}

TEST_CASE("a text tells ten mistakes and how many more there are", "[scenario]") {
  std::vector<Mistake> mistakes;
  for (int i = 0; i < 12; ++i)
    mistakes.push_back({.file = "f", .line = 1, .column = 1, .message = "m" + std::to_string(i)});
  const std::string text = InputError(mistakes).what();
  CHECK(text.starts_with("f:1:1: m0\nf:1:1: m1\n"));
  CHECK(contains(text, "m9\n2 more mistakes"));
  CHECK_FALSE(contains(text, "m10"));
}

TEST_CASE("names of any length are cut in messages, whole characters only", "[scenario]") {
  const std::string name(5000, 'x');
  CHECK(shortened("\"" + name + "\" is no name").size() < 100);
  CHECK(shortened("\"a b\" and \"c\"") == "\"a b\" and \"c\"");
  CHECK(shortened("the path /a/" + std::string(100, 'b')) ==
        "the path /a/" + std::string(100, 'b'));
  std::string accents;
  for (int i = 0; i < 100; ++i)
    accents += "\xc3\xa9";
  const std::string cut = shortened("\"" + accents + "\"");
  CHECK(contains(cut, "\xc3\xa9...\""));
  const Mistake mistake{.file = "f", .pointer = "/a/" + name + "/b", .message = "m"};
  CHECK(contains(text_of(mistake), ".../b"));
}

TEST_CASE("a giant document that is no object is refused at its first character", "[scenario]") {
  const test::TempFolder folder;
  const auto refusal_of = [&](const std::string& text) {
    test::write_file(folder / "s.json", text);
    return message_of([&] { Document::from_file(folder / "s.json"); });
  };
  std::string list = " \n[1";
  for (int i = 0; i < 5'000'000; ++i)
    list += ",1";
  CHECK(contains(refusal_of(list), "s.json:2:1: the document is an array"));
  CHECK(contains(refusal_of("\"" + std::string(5'000'000, 'x')), "s.json:1:1: the document is a"));
  CHECK(contains(refusal_of("-5"), "s.json:1:1: the document is a number"));
  CHECK(contains(refusal_of("{\"a\": " + list.substr(2) + "]}"), "more than 1000000 values"));
  CHECK(refusal_of("{}") == "(nothing was thrown)");
}

}  // namespace
}  // namespace irqloom::scenario
