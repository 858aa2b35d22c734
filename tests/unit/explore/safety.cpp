// States, transitions, shortest counterexamples and witnesses of the search, counted by hand.
#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;
using explore::Finding;
using explore::Result;

namespace {

class Chooser {
 public:
  explicit Chooser(Fabric& fabric) : number_(fabric.reserve<Number>("number")) {
    add<&Chooser::run>(fabric, *this, context("chooser"));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    STEP("choose", writes(number_));
    x.set(number_).value = 10u + x.choose(3);
    RETURN(0);
    ROUTINE_END();
  }

  Predicate is(std::uint32_t value) const {
    return [s = number_, value](const World& w) { return w[s].value == value; };
  }

 private:
  Slot<Number> number_;
};

// Reports two labels of one property, and each of them in many steps.
class Reporter {
 public:
  explicit Reporter(Fabric& fabric) { add<&Reporter::run>(fabric, *this, context("reporter")); }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("quiet");
      STEP("first");
      x.violate({"event"}, "first label", "the first is bad");
      STEP("second");
      x.violate({"event"}, "second label", "the second is bad");
      x.violate({"other"}, "", "the other is bad");
    }
    ROUTINE_END();
  }
};

}  // namespace

// States (left, right, a): the step that each context takes next (1 see, 2 take, 3 leave) and
// whether the lock is taken. Successors:
//   110 -> 210 120   210 -> 311 220   120 -> 131 220   220 -> 321 231   311 -> 110   131 -> 110
//   321 -> 120 331   231 -> 210 331   331 -> 130 310   130 -> 110 230   310 -> 110 320
//   230 -> 331 210   320 -> 331 120
// 13 states, 24 transitions. Both are inside in 331 only, four steps from the start; 230 and 320
// are six steps away.
TEST_CASE("a broken lock: all states, and a shortest way for both to be inside", "[explore]") {
  Fabric fabric;
  BrokenLock lock(fabric);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 13);
  CHECK(r.stats.transitions == 24);
  CHECK(r.stats.depth == 6);
  CHECK(r.verdict == Verdict::violated);
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].property == "both-inside");
  CHECK(r.findings[0].kind == FindingKind::safety);
  // Contexts by id in every state: left sees, right sees, left takes, right takes.
  const std::vector<explore::PathStep> path = {{0, 0}, {1, 0}, {0, 0}, {1, 0}};
  CHECK(r.findings[0].path == path);
  CHECK(r.reasons.empty());
}

// One state before the choice and three behind it.
TEST_CASE("a choice takes all of its ways", "[explore]") {
  Fabric fabric;
  Chooser chooser(fabric);
  fabric.add(property(PropertyKind::never, "twelve", chooser.is(12)));
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 4);
  CHECK(r.stats.transitions == 3);
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].path == std::vector<explore::PathStep>{{0, 2}});
}

TEST_CASE("always, never and reachable", "[explore]") {
  Fabric fabric;
  Counter counter(fabric, "counter", 5);
  fabric.add(property(PropertyKind::always, "below-three",
                      [s = counter.number()](const World& w) { return w[s].value < 3; }));
  fabric.add(property(PropertyKind::never, "seven", counter.is(7)));
  fabric.add(property(PropertyKind::never, "zero", counter.is(0)));
  fabric.add(property(PropertyKind::reachable, "four", counter.is(4)));
  fabric.add(property(PropertyKind::reachable, "nine", counter.is(9)));
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 5);
  CHECK(r.stats.transitions == 5);
  CHECK(r.stats.depth == 4);
  REQUIRE(r.findings.size() == 3);
  CHECK(r.findings[0].property == "zero");  // The initial state is a state.
  CHECK(r.findings[0].path.empty());
  CHECK(r.findings[1].property == "below-three");
  CHECK(r.findings[1].path.size() == 3);
  CHECK(r.findings[2].property == "nine");
  CHECK(r.findings[2].kind == FindingKind::unreachable);
  CHECK(r.findings[2].message.find("cannot show what it is about") != std::string::npos);
  REQUIRE(r.witnesses.size() == 1);
  CHECK(r.witnesses[0].property == "four");
  CHECK(r.witnesses[0].kind == FindingKind::witness);
  CHECK(r.witnesses[0].path.size() == 4);
  const std::vector<std::pair<std::string, explore::How>> expected = {
      {"deadlock", explore::How::every_state},
      {"self-deadlock", explore::How::every_state},
      {"below-three", explore::How::counterexample},
      {"seven", explore::How::every_state},
      {"zero", explore::How::counterexample},
      {"four", explore::How::witness},
      {"nine", explore::How::every_state}};
  REQUIRE(r.judged.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(r.judged[i].property == expected[i].first);
    CHECK(r.judged[i].how == expected[i].second);
  }
  CHECK(r.not_judged.empty());
}

TEST_CASE("steps' violations: one shortest counterexample per property and place", "[explore]") {
  Fabric fabric;
  Reporter reporter(fabric);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 3);
  CHECK(r.stats.transitions == 3);
  REQUIRE(r.findings.size() == 3);
  CHECK(r.findings[0].where == "first label");
  CHECK(r.findings[0].path.size() == 2);
  CHECK(r.findings[1].where == "second label");
  CHECK(r.findings[1].path.size() == 3);
  CHECK(r.findings[2].property == "other");

  explore::Options options;
  options.properties = {"other"};
  const Result only = explore::explore(fabric, options);
  REQUIRE(only.findings.size() == 1);
  CHECK(only.findings[0].property == "other");
  options.properties = {"nothing of the kind"};
  CHECK(explore::explore(fabric, options).verdict == Verdict::holds);
}
