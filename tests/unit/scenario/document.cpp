#include "sim/scenario/document.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::scenario {
namespace {

using test::contains;
using test::content_of;
using test::document;
using test::message_of;
using test::TempFolder;

std::string file_refusal(const std::string& path) {
  return message_of([&] { Document::from_file(path); });
}

TEST_CASE("a document comes from a file", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "a.json";
  test::write_file(path, "{\"a\": 1}");
  const Document d = Document::from_file(path);
  CHECK(d.name() == path);
  CHECK(d.json()["a"] == 1);
  CHECK(d.place("/a").origin->source == path);
  test::write_file(path, "{\"a\" 1}");
  CHECK(file_refusal(path).starts_with(path + ":1:6: 1 is in the wrong place\n"));
  test::write_file(path, "");
  CHECK(file_refusal(path).starts_with(path + ":1:1: it is empty\n"));
}

TEST_CASE("a document comes from a pipe", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer([&] { test::write_file(path, R"({"a": 1, "b": 2})"); });
  const Document d = Document::from_file(path);
  writer.join();
  CHECK(d.json().size() == 2);
}

TEST_CASE("a missing file is refused, with the one that was meant", "[scenario]") {
  const TempFolder folder;
  test::write_file(folder / "intx-storm.json", "{}");
  const std::string missing = folder / "intx-strom.json";
  CHECK(file_refusal(missing) == missing +
                                     ": cannot be read: No such file or directory\n"
                                     "  expected: an existing JSON file\n"
                                     "  did you mean \"" +
                                     (folder / "intx-storm.json") + "\"?");
  CHECK_FALSE(contains(file_refusal(folder / "other.json"), "did you mean"));
  CHECK_FALSE(contains(file_refusal(folder / "no-folder/intx-storm.json"), "did you mean"));
  CHECK(file_refusal("").starts_with("\"\": cannot be read: No such file or directory\n"));
}

TEST_CASE("what is no readable file is refused", "[scenario]") {
  const TempFolder folder;
  CHECK(file_refusal(folder.path().string()) ==
        folder.path().string() + ": is a folder\n  expected: a JSON file");
  const std::string secret = folder / "secret.json";
  test::write_file(secret, "{}");
  CHECK(contains(file_refusal(secret + "/x"), "cannot be read: Not a directory"));
  REQUIRE(::chmod(secret.c_str(), 0) == 0);
  const test::Unprivileged nobody;
  CHECK(file_refusal(secret) ==
        secret + ": cannot be read: Permission denied\n  expected: a file that you may read");
}

TEST_CASE("of equally near files the first by name is proposed", "[scenario]") {
  const TempFolder folder;
  for (const char* name : {"x5", "x3", "x1", "x4", "x2"})
    test::write_file(folder / name, "{}");
  CHECK(contains(file_refusal(folder / "x0"), "did you mean \"" + (folder / "x1") + "\"?"));
}

TEST_CASE("a file without an end in sight is given up", "[scenario]") {
  const TempFolder folder;
  test::write_file(folder / "long", "");
  std::filesystem::resize_file(folder / "long", (std::uintmax_t{64} << 20) + 1);
  CHECK(file_refusal(folder / "long").starts_with((folder / "long") + ": holds more than 64 MiB"));
  CHECK(contains(file_refusal("/dev/zero"), "/dev/zero: holds more than 64 MiB"));
}

// RFC 7396, appendix A: original, patch, result.
TEST_CASE("patches do what RFC 7396 says", "[scenario]") {
  const char* cases[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"({"a":"foo"})", R"({"a":{"b":{"c":null}}})", R"({"a":{"b":{}}})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
      {R"({"a":[1]})", R"({"a":[null,{"x":null}]})", R"({"a":[null,{"x":null}]})"},
  };
  for (const auto& [original, patch, result] : cases) {
    INFO(original << " patched with " << patch);
    Json whole = Json::parse(original);
    whole["the patch"] = Json::parse(patch);
    Document d = document(whole.dump());
    d.apply_patch("/the patch", "test");
    d.remove("/the patch");
    CHECK(d.json().dump() == Json::parse(result).dump());
  }
}

const char* const variants =
    "{\n"
    "  \"host\": {\"chip\": \"gic\", \"cpus\": 2},\n"
    "  \"list\": [1, 2, 3],\n"
    "  \"variants\": {\n"
    "    \"big\": {\"patch\": {\n"
    "      \"host\": {\"cpus\": 64, \"chip\": null},\n"
    "      \"list\": [\n"
    "        4],\n"
    "      \"new\": {\"deep\": {\"x\": 5}}\n"
    "    }}\n"
    "  }\n"
    "}\n";

Document big_variant() {
  Document d = document(variants);
  d.apply_patch("/variants/big/patch", "variant \"big\"");
  return d;
}

TEST_CASE("what a patch wrote stands where the patch stands", "[scenario]") {
  const Document d = big_variant();
  CHECK(d.place("/host/cpus").value == Position{6, 24});
  CHECK(d.place("/host/cpus").key == Position{6, 16});
  CHECK(d.place("/host/cpus").origin->writer == "variant \"big\"");
  CHECK(d.place("/host/cpus").origin->source == "s.json");
  CHECK(d.place("/list").value == Position{7, 15});
  CHECK(d.place("/list/0").value == Position{8, 9});
  CHECK(d.place("/new/deep/x").value == Position{9, 29});
  CHECK(d.place("/new").value == Position{9, 14});
  // The object itself was the base's, and stays so.
  CHECK(d.place("/host").value == Position{2, 11});
  CHECK(d.place("/host").origin->writer.empty());
  // Of the longer array that was there before nothing is left.
  CHECK(d.place("/list/2").value == d.place("/list").value);
  // The patch in its own place is the file's, as ever.
  CHECK(d.place("/variants/big/patch/host/cpus").origin->writer.empty());
}

TEST_CASE("who deletes is to blame for what is missing", "[scenario]") {
  const Document d = big_variant();
  CHECK(d.place("/host/chip").value == Position{6, 36});
  CHECK(message_of([&] { d.root()["host"]["chip"].string(); }) ==
        "s.json:6:36: \"chip\" is missing\n"
        "  at /host/chip\n"
        "  expected: a string\n"
        "  written by: variant \"big\"");
  // What nobody wrote is missing from its parent.
  CHECK(d.place("/host/none").value == Position{2, 11});
}

TEST_CASE("the last writer wins", "[scenario]") {
  Document d = big_variant();
  d.set("host.chip=xics");
  CHECK(d.place("/host/chip").origin->source == "--set host.chip=xics");
  d.apply_patch("/variants/big/patch", "again");
  CHECK(d.place("/host/chip").origin->writer == "again");
  CHECK_FALSE(d.root()["host"]["chip"]);
}

TEST_CASE("what --set wrote into a patch stays its own", "[scenario]") {
  Document d = document(variants);
  d.set("variants.big.patch.host.cpus=65");
  d.apply_patch("/variants/big/patch", "variant \"big\"");
  CHECK(d.json()["host"]["cpus"] == 65);
  CHECK(message_of([&] { d.root()["host"]["cpus"].uint(1, 64); }) ==
        "--set variants.big.patch.host.cpus=65: \"cpus\" is 65\n"
        "  at /host/cpus\n"
        "  expected: a whole number from 1 to 64");
}

TEST_CASE("a patch keeps the base's order and appends", "[scenario]") {
  Document d = document(R"({"b":1,"a":2,"p":{"c":3,"a":4}})");
  d.apply_patch("/p", "p");
  CHECK(d.json().dump() == R"({"b":1,"a":4,"p":{"c":3,"a":4},"c":3})");
}

TEST_CASE("a patch that is none is refused", "[scenario]") {
  Document d = document(R"({"variants": {"x": {"patch": [1]}}})");
  CHECK(message_of([&] { d.apply_patch("/variants/x/patch", "x"); }) ==
        "s.json:1:30: the patch is an array\n"
        "  at /variants/x/patch\n"
        "  expected: an object that says what to change");
  CHECK_THROWS_AS(d.apply_patch("/variants/y/patch", "y"), InternalError);
}

TEST_CASE("copies do not see each other's changes", "[scenario]") {
  const Document base = document(variants);
  Document copy = base;
  CHECK(&copy.json() == &base.json());  // Cheap: nothing is copied until something changes.
  const Cursor before = copy.root()["host"]["cpus"];
  copy.apply_patch("/variants/big/patch", "big");
  CHECK(base.json()["host"]["cpus"] == 2);
  CHECK(copy.json()["host"]["cpus"] == 64);
  CHECK(before.uint() == 2);
}

Json after_set(std::string_view text, std::string_view assignment) {
  Document d = document(text);
  d.set(assignment);
  return d.json();
}

TEST_CASE("the option --set takes dotted paths and JSON pointers", "[scenario]") {
  CHECK(after_set(R"({"a":{"b":1}})", "a.b=2").dump() == R"({"a":{"b":2}})");
  CHECK(after_set(R"({"a":{"b":1}})", "/a/b=2").dump() == R"({"a":{"b":2}})");
  CHECK(after_set("{}", "a.b.c=2").dump() == R"({"a":{"b":{"c":2}}})");
  CHECK(after_set(R"({"linux-6.1":1})", "/linux-6.1=2").dump() == R"({"linux-6.1":2})");
  CHECK(after_set("{}", "/a~1b/~0=2").dump() == R"({"a/b":{"~":2}})");
}

TEST_CASE("the option --set takes JSON, and for anything else text", "[scenario]") {
  CHECK(after_set("{}", "a=2")["a"] == 2);
  CHECK(after_set("{}", "a=true")["a"] == true);
  CHECK(after_set("{}", "a=[1, {\"b\": 2}]")["a"][1]["b"] == 2);
  CHECK(after_set("{}", "a=\"12\"")["a"] == "12");
  CHECK(after_set("{}", "a=20us")["a"] == "20us");
  CHECK(after_set("{}", "a=5us..10us")["a"] == "5us..10us");
  CHECK(after_set("{}", "a=x=y")["a"] == "x=y");
  CHECK(after_set("{}", "a=")["a"] == "");
  CHECK(after_set("{}", "a={\"b\":1")["a"] == "{\"b\":1");
  // It replaces, also objects, where a patch would merge.
  CHECK(after_set(R"({"a":{"b":1}})", "a={\"c\":2}").dump() == R"({"a":{"c":2}})");
}

TEST_CASE("the option --set null deletes, as in a patch", "[scenario]") {
  CHECK(after_set(R"({"a":{"b":1,"c":2}})", "a.b=null").dump() == R"({"a":{"c":2}})");
  Document d = document(R"({"a":1})");
  d.set("a=null");
  CHECK(message_of([&] {
          d.root()["a"].uint();
        }).starts_with("--set a=null: \"a\" is missing\n  at /a\n"));
}

TEST_CASE("errors in what --set wrote stand at the --set", "[scenario]") {
  Document d = document(R"({"a":{"b":[1,2]}})");
  d.set("a.b={\"c\": [7]}");
  CHECK(message_of([&] { d.root()["a"]["b"]["c"].uint(); }) ==
        "--set a.b={\"c\": [7]}: \"c\" is an array\n"
        "  at /a/b/c\n"
        "  expected: a whole number from 0 to 18446744073709551615");
  // The position of what was there before is gone.
  CHECK(d.place("/a/b/0").origin->source.starts_with("--set"));
  d.set("new.x=1");
  CHECK(d.place("/new").origin->source == "--set new.x=1");
}

TEST_CASE("JSON with a slip in --set is text, but not silently", "[scenario]") {
  Document d = document("{}");
  d.set("a={\"b\":1,}");
  CHECK(message_of([&] { d.root()["a"]["b"].uint(); }) ==
        "--set a={\"b\":1,}: \"a\" is the string \"{\\\"b\\\":1,}\"\n"
        "  at /a\n"
        "  expected: an object with the member \"b\"\n"
        "  note: the value was taken as text, for it is no JSON: a comma in front of '}' "
        "(column 7)");
  d.set("a=text");
  CHECK_FALSE(contains(message_of([&] { d.root()["a"].uint(); }), "note"));
}

std::string set_refusal(std::string_view assignment) {
  Document d = document(R"({"a":{"text":"x","list":[1]}})");
  return message_of([&] { d.set(assignment); });
}

TEST_CASE("a --set that leads nowhere is refused", "[scenario]") {
  CHECK(set_refusal("a.text.b=1") ==
        "--set a.text.b=1: /a/text is the string \"x\" and has no member \"b\"\n"
        "  at /a/text\n"
        "  expected: a path through objects only");
  CHECK(set_refusal("/a/list/0=1") ==
        "--set /a/list/0=1: /a/list is an array and has no member \"0\"\n"
        "  at /a/list\n"
        "  expected: a path through objects only, or a new value for the array as a whole");
  CHECK(contains(set_refusal("a.text.b.c=1"), "/a/text is the string"));
  CHECK(set_refusal("foo") ==
        "--set foo: there is no '='\n  expected: path=value, such as run.until=5ms");
  CHECK(contains(set_refusal("=1"), "--set =1: there is no path in front of '='"));
  CHECK(contains(set_refusal("a..b=1"), "a name in the path is empty"));
  CHECK(contains(set_refusal(".a=1"), "a name in the path is empty"));
  CHECK(contains(set_refusal("a.=1"), "a name in the path is empty"));
  CHECK(contains(set_refusal("/a~2=1"), "'~' in a JSON pointer"));
  CHECK(contains(set_refusal("a=\xff"), "not UTF-8"));
  std::string deep = "a";
  for (int i = 0; i < 64; ++i)
    deep += ".a";
  CHECK(contains(set_refusal(deep + "=1"), "the path is too long"));
  Document array = document("[]");
  CHECK(contains(message_of([&] { array.set("a=1"); }), "the document is an empty array"));
}

TEST_CASE("a change that is refused changes nothing", "[scenario]") {
  Document d = document(R"({"a":1})");
  const std::string before = d.json().dump();
  CHECK_THROWS_AS(d.set("a.b=2"), InputError);
  CHECK(d.json().dump() == before);
}

TEST_CASE("removed parts leave no trace", "[scenario]") {
  Document d = document(R"({"a":{"b":{"c":1}},"d":2})");
  d.remove("/a/b");
  d.remove("/nothing/there");
  CHECK(d.json().dump() == R"({"a":{},"d":2})");
  CHECK(d.place("/a/b/c").value == d.place("/a").value);
  CHECK_THROWS_AS(d.remove(""), InternalError);
}

TEST_CASE("a pointer from elsewhere finds its place", "[scenario]") {
  const Document d = document(R"({"a":[{"b":1}]})");
  CHECK(message_of([&] { d.at("/a/0/b").fail("wrong", "right", "rihgt"); }) ==
        "s.json:1:12: wrong\n  at /a/0/b\n  expected: right\n  did you mean \"rihgt\"?");
  CHECK(message_of([&] { d.at("").fail("wrong"); }) == "s.json:1:1: wrong");
  CHECK_FALSE(d.at("/x/y"));
  CHECK_THROWS_AS(d.at("/a/1"), InternalError);
  CHECK_THROWS_AS(d.at("a"), InternalError);
}

}  // namespace
}  // namespace irqloom::scenario
