// Verdicts of a timed run.
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/core/assume.h"
#include "tests/unit/timed/toys.h"

using namespace irqloom;
using namespace irqloom::test;

namespace {

Property property(const std::string& name, PropertyKind kind, Slot<Number> slot, std::uint32_t n) {
  Property p;
  p.name = name;
  p.kind = kind;
  p.where = "here";
  p.message = "because";
  p.p = [slot, n](const World& w) { return w[slot].n == n; };
  return p;
}

/// `debt` is 1 from 10 ns on and paid at `paid_ns`, if that is not 0.
timed::TimedResult run_debt(std::uint64_t paid_ns, std::uint64_t patience_ns,
                            std::uint64_t until_ps = timed::never_ps) {
  Rig rig;
  const auto debt = rig.number("debt");
  rig.device("owes", 10, add_one(debt));
  if (paid_ns != 0) rig.device("pays", paid_ns, [debt](Exec& x) { --x.set(debt).n; });
  rig.device("late", 1000, [](Exec&) {});
  rig.fabric.add(property("paid", PropertyKind::recoverable, debt, 0));
  if (patience_ns != 0) rig.options.patience_ps = patience_ns * 1000;
  rig.options.until_ps = until_ps;
  return rig.run();
}

}  // namespace

TEST_CASE("never and always are judged after each step, and reported once", "[timed]") {
  for (const auto kind : {PropertyKind::never, PropertyKind::always}) {
    Rig rig;
    const auto n = rig.number("n");
    rig.context("c", {{"count", "b10", add_one(n)}}, true);
    Property p = property("bad", kind, n, 3);
    if (kind == PropertyKind::always) {
      p.p = [n](const World& w) { return w[n].n < 3; };
    }
    rig.fabric.add(p);
    rig.options.until_ps = 100'000;
    const timed::TimedResult r = rig.run();
    CHECK(r.verdict == Verdict::violated);
    REQUIRE(r.findings.size() == 1);
    CHECK(r.findings[0].violation == Violation{"bad", "here", "because"});
    CHECK(r.findings[0].kind == FindingKind::safety);
    CHECK(r.findings[0].seq == 2);
    CHECK(r.findings[0].time_ps == 20'000);
    // The sink sees it with the step that showed it, and only there.
    CHECK(rig.recorder.steps[2].violated == std::vector<std::string>{"bad"});
    CHECK(rig.recorder.steps[3].violated.empty());
    CHECK(rig.recorder.verdict == "violated");
    CHECK(rig.recorder.end_ps == 100'000);
  }
}

TEST_CASE("the initial state is judged too", "[timed]") {
  Rig rig;
  const auto n = rig.number("n");
  rig.context("c", {{"count", "b10", add_one(n)}});
  rig.fabric.add(property("not-zero", PropertyKind::never, n, 0));
  const timed::TimedResult r = rig.run();
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].seq == no_step);
  CHECK(r.findings[0].time_ps == 0);
}

TEST_CASE("what steps report is kept once for each place", "[timed]") {
  Rig rig;
  const auto n = rig.number("n");
  rig.context("c",
              {{"report", "b10",
                [n](Exec& x) {
                  ++x.set(n).n;
                  x.violate({"spurious"}, "line " + std::to_string(x.get(n).n % 2), "no reason");
                }}},
              true);
  rig.options.until_ps = 60'000;
  const timed::TimedResult r = rig.run();
  REQUIRE(r.findings.size() == 2);
  CHECK(r.findings[0].violation.where == "line 1");
  CHECK(r.findings[0].seq == 0);
  CHECK(r.findings[1].violation.where == "line 0");
  CHECK(r.findings[1].time_ps == 10'000);
  CHECK(rig.recorder.steps[5].violated.size() == 1);
}

TEST_CASE("an obligation older than patience is violated when patience is over", "[timed]") {
  // False from 10 to 40: longer than 20 and 29, not longer than 30.
  const timed::TimedResult r = run_debt(40, 20);
  CHECK(r.verdict == Verdict::violated);
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].kind == FindingKind::liveness);
  CHECK(r.findings[0].time_ps == 30'000);
  CHECK(run_debt(40, 29).verdict == Verdict::violated);
  CHECK(run_debt(40, 30).verdict == Verdict::holds);
  CHECK(run_debt(40, 0).verdict == Verdict::holds);
}

