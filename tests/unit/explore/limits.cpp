// What ends an exploration early, and that equal explorations have equal results.
#include <atomic>

#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;
using explore::Bound;
using explore::How;
using explore::Options;
using explore::Progress;
using explore::Result;

namespace {

// Calls itself until its stack is full.
class Recursion {
 public:
  explicit Recursion(Fabric& fabric) {
    ContextInfo info = context("deep");
    info.stack_bytes = 4 * sizeof(Frame);
    id_ = fabric.routine<&Recursion::run>(*this, "recursion", "toy");
    fabric.context(std::move(info), id_);
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    STEP("call");
    CALL(x.call(id_));
    STEP("return");
    RETURN(0);
    ROUTINE_END();
  }

 private:
  RoutineId id_ = 0;
};

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

// 65,536^2 states: more than anybody waits for.
struct Endless {
  Endless() : a(fabric, "a", 0x10000), b(fabric, "b", 0x10000) {
    fabric.add(property(PropertyKind::never, "a-is-three", a.is(3)));
    fabric.add(property(PropertyKind::reachable, "nine", a.is(90000)));
    fabric.add(property(PropertyKind::recoverable, "zero", b.is(0)));
    fabric.seal();
  }

  Fabric fabric;
  Counter a;
  Counter b;
};

Options quiet() {
  Options options;
  options.properties = {"nine", "zero"};
  return options;
}

}  // namespace

// The stack holds four frames: 1, 2, 3, 4 frames are four states; the fifth call does not fit.
TEST_CASE("a full stack makes the verdict inconclusive", "[explore]") {
  Fabric fabric;
  Recursion recursion(fabric);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.verdict == Verdict::inconclusive);
  CHECK(r.stats.states == 4);
  CHECK(r.stats.transitions == 3);
  CHECK(r.bound == Bound::none);
  REQUIRE(r.reasons.size() == 1);
  CHECK(r.reasons[0].find("stack of context deep") != std::string::npos);
}

TEST_CASE("a bound on states", "[explore]") {
  Endless endless;
  Options options = quiet();
  options.limits.max_states = GENERATE(1u, 10u, 1000u);
  const Result r = explore::explore(endless.fabric, options);
  CHECK(r.verdict == Verdict::inconclusive);
  CHECK(r.bound == Bound::max_states);
  CHECK(r.stats.states == options.limits.max_states);
  CHECK(r.stats.expanded < r.stats.states);
  CHECK(r.findings.empty());  // In particular, `nine` may still be reached.
  CHECK(r.reasons.size() == 1);
  CHECK(r.judged.empty());
  REQUIRE(r.not_judged.size() == 2);
  CHECK(r.not_judged[0].property == "nine");
  CHECK(r.not_judged[0].reason == "not reached in what was visited");
  CHECK(r.not_judged[1].property == "zero");
  CHECK(r.not_judged[1].reason == "not broken in the part of the graph that was visited");
}

// 13 states; see safety.cpp.
TEST_CASE("a bound that is just enough is none", "[explore]") {
  Fabric fabric;
  BrokenLock lock(fabric);
  fabric.seal();
  Options options;
  options.properties = {"nothing"};
  options.limits.max_states = 13;
  const Result whole = explore::explore(fabric, options);
  CHECK(whole.verdict == Verdict::holds);
  CHECK(whole.stats.expanded == 13);
  REQUIRE(whole.judged.size() == 1);
  CHECK(whole.judged[0].how == How::every_state);
  options.limits.max_states = 12;
  const Result part = explore::explore(fabric, options);
  CHECK(part.verdict == Verdict::inconclusive);
  CHECK(part.judged.empty());
}

TEST_CASE("violated goes before inconclusive", "[explore]") {
  Endless endless;
  Options options;
  options.limits.max_states = 100;
  const Result r = explore::explore(endless.fabric, options);
  CHECK(r.verdict == Verdict::violated);
  CHECK_FALSE(r.reasons.empty());
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].path.size() == 3);
}

TEST_CASE("a bound on memory", "[explore]") {
  Endless endless;
  Options options = quiet();
  options.limits.max_memory = explore::resident_memory() + 20 * mib;
  const Result r = explore::explore(endless.fabric, options);
  CHECK(r.verdict == Verdict::inconclusive);
  CHECK(r.bound == Bound::max_memory);
  CHECK(r.stats.states > 100000);
  CHECK(r.stats.states < 20 * mib / 28);
}

