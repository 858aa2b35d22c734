#include "sim/error.h"

#include <catch2/catch.hpp>

#include "tests/unit/scenario/helpers.h"

namespace irqloom {
namespace {

using scenario::test::contains;

// The design's table of exit codes.
TEST_CASE("every failure carries its exit code", "[scenario]") {
  CHECK(static_cast<int>(ExitCode::ok) == 0);
  CHECK(static_cast<int>(ExitCode::violated) == 1);
  CHECK(static_cast<int>(ExitCode::inconclusive) == 3);
  CHECK(static_cast<int>(ExitCode::interrupted) == 130);
  CHECK(static_cast<int>(InputError("").exit_code()) == 2);
  CHECK(static_cast<int>(OutputError("").exit_code()) == 4);
  CHECK(static_cast<int>(InternalError("").exit_code()) == 70);
}

TEST_CASE("every failure can be caught as Error and prints as it was given", "[scenario]") {
  try {
    throw InputError("a.json:1:2: wrong");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "a.json:1:2: wrong");
    CHECK(error.exit_code() == ExitCode::input);
  }
}

TEST_CASE("an internal error says whose fault it is and what to report", "[scenario]") {
  const std::string text = InternalError("a slot moved", "/somewhere/sim/world.cpp", 12).what();
  CHECK(text.starts_with("internal error: a slot moved (world.cpp:12)\n"));
  CHECK(contains(text, "defect of irqloom"));
  CHECK(contains(text, "report"));
  CHECK(contains(text, "command line"));
  CHECK(contains(text, "scenario file"));
  CHECK_FALSE(contains(text, "/somewhere"));
}

TEST_CASE("an internal error stands where it is thrown", "[scenario]") {
  const std::string text = InternalError("x").what();
  CHECK(contains(text, "(error.cpp:" + std::to_string(__LINE__ - 1) + ")"));
}

}  // namespace
}  // namespace irqloom
