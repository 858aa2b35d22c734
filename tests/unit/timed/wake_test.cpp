// Waking: by written slots only, also from outside; and how overlooked sleepers are found.
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/core/slot_waiters.h"
#include "sim/error.h"
#include "tests/unit/timed/toys.h"

using namespace irqloom;
using namespace irqloom::test;
using Lines = std::vector<std::string>;

TEST_CASE("slot waiters: each is woken once, by any of its slots", "[timed]") {
  SlotWaiters waiters(4, 3);
  std::vector<ContextId> woken;
  const std::vector<SlotIndex> both = {1, 2, 1, 1, 2};
  const std::vector<SlotIndex> one = {2};
  waiters.wait(0, both);
  waiters.wait(1, one);
  waiters.wait(2, both);
  CHECK(waiters.any(1));
  CHECK_FALSE(waiters.any(0));

  waiters.take(0, woken);
  CHECK(woken.empty());
  waiters.forget(2);
  waiters.take(2, woken);
  std::sort(woken.begin(), woken.end());
  CHECK(woken == std::vector<ContextId>{0, 1});
  CHECK_FALSE(waiters.any(1));
  CHECK_FALSE(waiters.any(2));

  woken.clear();
  waiters.wait(0, one);
  waiters.take(1, woken);
  CHECK(woken.empty());
  waiters.take(2, woken);
  CHECK(woken == std::vector<ContextId>{0});
}

TEST_CASE("idle contexts cost nothing while others' slots are written", "[timed]") {
  const auto evaluations = [](std::uint64_t until_ns) {
    Rig rig;
    std::size_t asked = 0;
    for (int i = 0; i < 1000; ++i) {
      const auto mine = rig.number("n" + std::to_string(i));
      rig.context("idle" + std::to_string(i),
                  {{"never", "b1", {[](Exec&) {}}, [mine, &asked](Exec& x) {
                      ++asked;
                      return x.get(mine).n != 0;
                    }}});
    }
    const auto busy = rig.number("busy");
    rig.context("ticker", {{"tick", "b1", add_one(busy)}}, true);
    rig.options.scan_guards = false;
    rig.options.until_ps = until_ns * 1000;
    const timed::TimedResult r = rig.run();
    CHECK(r.steps == until_ns);
    return asked;
  };
  const std::size_t few = evaluations(10);
  CHECK(few >= 1000);
  CHECK(evaluations(2000) == few);
}

TEST_CASE("a write that does not make the guard true leaves the context asleep", "[timed]") {
  Rig rig;
  const auto n = rig.number("n");
  rig.context("waits", {{"seen", "b0", {[](Exec&) {}}, at_least(n, 3)}});
  rig.context("counts", {{"count", "e10", add_one(n)}}, true);
  rig.options.until_ps = 35'000;
  rig.run();
  CHECK(lines(rig.recorder.steps) == Lines{"0 counts count", "10 counts count", "20 counts count",
                                           "20 waits seen", "30 counts count"});
}

TEST_CASE("a guard may depend on other slots after every question", "[timed]") {
  // Waits for `second` only after `first` has come.
  Rig rig;
  const auto first = rig.number("first");
  const auto second = rig.number("second");
  rig.context("waits", {{"seen", "b0", {[](Exec&) {}}, [=](Exec& x) {
                           return x.get(first).n != 0 && x.get(second).n != 0;
                         }}});
  rig.device("dev1", 10, add_one(first));
  rig.device("dev2", 20, add_one(second));
  rig.run();
  CHECK(lines(rig.recorder.steps).back() == "20 waits seen");
}

TEST_CASE("a finished context that is started again runs again", "[timed]") {
  Rig rig;
  const ContextId again = rig.context("again", {{"run", "b1"}});
  rig.device("starter", 50, [again](Exec& x) { x.start(again); });
  rig.run();
  CHECK(lines(rig.recorder.steps) ==
        Lines{"0 again run", "0 starter wait", "50 starter raise", "50 again run"});
}

namespace {

/// An outsider: a SystemC process that knows nothing of contexts.
void thread_at(double ns, std::function<void()> act) {
  sc_core::sc_spawn([ns, act] {
    sc_core::wait(ns, sc_core::SC_NS);
    act();
  });
}

/// The same as a method, which is activated twice: at 0 and at `ns`.
void method_at(double ns, std::function<void()> act) {
  sc_core::sc_spawn_options options;
  options.spawn_method();
  sc_core::sc_spawn(
      [ns, act, first = true]() mutable {
        if (first) {
          sc_core::next_trigger(ns, sc_core::SC_NS);
        } else {
          act();
        }
        first = false;
      },
      "outsider", &options);
}

}  // namespace