TEST_CASE("patience counts from when the property became false last", "[timed]") {
  Rig rig;
  const auto debt = rig.number("debt");
  for (std::uint64_t ns = 10; ns < 200; ns += 20) {
    rig.device("owes" + std::to_string(ns), ns, [debt](Exec& x) { x.set(debt).n = 1; });
    rig.device("pays" + std::to_string(ns), ns + 15, [debt](Exec& x) { x.set(debt).n = 0; });
  }
  rig.fabric.add(property("paid", PropertyKind::recoverable, debt, 0));
  rig.options.patience_ps = 15'000;
  CHECK(rig.run().verdict == Verdict::holds);
}

TEST_CASE("an obligation that is open at quiescence is violated", "[timed]") {
  const timed::TimedResult r = run_debt(0, 0);
  CHECK(r.end == timed::End::quiescence);
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].kind == FindingKind::liveness);
  CHECK(r.findings[0].time_ps == r.end_time_ps);
}

TEST_CASE("an optional context counts as alive while its waiting elapses", "[timed]") {
  // Only the device at 1000 ns still moves when the obligation has long been open.
  CHECK(run_debt(990, 0).verdict == Verdict::holds);
}

TEST_CASE("a run that ends early says so about obligations that it cannot judge", "[timed]") {
  const timed::TimedResult open = run_debt(0, 0, 500'000);
  CHECK(open.verdict == Verdict::holds);
  CHECK(open.end == timed::End::until);
  CHECK(open.not_judged == std::vector<std::string>{"paid"});
  const timed::TimedResult late = run_debt(0, 100, 500'000);
  CHECK(late.verdict == Verdict::violated);
  CHECK(late.not_judged.empty());
  // At the end: older than patience or not.
  CHECK(run_debt(0, 489, 500'000).verdict == Verdict::violated);
  CHECK(run_debt(0, 490, 500'000).verdict == Verdict::holds);
}

TEST_CASE("only the chosen properties count, those of steps included", "[timed]") {
  const auto broken = [](std::vector<std::string> chosen) {
    Rig rig;
    const auto n = rig.number("n");
    rig.context("c", {{"report", "b10", [](Exec& x) { x.violate({"spurious"}, "", ""); }}});
    rig.fabric.add(property("zero", PropertyKind::never, n, 0));
    rig.options.properties = std::move(chosen);
    std::vector<std::string> names;
    for (const timed::Finding& f : rig.run().findings)
      names.push_back(f.violation.property);
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(broken({}) == Names{"zero", "spurious"});
  CHECK(broken({"zero"}) == Names{"zero"});
  CHECK(broken({"spurious"}) == Names{"spurious"});
  CHECK(broken({"another"}).empty());
}

TEST_CASE("kinds that need the graph are listed and do not count", "[timed]") {
  Rig rig;
  const auto n = rig.number("n");
  rig.context("c", {{"count", "b10", add_one(n)}});
  rig.fabric.add(property("a", PropertyKind::reachable, n, 9));
  rig.fabric.add(property("b", PropertyKind::eventually, n, 9));
  rig.fabric.add(property("c", PropertyKind::leads_to, n, 9));
  rig.fabric.add(property("e", PropertyKind::never, n, 9));
  const timed::TimedResult r = rig.run();
  CHECK(r.verdict == Verdict::holds);
  CHECK(r.not_judged == std::vector<std::string>{"a", "b", "c"});
}

namespace {

constexpr std::uint8_t entry = 4;
constexpr std::uint8_t progress = 1;

/// Entries, one every `each_ns`, under a patience of 100 ns, for 1000 ns; with progress once, at
/// `progress_ns`, if that is not 0.
timed::TimedResult run_entries(std::uint64_t each_ns, std::uint64_t progress_ns,
                               std::uint64_t until_ps = 1'000'000) {
  Rig rig;
  const auto n = rig.number("n");
  rig.context("handler",
              {{"enter", "b" + std::to_string(each_ns),
                [n](Exec& x) {
                  ++x.set(n).n;
                  x.mark(entry);
                }}},
              true);
  if (progress_ns != 0) {
    rig.device("dev", progress_ns, [n](Exec& x) {
      ++x.set(n).n;
      x.mark(progress);
    });
  }
  Property p = property("storm", PropertyKind::no_cycle, n, 0);
  p.mark = entry;
  p.without = progress;
  rig.fabric.add(p);
  rig.options.patience_ps = 100'000;
  rig.options.until_ps = until_ps;
  return rig.run();
}

}  // namespace

TEST_CASE("a mark again and again for longer than patience breaks no_cycle", "[timed]") {
  const timed::TimedResult r = run_entries(10, 0);
  CHECK(r.verdict == Verdict::violated);
  CHECK(r.not_judged.empty());
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].violation == Violation{"storm", "here", "because"});
  CHECK(r.findings[0].kind == FindingKind::liveness);
  // The entries at 0, 10, ..., 110: the last is the first that is later than 100.
  CHECK(r.findings[0].time_ps == 110'000);
  CHECK(r.findings[0].seq == 11);
  CHECK(r.findings[0].reason ==
        "12 times since 0.000 us, for longer than the patience of 0.100 us");
}

TEST_CASE("what is served or raised in between ends a storm", "[timed]") {
  // Up to 100 and from 105 on: 100 is not longer than patience, what begins at 110 is at 220.
  const timed::TimedResult r = run_entries(10, 105);
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].time_ps == 220'000);
  CHECK(run_entries(10, 105, 205'000).verdict == Verdict::holds);
}

TEST_CASE("entries with a pause between them are no storm", "[timed]") {
  // An eighth of the patience is 12.5 ns.
  CHECK(run_entries(12, 0).verdict == Verdict::violated);
  CHECK(run_entries(13, 0).verdict == Verdict::holds);
}

TEST_CASE("a run that is shorter than patience says that it judged no storm", "[timed]") {
  const timed::TimedResult r = run_entries(10, 0, 100'000);
  CHECK(r.verdict == Verdict::holds);
  CHECK(r.not_judged == std::vector<std::string>{"storm"});
}

TEST_CASE("what no step breaks is told to the sinks too, in the order of time", "[timed]") {
  Rig rig;
  const auto debt = rig.number("debt");
  const auto mask = rig.number("mask");
  rig.device("owes", 10, add_one(debt));
  rig.device("masks", 5, add_one(mask));
  rig.device("late", 100, [](Exec&) {});
  rig.fabric.add(property("paid", PropertyKind::recoverable, debt, 0));
  rig.fabric.add(property("unmasked", PropertyKind::recoverable, mask, 0));
  rig.fabric.add(property("initial", PropertyKind::never, mask, 0));
  rig.options.patience_ps = 20'000;
  (void)rig.run();
  CHECK(rig.recorder.open ==
        std::vector<std::string>{
            "0 initial: ",
            "25 unmasked: open since 0.005 us, for longer than the patience of "
            "0.020 us",
            "30 paid: open since 0.010 us, for longer than the patience of 0.020 us"});
}

TEST_CASE("what is open when nothing moves any more is told at the end", "[timed]") {
  Rig rig;
  const auto debt = rig.number("debt");
  rig.device("owes", 10, add_one(debt));
  rig.fabric.add(property("paid", PropertyKind::recoverable, debt, 0));
  (void)rig.run();
  CHECK(rig.recorder.open ==
        std::vector<std::string>{"10 paid: open since 0.010 us, and nothing moves any more"});
}

TEST_CASE("a deadlock is found when its last waiter blocks, though others move on", "[timed]") {
  Rig rig;
  const Lock a = rig.fabric.lock("a", "a", LockKind::sleep);
  const Lock b = rig.fabric.lock("b", "b", LockKind::sleep);
  const auto nest = [](const Lock& outer, const Lock& inner) {
    const auto can = [](const Lock& l) { return [l](Exec& x) { return x.can_lock(l); }; };
    const auto take = [](const Lock& l) { return [l](Exec& x) { x.lock(l); }; };
    return std::vector<Act>{{"outer", "b10", take(outer), can(outer)},
                            {"inner", "b10", take(inner), can(inner)}};
  };
  rig.context("ab", nest(a, b));
  rig.context("ba", nest(b, a));
  rig.context("alive", {{"tick", "e1"}}, true);
  rig.options.until_ps = 100'000;
  const timed::TimedResult r = rig.run();
  CHECK(r.verdict == Verdict::violated);
  const auto found = std::find_if(r.findings.begin(), r.findings.end(),
                                  [](const auto& f) { return f.kind == FindingKind::deadlock; });
  REQUIRE(found != r.findings.end());
  CHECK(found->violation.property == "deadlock");
  CHECK(found->violation.where == "a, b");
  CHECK(found->time_ps == 10'000);
  CHECK(rig.recorder.open == std::vector<std::string>{"10 deadlock: "});
}

TEST_CASE("waiting for a lock whose owner moves is no deadlock", "[timed]") {
  Rig rig;
  const Lock a = rig.fabric.lock("a", "a", LockKind::sleep);
  const std::vector<Act> acts = {
      {"take", "b10", [a](Exec& x) { x.lock(a); }, [a](Exec& x) { return x.can_lock(a); }},
      {"give", "b10", [a](Exec& x) { x.unlock(a); }}};
  rig.context("one", acts);
  rig.context("two", acts);
  CHECK(rig.run().verdict == Verdict::holds);
}

TEST_CASE("a full stack makes the run inconclusive", "[timed]") {
  Rig rig;
  ContextInfo info;
  info.stack_bytes = 24;
  RoutineId self = 0;
  const ContextId c = rig.context(
      "c", {{"recurse", "b10", [&self](Exec& x) { (void)x.call(self, ScriptLocals{}); }}}, true,
      info);
  self = rig.fabric.contexts()[c].main;
  const timed::TimedResult r = rig.run();
  CHECK(r.verdict == Verdict::inconclusive);
  CHECK(r.end == timed::End::capacity);
  CHECK(r.reason.find("stack of context c") != std::string::npos);
}

TEST_CASE("a circle of zero costs ends the run instead of hanging it", "[timed]") {
  Rig rig;
  rig.context("c", {{"spin", "b0"}}, true);
  rig.options.steps_per_instant = 1000;
  const timed::TimedResult r = rig.run();
  CHECK(r.verdict == Verdict::inconclusive);
  CHECK(r.steps == 1000);
  CHECK(r.reason.find("time stands still at 0 ps") != std::string::npos);
}

TEST_CASE("an interrupted run keeps what it found", "[timed]") {
  std::atomic<bool> interrupted = false;
  Rig rig;
  const auto n = rig.number("n");
  rig.context("c",
              {{"count", "b10",
                [n, &interrupted](Exec& x) {
                  if (++x.set(n).n == 5) interrupted = true;
                }}},
              true);
  rig.options.interrupted = &interrupted;
  const timed::TimedResult r = rig.run();
  CHECK(r.end == timed::End::interrupted);
  CHECK(r.verdict == Verdict::inconclusive);
  CHECK(r.steps == 5);
  CHECK(rig.recorder.verdict == "inconclusive");
}

TEST_CASE("a run tells which ordering assumptions it broke", "[timed]") {
  Rig rig;
  const ContextId slow = rig.context("slow", {{"work", "b50"}, {"end", "b0"}});
  const ContextId fast = rig.context("fast", {{"wait", "b20"}, {"overtake", "b25"}}, true);
  const ContextId calm = rig.context("calm", {{"wait", "b60"}, {"follow", "b0"}});
  rig.seal();
  const Assumptions assumptions(rig.fabric, {{slow, fast, "fast", "overtake", "slow is first"},
                                             {slow, calm, "calm", "follow", "calm is last"}});
  rig.options.assumptions = &assumptions;
  rig.options.until_ps = 200'000;
  const timed::TimedResult r = rig.run();
  REQUIRE(r.broken_assumptions.size() == 1);
  CHECK(r.broken_assumptions[0].assumption->text == "slow is first");
  CHECK(r.broken_assumptions[0].time_ps == 20'000);
  CHECK(rig.recorder.steps[r.broken_assumptions[0].seq].label == "overtake");
  CHECK(r.verdict == Verdict::holds);
}
