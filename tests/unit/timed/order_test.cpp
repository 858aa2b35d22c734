// Who steps when: the order at one instant, and what costs do to time.
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/core/random.h"
#include "sim/timed/labels.h"
#include "tests/unit/timed/toys.h"

using namespace irqloom;
using namespace irqloom::test;
using Lines = std::vector<std::string>;

TEST_CASE("contexts of one instant step by ascending id, whatever SystemC's order", "[timed]") {
  Rig rig;
  for (int i = 0; i < 8; ++i) {
    // Every context is due again at 60 ns, having been notified at different times before.
    const std::string first = i % 2 == 0 ? "e20" : "e30";
    const std::string second = i % 2 == 0 ? "e40" : "e30";
    rig.context("c" + std::to_string(i), {{"a", first}, {"b", second}, {"c", "e0"}});
  }
  rig.run();
  Lines expected;
  for (int i = 0; i < 8; ++i)
    expected.push_back("0 c" + std::to_string(i) + " a");
  for (const int i : {0, 2, 4, 6})
    expected.push_back("20 c" + std::to_string(i) + " b");
  for (const int i : {1, 3, 5, 7})
    expected.push_back("30 c" + std::to_string(i) + " b");
  for (int i = 0; i < 8; ++i)
    expected.push_back("60 c" + std::to_string(i) + " c");
  CHECK(lines(rig.recorder.steps) == expected);
}

TEST_CASE("a context woken within an instant comes before the greater ids of that instant",
          "[timed]") {
  Rig rig;
  const auto flag = rig.number("flag");
  rig.context("idle0", {{"wait", "e10"}, {"late", "e0"}});
  rig.context("woken1", {{"woken", "e0", add_one(flag), at_least(flag, 1)}});
  rig.context("waker2", {{"wait", "e10"}, {"wake", "e0", add_one(flag)}});
  rig.context("other3", {{"wait", "e10"}, {"late", "e0"}});
  rig.run();
  CHECK(lines(rig.recorder.steps) == Lines{"0 idle0 wait", "0 waker2 wait", "0 other3 wait",
                                           "10 idle0 late", "10 waker2 wake", "10 woken1 woken",
                                           "10 other3 late"});
}

TEST_CASE("zero costs keep the turn with the smallest id", "[timed]") {
  Rig rig;
  rig.context("a", {{"1", "b0"}, {"2", "b0"}, {"3", "b0"}});
  rig.context("b", {{"1", "b0"}, {"2", "b0"}});
  rig.run();
  CHECK(lines(rig.recorder.steps) == Lines{"0 a 1", "0 a 2", "0 a 3", "0 b 1", "0 b 2"});
}

TEST_CASE("a step happens first, then its cost elapses", "[timed]") {
  Rig rig;
  rig.context("c", {{"a", "b7"}, {"b", "s11"}, {"c", "e13"}});
  const timed::TimedResult r = rig.run();
  CHECK(lines(rig.recorder.steps) == Lines{"0 c a", "7 c b", "18 c c"});
  CHECK(rig.recorder.steps[1].duration_ns == 11);
  CHECK(r.steps == 3);
  CHECK(r.end == timed::End::quiescence);
  CHECK(r.end_time_ps == 31'000);
}

TEST_CASE("steps at the time limit are not taken", "[timed]") {
  Rig rig;
  rig.context("c", {{"tick", "e10"}}, true);
  rig.options.until_ps = 30'000;
  const timed::TimedResult r = rig.run();
  CHECK(lines(rig.recorder.steps) == Lines{"0 c tick", "10 c tick", "20 c tick"});
  CHECK(r.end == timed::End::until);
  CHECK(r.end_time_ps == 30'000);
}

TEST_CASE("costs are drawn from the context's own generator", "[timed]") {
  const auto run = [](std::uint64_t seed, bool with_another) {
    Rig rig;
    core::CostSpec spec;
    spec.kind = core::CostSpec::Kind::uniform;
    spec.min_ps = 1'000;
    spec.max_ps = 9'000;
    rig.costs["x"] = timed::StepCost{spec, timed::CostKind::elsewhere};
    if (with_another) rig.context("another", {{"tick", "x"}}, true);
    rig.context("c", {{"tick", "x"}}, true);
    rig.options.seed = seed;
    rig.options.until_ps = 200'000;
    rig.run();
    std::vector<std::uint64_t> durations;
    for (const Seen& s : rig.recorder.steps) {
      CHECK(s.duration_ns >= 1);
      CHECK(s.duration_ns <= 9);
      if (s.context == "c") durations.push_back(s.duration_ns);
    }
    return durations;
  };
  const auto first = run(1, false);
  CHECK(first.size() > 20);
  CHECK(run(1, false) == first);
  CHECK(run(1, true) == first);
  CHECK(run(2, false) != first);
}

TEST_CASE("a fabric needs a cost for every key", "[timed]") {
  Rig rig;
  rig.context("c", {{"first", "b1"}, {"program the timer", "e5"}});
  rig.costs.erase("e5");
  CHECK_THROWS_WITH(rig.prepare(), Catch::Contains("'e5'") &&
                                       Catch::Contains("program the timer") &&
                                       Catch::Contains("routine c"));
  CHECK_THROWS_AS(timed::Labels(rig.fabric, rig.costs), std::invalid_argument);
}

namespace {

struct Locals {
  Slot<Number> seen;
  void run(Exec& x, Frame& self) {
    ROUTINE();
    STEP("step", cost("b10"));
    LOCAL("count in the frame");
    LOCAL("count again");
    STEP("next", cost("b10"));
    RETURN(0);
    ROUTINE_END();
  }
};

struct Chooser {
  Slot<Number> seen;
  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("choose", cost("b10"));
      x.set(seen).n |= 1u << x.choose(3);
    }
    ROUTINE_END();
  }
};

}  // namespace

TEST_CASE("local steps are part of the step before and need no cost key", "[timed]") {
  Rig rig;
  rig.context("timer", {{"tick", "b10"}});
  Locals locals{rig.number("n")};
  ContextInfo info;
  info.name = "c";
  rig.fabric.context(info, rig.fabric.routine<&Locals::run>(locals, "locals", "toy"));
  rig.run();
  CHECK(lines(rig.recorder.steps) == Lines{"0 timer tick", "0 c step", "10 c next"});
}

TEST_CASE("choices are drawn: all come up, and the seed decides", "[timed]") {
  const auto run = [](std::uint64_t seed) {
    Rig rig;
    rig.context("timer", {{"tick", "b10"}});
    Chooser chooser{rig.number("n")};
    ContextInfo info;
    info.name = "c";
    rig.fabric.context(info, rig.fabric.routine<&Chooser::run>(chooser, "chooser", "toy"));
    rig.options.seed = seed;
    rig.options.until_ps = 1'000'000;
    rig.run();
    std::vector<std::uint16_t> choices;
    for (const Seen& s : rig.recorder.steps) {
      if (s.context == "c") choices.push_back(s.choice);
    }
    for (const int wanted : {0, 1, 2}) {
      CHECK(std::count(choices.begin(), choices.end(), wanted) > 10);
    }
    return choices;
  };
  CHECK(run(5) == run(5));
  CHECK(run(5) != run(6));
}
