#include "sim/scenario/headline.h"

#include <catch2/catch.hpp>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::scenario {
namespace {

using test::contains;
using test::message_of;
using test::TempFolder;

TEST_CASE("a headline is the name and the title of the whole", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "a.json";
  test::write_file(path, R"({"about": {"name": "inner", "title": [{"title": "inner too"}]},
                             "title": "T", "list": ["title", "x"], "name": "n", "rest": 1})");
  const Headline headline = read_headline(path);
  CHECK(headline.name == "n");
  CHECK(headline.title == "T");
}

TEST_CASE("what follows the headline is not looked at", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "a.json";
  test::write_file(path, R"({"name": "n", "title": "T", "broken)");
  CHECK(read_headline(path).title == "T");
}

TEST_CASE("a file without a headline is refused as a document is", "[scenario]") {
  const TempFolder folder;
  const std::string path = folder / "a.json";
  test::write_file(path, "{\"name\" 1}");
  CHECK(contains(message_of([&] { read_headline(path); }), path + ":1:9"));
  test::write_file(path, "{\"name\": \"n\"}");
  CHECK(contains(message_of([&] { read_headline(path); }), "title"));
}

}  // namespace
}  // namespace irqloom::scenario
