// What a bound leaves to be judged: what was found within the states that were expanded is proved,
// and the rest is said not to be.
#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;
using explore::Bound;
using explore::How;
using explore::Options;
using explore::PathStep;
using explore::Result;

namespace {

constexpr std::uint8_t turn_mark = 1;

// Somebody asks; the answer may get lost, or two others pass it to one another for ever.
class Question {
 public:
  explicit Question(Fabric& fabric) : state_(fabric.reserve<Flags>("question")) {
    add<&Question::ask>(fabric, *this, optional_context("asker"));
    add<&Question::answer>(fabric, *this, context("answerer"));
    add<&Question::play>(fabric, *this, context("player"));
    fabric.add(property(PropertyKind::recoverable, "answered",
                        [s = state_](const World& w) { return w[s].a == 0; }));
    Property storm = property(PropertyKind::no_cycle, "played-for-ever", {});
    storm.mark = turn_mark;
    fabric.add(storm);
    fabric.add(property(PropertyKind::reachable, "asked",
                        [s = state_](const World& w) { return w[s].a != 0; }));
  }

  // a: there is a question; b: the answerer knows of it; c: it is played with; d: whose turn.
  void ask(Exec& x, Frame& self) {
    ROUTINE();
    STEP("ask", writes(state_));
    x.set(state_).a = 1;
    x.set(state_).b = 1;
    RETURN(0);
    ROUTINE_END();
  }

  void answer(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).b != 0, "answer", writes(state_));
      x.set(state_).b = 0;
      switch (x.choose(3)) {
        case 0:
          x.set(state_).a = 0;
          break;
        case 1:
          break;
        default:
          x.set(state_).c = 1;
      }
    }
    ROUTINE_END();
  }

  void play(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).c != 0, "play", writes(state_));
      x.set(state_).d = 1 - x.get(state_).d;
      x.mark(turn_mark);
    }
    ROUTINE_END();
  }

 private:
  Slot<Flags> state_;
};

const std::string* reason(const Result& r, std::string_view property) {
  for (const explore::NotJudged& n : r.not_judged) {
    if (n.property == property) return &n.reason;
  }
  return nullptr;
}

How how(const Result& r, std::string_view property) {
  for (const explore::Judged& j : r.judged) {
    if (j.property == property) return j.how;
  }
  throw std::logic_error("not judged: " + std::string(property));
}

}  // namespace

// The counter is optional, and a bystander: no path of fair steps leaves the states behind the
// question, however far it counts.
TEST_CASE("a loss and a loop within a part are found, a state that was seen is shown",
          "[explore][liveness]") {
  Fabric fabric;
  Question question(fabric);
  Counter endless(fabric, "endless", 0x10000, optional_context("endless"));
  fabric.add(property(PropertyKind::never, "nine", endless.is(0x10000)));
  fabric.add(property(PropertyKind::reachable, "far", endless.is(0xffff)));
  fabric.seal();
  Options options;
  options.limits.max_states = 500;
  const Result r = explore::explore(fabric, options);
  CHECK(r.bound == Bound::max_states);
  CHECK(r.verdict == Verdict::violated);

  const std::vector<PathStep> lost = {{0, 0}, {1, 1}};
  REQUIRE(find(r, "answered") != nullptr);
  CHECK(find(r, "answered")->path == lost);
  CHECK(find(r, "answered")->message ==
        "toy; it is lost at the latest in step 'answer' of answerer_main in answerer");
  REQUIRE(find(r, "played-for-ever") != nullptr);
  CHECK(find(r, "played-for-ever")->loop_start == 2);
  REQUIRE(r.witnesses.size() == 1);
  CHECK(r.witnesses[0].path == std::vector<PathStep>{{0, 0}});

  CHECK(how(r, "answered") == How::counterexample);
  CHECK(how(r, "played-for-ever") == How::counterexample);
  CHECK(how(r, "asked") == How::witness);
  REQUIRE(reason(r, "nine") != nullptr);
  CHECK(*reason(r, "nine") == "not broken in what was visited");
  REQUIRE(reason(r, "far") != nullptr);
  CHECK(*reason(r, "far") == "not reached in what was visited");
  CHECK(reason(r, "deadlock") != nullptr);
}

// A fair bystander may be the one who rescues: behind the bound, nobody knows.
TEST_CASE("what may be rescued behind the bound is not lost", "[explore][liveness]") {
  Fabric fabric;
  Question question(fabric);
  Counter endless(fabric, "endless", 0x10000);
  fabric.seal();
  Options options;
  options.limits.max_states = 500;
  options.properties = {"answered"};
  const Result r = explore::explore(fabric, options);
  CHECK(r.verdict == Verdict::inconclusive);
  CHECK(r.findings.empty());
  CHECK(reason(r, "answered") != nullptr);
}

TEST_CASE("a bound does not matter to what is decided before it", "[explore]") {
  Fabric fabric;
  Question question(fabric);
  Counter endless(fabric, "endless", 0x10000);
  fabric.seal();
  Options options;
  options.limits.max_states = 500;
  options.properties = {"asked"};
  const Result r = explore::explore(fabric, options);
  CHECK(r.bound == Bound::max_states);
  CHECK(r.verdict == Verdict::holds);
  CHECK(r.not_judged.empty());
}

TEST_CASE("a part that is the whole is judged on every path", "[explore][liveness]") {
  Fabric fabric;
  Counter a(fabric, "a", 50, optional_context("a"));
  fabric.add(property(PropertyKind::recoverable, "any", [](const World&) { return true; }));
  fabric.seal();
  Options options;
  options.limits.max_states = 50;
  const Result whole = explore::explore(fabric, options);
  CHECK(whole.verdict == Verdict::holds);
  CHECK(how(whole, "any") == How::every_path);
  options.limits.max_states = 49;
  CHECK(reason(explore::explore(fabric, options), "any") != nullptr);
}
