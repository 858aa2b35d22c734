#include "sim/scenario/json_reader.h"

#include <catch2/catch.hpp>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::scenario {
namespace {

using test::contains;
using test::document;
using test::refusal;

Position value_at(const Document& document, std::string_view pointer) {
  return document.place(pointer).value;
}

TEST_CASE("every value knows its line and column", "[scenario]") {
  const Document d = document(
      "{\n"
      "  \"a\": 1,\n"
      "  \"b\" : { \"c\":[true,null , \"x\"],\n"
      "\t\"d\": -1.5e3 }\n"
      "}");
  CHECK(value_at(d, "") == Position{1, 1});
  CHECK(value_at(d, "/a") == Position{2, 8});
  CHECK(d.place("/a").key == Position{2, 3});
  CHECK(value_at(d, "/b") == Position{3, 9});
  CHECK(d.place("/b").key == Position{3, 3});
  CHECK(value_at(d, "/b/c") == Position{3, 15});
  CHECK(value_at(d, "/b/c/0") == Position{3, 16});
  CHECK(value_at(d, "/b/c/1") == Position{3, 21});
  CHECK(value_at(d, "/b/c/2") == Position{3, 28});
  CHECK(value_at(d, "/b/d") == Position{4, 7});
  CHECK(d.place("/b/d").origin->source == "s.json");
}

TEST_CASE("columns count bytes, and strings hide their brackets", "[scenario]") {
  // The e with its accent is two bytes; the key ends with an escaped quote.
  const Document d = document("{\"\xc3\xa9,:{\\\"\":[\"a,]}\\\\\",7]}");
  CHECK(value_at(d, "/\xc3\xa9,:{\"") == Position{1, 12});
  CHECK(value_at(d, "/\xc3\xa9,:{\"/0") == Position{1, 13});
  CHECK(value_at(d, "/\xc3\xa9,:{\"/1") == Position{1, 22});
}

TEST_CASE("lines end as on Unix and as on Windows", "[scenario]") {
  CHECK(value_at(document("{\r\n\"a\":\r\n1}"), "/a") == Position{3, 1});
}

TEST_CASE("a byte order mark takes up no column", "[scenario]") {
  CHECK(value_at(document("\xef\xbb\xbf{\"a\":1}"), "/a") == Position{1, 6});
}

TEST_CASE("pointers escape slash and tilde as RFC 6901 says", "[scenario]") {
  const Document d = document(R"({"a/b": {"c~d": 1, "": 2}})");
  CHECK(value_at(d, "/a~1b/c~0d") == Position{1, 17});
  CHECK(value_at(d, "/a~1b/") == Position{1, 24});
}

TEST_CASE("the values and the order of members are the text's", "[scenario]") {
  const char* text = R"({"z":[1,-2,0.5,"\u00e9",{}],"a":{"y":null,"b":false}})";
  CHECK(document(text).json().dump() == R"({"z":[1,-2,0.5,"é",{}],"a":{"y":null,"b":false}})");
  CHECK(document("18446744073709551615").json() == 18446744073709551615u);
  CHECK(document("\"\\ud83d\\ude00\"").json() == "\xf0\x9f\x98\x80");
  CHECK(document("-0").json() == 0);
}

TEST_CASE("a key that is there twice is refused with both places", "[scenario]") {
  CHECK(refusal("{\"p\": {\"host\": 1,\n  \"guest\": 2,\n  \"host\": 3}}") ==
        "s.json:3:3: the key \"host\" is there twice\n"
        "  at /p/host\n"
        "  expected: each key once; the first one is at line 1, column 8");
  // The escape spells the same key.
  CHECK(contains(refusal(R"({"a":1,"\u0061":2})"), "s.json:1:8: the key \"a\" is there twice"));
  // The same key in another object is another key.
  CHECK_NOTHROW(document(R"({"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":1}]})"));
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST_CASE("64 levels are the limit", "[scenario]") {
  CHECK_NOTHROW(document(nested(64)));
  CHECK(contains(refusal(nested(65)), "s.json:1:65: objects and arrays are nested too deeply"));
  CHECK(contains(refusal(nested(65)), "expected: at most 64 levels"));
  // Refused where it gets too deep, whatever follows.
  CHECK(contains(refusal(std::string(1000000, '[')), "s.json:1:65:"));
}

TEST_CASE("a text without content is refused", "[scenario]") {
  CHECK(refusal("") == "s.json:1:1: it is empty\n  expected: a JSON object");
  CHECK(contains(refusal(" \n\t "), "s.json:1:1: there is nothing but white space"));
}

TEST_CASE("text that is not UTF-8 is refused at the first wrong byte", "[scenario]") {
  CHECK(contains(refusal("{\"a\":\n\"\xff\"}"), "s.json:2:2: the byte 0xff is not UTF-8"));
  CHECK(contains(refusal("\xff\xfe{\0"), "s.json:1:1: the text is UTF-16"));
  // Unicode, table 3-7: what no well-formed UTF-8 has.
  for (const char* bytes :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xc3("}) {
    INFO(Catch::rangeToString(std::string(bytes)));
    CHECK(contains(refusal(std::string("\"") + bytes + "\""), "s.json:1:2: the byte 0x"));
  }
  for (const char* bytes : {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                            "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CHECK_NOTHROW(document(std::string("\"") + bytes + "\""));
  }
}

struct BadText {
  const char* text;
  const char* first_line;
  const char* expected;
};

// The mistakes that people make in JSON. Positions are counted by hand.
TEST_CASE("malformed JSON is refused where it is wrong, with what would be right", "[scenario]") {
  const BadText cases[] = {
      {"{\"a\":1,}", "s.json:1:7: a comma in front of '}'", "no comma after the last one"},
      {"[1,\n]", "s.json:1:3: a comma in front of ']'", "no comma after the last one"},
      {"[1,,2]", "s.json:1:4: ',' is in the wrong place", "a value"},
      {"[,1]", "s.json:1:2: ',' is in the wrong place", "a value, or ']'"},
      {"{\"a\":1 \"b\":2}", "s.json:1:8: a string is in the wrong place", "',' or '}'"},
      {"{\"a\":1\n\n  b:2}", "s.json:3:3: b is in the wrong place", "',' or '}'"},
      {"[1 2]", "s.json:1:4: 2 is in the wrong place", "',' or ']'"},
      {"{\"a\" 1}", "s.json:1:6: 1 is in the wrong place", "':' between a key and its value"},
      {"{\"a\",1}", "s.json:1:5: ',' is in the wrong place", "':' between a key and its value"},
      {"{\"a\":}", "s.json:1:6: '}' is in the wrong place", "a value"},
      {"{\"a\"}", "s.json:1:5: '}' is in the wrong place", "':' between a key and its value"},
      {"{\"a\":[1}", "s.json:1:8: '}' does not close the '[' of line 1, column 6", "',' or ']'"},
      {"[{\"a\":1]", "s.json:1:8: ']' does not close the '{' of line 1, column 2", "',' or '}'"},
      {"{a:1}", "s.json:1:2: the word a is not JSON", "text in double quotes"},
      {"{1:1}", "s.json:1:2: 1 is in the wrong place", "a key in double quotes, or '}'"},
      {"{\"a\":1, 2:1}", "s.json:1:9: 2 is in the wrong place", "a key in double quotes"},
      {"{'a':1}", "s.json:1:2: a single quote", "text in double quotes"},
      {"{\"a\":'x'}", "s.json:1:6: a single quote", "text in double quotes"},
      {"{ // why\n}", "s.json:1:3: JSON has no comments", "a key in double quotes, or '}'"},
      {"[1 /* why */]", "s.json:1:4: JSON has no comments", "',' or ']'"},
      {"# why\n{}", "s.json:1:1: JSON has no comments", "a JSON value"},
      {"{\"a\":True}", "s.json:1:6: the word True is not JSON", "a value"},
      {"[upstream]", "s.json:1:2: the word upstream is not JSON", "text in double quotes"},
      {"[012]", "s.json:1:2: 012 is not a number", "a number such as"},
      {"[-01e5]", "s.json:1:2: -01e5 is not a number", "a number such as"},
      {"[0x10]", "s.json:1:2: 0x10 is not a number", "a number such as"},
      {"[+1]", "s.json:1:2: +1 is not a number", "a number such as"},
      {"[.5]", "s.json:1:2: .5 is not a number", "a number such as"},
      {"[1.]", "s.json:1:2: 1. is not a number", "a number such as"},
      {"[1.5.2]", "s.json:1:2: 1.5.2 is not a number", "a number such as"},
      {"[1e]", "s.json:1:2: 1e is not a number", "a number such as"},
      {"[-]", "s.json:1:2: - is not a number", "a number such as"},
      {"[20us]", "s.json:1:2: 20us is not a number", "a number such as"},
      {"[truefalse]", "s.json:1:2: the word truefalse is not JSON", "text in double quotes"},
      {"[1e400]", "s.json:1:2: 1e400 is too large a number", "a number below 1.8e308"},
      {"[\"a\nb\"]", "s.json:1:2: the string that begins here does not end", "a closing '\"'"},
      {"{\"a", "s.json:1:2: the string that begins here does not end", "a closing '\"'"},
      {"[\"a\tb\"]", "s.json:1:4: a string holds the control character 0x09", "\\t"},
      {"[\"a\x01\"]", "s.json:1:4: a string holds the control character 0x01", "\\u0001"},
      {"[\"a\\x\"]", "s.json:1:4: a backslash and 'x' are no escape", "one of \\\""},
      {"[\"\\\"\\u12g4\"]", "s.json:1:5: \\u without four hexadecimal digits", "such as"},
      {"[\"\\ud83d\"]", "s.json:1:3: \\ud83d is only half of a surrogate pair",
       "the character itself, or both halves"},
      {"[\"\\ude00\"]", "s.json:1:3: \\ude00 is only half of a surrogate pair",
       "the character itself, or both halves"},
      {"[\"\\ud83d\\n\"]", "s.json:1:3: \\ud83d is only half",
       "the character itself, or both halves"},
      {"{\"a\":1", "s.json:1:7: the text ends inside of the object that begins at line 1, column 1",
       "',' or '}'"},
      {"{\"a\":\n [1,", "s.json:2:5: the text ends inside of the array that begins at line 2",
       "a value"},
      {"{", "s.json:1:2: the text ends inside of the object", "a key in double quotes, or '}'"},
      {"{} {}", "s.json:1:4: '{' is in the wrong place", "nothing more"},
      {"{}}", "s.json:1:3: '}' is in the wrong place", "nothing more"},
      {"1 2", "s.json:1:3: 2 is in the wrong place", "nothing more"},
      {"]", "s.json:1:1: ']' is in the wrong place", "a JSON value"},
      {"[\x01]", "s.json:1:2: the byte 0x01 is in the wrong place", "a value, or ']'"},
  };
  for (const BadText& bad : cases) {
    const std::string text = refusal(bad.text);
    INFO(bad.text << "\n" << text);
    CHECK(text.starts_with(bad.first_line));
    CHECK(contains(text, std::string("  expected: ") + bad.expected));
  }
}

TEST_CASE("a NUL byte does not end the text", "[scenario]") {
  using namespace std::string_literals;
  CHECK(contains(refusal("{}\0rubbish"s), "s.json:1:3: the byte 0x00 is in the wrong place"));
  CHECK(contains(refusal("[1,\0 2]"s), "s.json:1:4: the byte 0x00 is in the wrong place"));
}

TEST_CASE("malformed JSON names the value around it", "[scenario]") {
  CHECK(contains(refusal(R"({"a":{"b":[1,}})"), "\n  at /a/b\n"));
}

TEST_CASE("Python's words are recognized", "[scenario]") {
  CHECK(contains(refusal("[False]"), "did you mean \"false\"?"));
  CHECK(contains(refusal("[nul]"), "did you mean \"null\"?"));
  CHECK(contains(refusal("{a:1}"), "did you mean \"a\"?"));
}

// Each beginning of a valid text is invalid, and each text with a byte changed is valid or refused
// at a position inside of it: the explanation always finds its way.
TEST_CASE("no damaged text confuses the explanation", "[scenario]") {
  const std::string good =
      "{\"a\": [1, -2.5e3, \"x\\n\\u00e9\", {}, []],\n \"b\": {\"c\": true, \"d\": null}}";
  for (std::size_t i = 1; i < good.size(); ++i) {
    INFO(good.substr(0, i));
    CHECK(refusal(good.substr(0, i)).starts_with("s.json:"));
  }
  int refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bad = good;
      bad[i] = static_cast<char>(byte);
      try {
        document(bad);
      } catch (const InputError& error) {
        ++refused;
        INFO(bad << "\n" << error.what());
        const std::string text = error.what();
        // The text has two lines, or three if the byte is a line feed.
        REQUIRE((text.starts_with("s.json:1:") || text.starts_with("s.json:2:") ||
                 (byte == '\n' && text.starts_with("s.json:3:"))));
      }
    }
  }
  CHECK(refused > 5000);
}

}  // namespace
}  // namespace irqloom::scenario
