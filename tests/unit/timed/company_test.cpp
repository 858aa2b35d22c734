// A run in which nobody else lives in the simulation context takes the turns of many instants in
// one activation of SystemC's. Nothing of what it does may depend on that.
#include <catch2/catch.hpp>

#include "tests/unit/timed/toys.h"

using namespace irqloom;
using namespace irqloom::test;
using Lines = std::vector<std::string>;

namespace {

/// What a run did, and what SystemC's clock said at its steps.
struct Outcome {
  timed::TimedResult result;
  Lines steps;
  std::vector<std::uint64_t> clock_ns;
  std::uint64_t clock_at_end_ps = 0;
};

std::uint64_t clock_ps() {
  return sc_core::sc_time_stamp().value();
}

/// Two contexts that meet at some instants, and one that the second wakes.
Outcome run(bool in_company, std::uint64_t until_ps) {
  Rig rig;
  Outcome outcome;
  const auto n = rig.number("n");
  const auto note = [&outcome](Exec&) { outcome.clock_ns.push_back(clock_ps() / 1000); };
  rig.context("a", {{"tick", "b10", note}}, true);
  rig.context("b", {{"tock", "e15", [n](Exec& x) { ++x.set(n).n; }}}, true);
  rig.context("c", {{"third", "b1", note, [n](Exec& x) { return x.get(n).n >= 3; }}});
  rig.options.until_ps = until_ps;
  timed::TimedRun& timed = rig.prepare();
  if (in_company) sc_core::sc_spawn([] { sc_core::wait(7, sc_core::SC_NS); });
  outcome.result = timed.run();
  outcome.steps = lines(rig.recorder.steps);
  outcome.clock_at_end_ps = clock_ps();
  return outcome;
}

}  // namespace

TEST_CASE("company changes nothing of what is done when", "[timed]") {
  // 60 ns is an instant of both circles: a run ends before what is due then.
  const std::uint64_t until = GENERATE(std::uint64_t{60'000}, std::uint64_t{61'000});
  const Outcome alone = run(false, until);
  const Outcome watched = run(true, until);
  CHECK(alone.result.fingerprint == watched.result.fingerprint);
  CHECK(alone.steps == watched.steps);
  CHECK(alone.result.end == watched.result.end);
  CHECK(alone.result.end_time_ps == until);
  CHECK(alone.clock_at_end_ps == watched.clock_at_end_ps);
}

TEST_CASE("in company every step is taken at the kernel's time", "[timed]") {
  const Outcome watched = run(true, 35'000);
  CHECK(watched.clock_ns == std::vector<std::uint64_t>{0, 10, 20, 30, 30});
}

TEST_CASE("alone the kernel's clock has caught up when the run is over", "[timed]") {
  Rig rig;
  rig.context("a", {{"first", "b10"}, {"last", "b30"}});
  timed::TimedRun& timed = rig.prepare();
  const timed::TimedResult result = timed.run();
  CHECK(result.end == timed::End::quiescence);
  CHECK(result.end_time_ps == 40'000);
  CHECK(clock_ps() == 40'000);
}
