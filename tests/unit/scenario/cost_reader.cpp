#include "sim/scenario/cost_reader.h"

#include <catch2/catch.hpp>

#include "tests/unit/scenario/helpers.h"

namespace irqloom::scenario {
namespace {

using core::CostSpec;
using test::contains;
using test::document;
using test::message_of;

CostSpec cost(const std::string& json) {
  return read_cost(document("{\"x\": " + json + "}").root()["x"]);
}

std::string refusal(const std::string& json) {
  return message_of([&] { cost(json); });
}

TEST_CASE("costs are read in all their forms", "[scenario]") {
  CHECK(cost("\"20us\"") == core::fixed_cost(20'000'000));
  CHECK(cost("0") == core::fixed_cost(0));

  const CostSpec range = cost("\"5us..10us\"");
  CHECK(range.kind == CostSpec::Kind::uniform);
  CHECK(range.min_ps == 5'000'000);
  CHECK(range.max_ps == 10'000'000);
  CHECK(cost(R"({"uniform": ["5us", "10us"]})") == range);

  const CostSpec choice = cost(R"({"choice": {"50us": 1, "5us": 3}})");
  CHECK(choice.kind == CostSpec::Kind::weighted);
  CHECK(choice.choices == std::vector<CostSpec::Choice>{{5'000'000, 3}, {50'000'000, 1}});
  CHECK(choice.min_ps == 5'000'000);
  CHECK(choice.max_ps == 50'000'000);
  CHECK(cost(R"({"choice": {"5000ns": 3, "50us": 1}})") == choice);

  const CostSpec exponential = cost(R"({"exponential": {"mean": "20us", "max": "200us"}})");
  CHECK(exponential.kind == CostSpec::Kind::exponential);
  CHECK(exponential.min_ps == 0);
  CHECK(exponential.mean_ps == 20'000'000);
  CHECK(exponential.max_ps == 200'000'000);
}

TEST_CASE("wrong uniform costs are refused", "[scenario]") {
  CHECK(refusal(R"({"uniform": ["10us", "5us"]})") ==
        "s.json:1:28: the upper end 5us is below the lower end 10us\n"
        "  at /x/uniform/1\n"
        "  expected: the shorter duration first");
  CHECK(contains(refusal(R"({"uniform": ["5us"]})"), "needs two ends and has 1"));
  CHECK(contains(refusal(R"({"uniform": ["5us", "6us", "7us"]})"), "needs two ends and has 3"));
  CHECK(contains(refusal(R"({"uniform": "5us"})"), "expected: an array"));
  CHECK(contains(refusal(R"({"uniform": ["5us", "6"]})"), "at /x/uniform/1"));
}

TEST_CASE("wrong choices are refused", "[scenario]") {
  CHECK(contains(refusal(R"({"choice": {}})"), "\"choice\" is empty"));
  CHECK(contains(refusal(R"({"choice": {"5us": 0}})"), "a whole number from 1 to 4294967295"));
  CHECK(contains(refusal(R"({"choice": {"5us": 0.5}})"), "a whole number from 1"));
  CHECK(contains(refusal(R"({"choice": {"5us": 4294967296}})"), "a whole number from 1"));
  CHECK(refusal(R"({"choice": {"5us": 1, "5000ns": 1}})")
            .starts_with("s.json:1:29: 5us is there twice\n  at /x/choice/5000ns\n"));
  CHECK(refusal(R"({"choice": {"5": 1}})")
            .starts_with("s.json:1:19: \"5\" is not a duration: it has no unit\n"));
}

TEST_CASE("wrong exponential costs are refused", "[scenario]") {
  CHECK(contains(refusal(R"({"exponential": {"mean": "20us"}})"), "\"max\" is missing"));
  CHECK(contains(refusal(R"({"exponential": {"max": "20us"}})"), "\"mean\" is missing"));
  CHECK(contains(refusal(R"({"exponential": {"mean": "0", "max": "20us"}})"), "\"mean\" is 0"));
  CHECK(contains(refusal(R"({"exponential": {"mean": "2us", "max": "1us"}})"),
                 "\"max\" (1us) is below \"mean\" (2us)"));
  CHECK(contains(refusal(R"({"exponential": {"mean": "2us", "maximum": "9us"}})"),
                 "has no member \"maximum\""));
}

TEST_CASE("what is no cost is refused", "[scenario]") {
  CHECK(contains(refusal(R"({"unifrom": ["5us", "10us"]})"), "did you mean \"uniform\"?"));
  CHECK(contains(refusal("{}"), "expected: \"uniform\", \"choice\" or \"exponential\""));
  CHECK(contains(refusal("20"), "a number alone has no unit"));
  CHECK(contains(refusal("null"), "\"x\" is null"));
  const Cursor root = document("{}").root();
  CHECK(contains(message_of([&] { read_cost(root["x"]); }), "\"x\" is missing"));
}

TEST_CASE("a patch that adds a second distribution is told how to replace one", "[scenario]") {
  Document d = document(
      "{\"x\": {\"uniform\": [\"1us\", \"2us\"]},\n"
      " \"p\": {\"x\": {\"choice\": {\"1us\": 1}}}}");
  d.apply_patch("/p", "variant \"v\"");
  CHECK(message_of([&] { read_cost(d.root()["x"]); }) ==
        "s.json:2:14: \"x\" has 2 distributions\n"
        "  at /x/choice\n"
        "  expected: only one; a patch removes the other with \"uniform\": null\n"
        "  written by: variant \"v\"");
}

}  // namespace
}  // namespace irqloom::scenario