TEST_CASE("an outside access wakes at its time, whatever kind of process it is", "[timed]") {
  Rig rig;
  const auto n = rig.number("n");
  rig.context("waits", {{"one", "b5", {[](Exec&) {}}, at_least(n, 1)},
                        {"two", "b5", {[](Exec&) {}}, at_least(n, 2)}});
  timed::TimedRun& run = rig.prepare();
  const auto access = [&] { ++rig.fabric.external().set(n).n; };
  thread_at(50, access);
  method_at(80, access);
  const timed::TimedResult r = run.run();
  CHECK(lines(rig.recorder.steps) == Lines{"50 waits one", "80 waits two"});
  CHECK(r.end == timed::End::quiescence);
  // What outsiders do begins a flow.
  CHECK(rig.recorder.steps[0].flow == 1);
  CHECK(rig.recorder.steps[0].cause == no_step);
  CHECK(rig.recorder.steps[1].flow == 2);
}

TEST_CASE("who writes behind the fabric's back has to poke", "[timed]") {
  const auto steps = [](bool pokes) {
    Rig rig;
    const auto n = rig.number("n");
    rig.context("waits", {{"one", "b5", {[](Exec&) {}}, at_least(n, 1)}});
    timed::TimedRun& run = rig.prepare();
    method_at(50, [&] {
      ++run.exec().set(n).n;
      if (pokes) run.poke();
    });
    run.run();
    return lines(rig.recorder.steps);
  };
  CHECK(steps(true) == Lines{"50 waits one"});
  CHECK(steps(false).empty());
}

TEST_CASE("an outside write before the run is seen by its first steps", "[timed]") {
  Rig rig;
  const auto n = rig.number("n");
  rig.context("waits", {{"one", "b5", {[](Exec&) {}}, at_least(n, 1)}});
  timed::TimedRun& run = rig.prepare();
  timed::elaborate();
  ++run.exec().set(n).n;
  run.poke();
  run.run();
  CHECK(lines(rig.recorder.steps) == Lines{"0 waits one"});
}

TEST_CASE("an outside write is judged", "[timed]") {
  Rig rig;
  const auto n = rig.number("n");
  rig.context("late", {{"wait", "e100"}, {"end", "b0"}});
  Property p;
  p.name = "stays-zero";
  p.kind = PropertyKind::always;
  p.p = [n](const World& w) { return w[n].n == 0; };
  rig.fabric.add(p);
  timed::TimedRun& run = rig.prepare();
  method_at(30, [&] { ++rig.fabric.external().set(n).n; });
  const timed::TimedResult r = run.run();
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].time_ps == 30'000);
  CHECK(r.findings[0].seq == 0);
}

TEST_CASE("the scan finds a sleeper whose guard hides what it reads", "[timed]") {
  const auto run = [](bool scan) {
    Rig rig;
    const auto n = rig.number("n");
    rig.context("waits", {{"sees it", "b0", {[](Exec&) {}}, [n](Exec& x) {
                             return std::as_const(x).world()[n].n != 0;
                           }}});
    rig.device("dev", 10, add_one(n));
    rig.options.scan_guards = scan;
    return rig.run();
  };
  CHECK_THROWS_WITH(run(true), Catch::Contains("waits") && Catch::Contains("sees it"));
  CHECK_THROWS_AS(run(true), InternalError);
  CHECK(run(false).steps == 2);
}

TEST_CASE("a model's exception comes out of the run as it is", "[timed]") {
  Rig rig;
  rig.context("c", {{"breaks", "b0", [](Exec&) { throw std::domain_error("broken model"); }}});
  CHECK_THROWS_AS(rig.run(), std::domain_error);
}

TEST_CASE("an error that SystemC reports becomes an internal error", "[timed]") {
  Rig rig;
  rig.context("c", {{"a", "b10"}});
  timed::TimedRun& run = rig.prepare();
  method_at(5, [] { SC_REPORT_ERROR("outsider", "cannot go on"); });
  CHECK_THROWS_AS(run.run(), InternalError);
}

TEST_CASE("simulation contexts come and go within one process", "[timed]") {
  std::uint64_t fingerprint = 0;
  for (int i = 0; i < 60; ++i) {
    Rig rig;
    rig.context("c", {{"a", "b10"}}, true);
    rig.options.until_ps = 100'000;
    thread_at(20, [] {});
    const timed::TimedResult r = rig.run();
    CHECK(r.steps == 10);
    CHECK((i == 0 || r.fingerprint == fingerprint));
    fingerprint = r.fingerprint;
  }
}