TEST_CASE("a bound on time, with progress meanwhile", "[explore]") {
  Endless endless;
  Options options = quiet();
  options.limits.timeout = std::chrono::milliseconds(500);
  std::vector<Progress> progress;
  options.limits.progress = [&](const Progress& p) { progress.push_back(p); };
  const Result r = explore::explore(endless.fabric, options);
  CHECK(r.verdict == Verdict::inconclusive);
  CHECK(r.bound == Bound::timeout);
  // A sixth of the time is for judging on the graph.
  CHECK(r.stats.seconds >= 0.4);
  REQUIRE_FALSE(progress.empty());
  CHECK(progress[0].states > 0);
  CHECK(progress[0].states_per_second > 0);
  CHECK(progress[0].frontier > 0);
  CHECK(progress[0].memory > 0);
}

TEST_CASE("Ctrl-C ends the exploration with what was found", "[explore]") {
  Endless endless;
  std::atomic<bool> stop{false};
  Options options;
  options.limits.stop = &stop;
  options.limits.progress = [&](const Progress&) { stop = true; };
  const Result r = explore::explore(endless.fabric, options);
  CHECK(r.bound == Bound::interrupted);
  CHECK(r.verdict == Verdict::violated);
  CHECK(r.findings.size() == 1);
  stop = true;
  const Result at_once = explore::explore(endless.fabric, options);
  CHECK(at_once.verdict == Verdict::inconclusive);
  CHECK(at_once.stats.states >= 1);
  REQUIRE_FALSE(at_once.not_judged.empty());
  CHECK(at_once.not_judged.back().property == "zero");
  CHECK(at_once.not_judged.back().reason == "it was interrupted before this was judged");
}

// 200 x 200 states, 80,000 edges. The states alone take less than 3 MiB: 40 bytes each and a few
// blocks for the queue. The graph takes more than 4 more: 32 bytes a state and 8 an edge, and as
// much again to judge on it.
TEST_CASE("a graph for which there is no room is given up, and safety is finished", "[explore]") {
  Fabric fabric;
  Counter a(fabric, "a", 200);
  Counter b(fabric, "b", 200);
  fabric.add(property(PropertyKind::recoverable, "zero", a.is(0)));
  fabric.add(property(PropertyKind::never, "nine", a.is(900)));
  fabric.seal();
  Options options;
  options.limits.max_memory = explore::resident_memory() + 4 * mib;
  const Result r = explore::explore(fabric, options);
  CHECK(r.stats.states == 40000);
  CHECK(r.stats.transitions == 80000);
  CHECK(r.bound == Bound::none);
  CHECK(r.verdict == Verdict::inconclusive);
  REQUIRE(r.reasons.size() == 1);
  CHECK(r.reasons[0].starts_with("the bound on memory left no room for the graph of more than "));
  REQUIRE(r.not_judged.size() == 1);
  CHECK(r.not_judged[0].property == "zero");
  CHECK(r.not_judged[0].reason == "not broken in the part of the graph for which there was memory");
  CHECK(r.judged.size() == 3);  // "nine" and the engine's own two.

  options.limits.max_memory += 30 * mib;
  const Result whole = explore::explore(fabric, options);
  CHECK(whole.verdict == Verdict::holds);
  CHECK(whole.fingerprint == r.fingerprint);
  CHECK(whole.judged.size() == 4);
}

TEST_CASE("two explorations of one fabric are the same", "[explore]") {
  Fabric fabric;
  BrokenLock lock(fabric);
  Counter counter(fabric, "counter", 7);
  fabric.add(property(PropertyKind::eventually, "nine", counter.is(9)));
  fabric.seal();
  const Result a = explored(fabric);
  const Result b = explored(fabric);
  CHECK(a.fingerprint == b.fingerprint);
  CHECK(a.fingerprint.size() > 34);
  REQUIRE(a.findings.size() == 2);
  REQUIRE(b.findings.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(a.findings[i].property == b.findings[i].property);
    CHECK(a.findings[i].path == b.findings[i].path);
    CHECK(a.findings[i].loop_start == b.findings[i].loop_start);
  }
}

// Sums of fingerprints that are linear in the slots would cancel out: over a product of two
// counters, each slot's value occurs an even number of times.
TEST_CASE("the fingerprint of a space tells spaces apart", "[explore]") {
  std::vector<std::string> fingerprints;
  for (const std::uint32_t n : {2u, 4u, 6u}) {
    Fabric fabric;
    Counter a(fabric, "a", n);
    Counter b(fabric, "b", 2);
    fabric.seal();
    fingerprints.push_back(explored(fabric).fingerprint.substr(0, 32));
  }
  CHECK(fingerprints[0] != fingerprints[1]);
  CHECK(fingerprints[1] != fingerprints[2]);
  CHECK(fingerprints[0] != std::string(32, '0'));
}
