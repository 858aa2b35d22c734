#include "sim/app/traced_replay.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/app/continuation.h"
#include "sim/core/exec.h"
#include "sim/explore/explorer.h"

namespace irqloom::app::test {

struct CupState {
  std::uint8_t full = 1;
  std::uint8_t broken = 0;
  std::uint8_t pile = 0;  ///< Of shards.
  std::uint8_t reserved = 0;
};

}  // namespace irqloom::app::test

IRQLOOM_FIELDS(irqloom::app::test::CupState, IRQLOOM_FLAG(full), IRQLOOM_FLAG(broken),
               IRQLOOM_NUMBER(pile), IRQLOOM_NUMBER(reserved));

namespace irqloom::app {
namespace {

using test::CupState;

/// A cup is emptied; only one that is whole can be filled again. Somebody may break it.
class Kitchen {
 public:
  static constexpr unsigned for_ever = 8;

  /// A broken cup is swept `sweeps` times.
  explicit Kitchen(bool fills_broken_ones, unsigned sweeps = 0)
      : fills_broken_ones_(fills_broken_ones), sweeps_(sweeps) {
    cup_ = fabric.reserve<CupState>("cup");
    fabric.context({.name = "drinker"}, fabric.routine<&Kitchen::drink>(*this, "drink", "a test"));
    fabric.context({.name = "filler"}, fabric.routine<&Kitchen::fill>(*this, "fill", "a test"));
    fabric.context({.name = "child", .fairness = Fairness::optional},
                   fabric.routine<&Kitchen::drop>(*this, "drop", "a test"));
    fabric.context({.name = "sweeper"}, fabric.routine<&Kitchen::sweep>(*this, "sweep", "a test"));
    const Slot<CupState> cup = cup_;
    fabric.at_reset([cup](World& w) { w.mut(cup) = CupState{}; });
    fabric.add(Property{.name = "refilled",
                        .kind = PropertyKind::recoverable,
                        .where = "cup",
                        .message = "nobody will ever drink again",
                        .p = [cup](const World& w) { return w[cup].full != 0; }});
    fabric.add(Property{.name = "whole",
                        .kind = PropertyKind::always,
                        .where = "cup",
                        .message = "there are shards",
                        .p = [cup](const World& w) { return w[cup].broken == 0; }});
    fabric.seal();
  }

  void drink(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(cup_).full != 0, "drink", writes(cup_));
      x.set(cup_).full = 0;
    }
    ROUTINE_END();
  }

  void fill(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(cup_).full == 0 && (fills_broken_ones_ || x.get(cup_).broken == 0), "fill",
                writes(cup_));
      x.set(cup_).full = 1;
    }
    ROUTINE_END();
  }

  void drop(Exec& x, Frame& self) {
    ROUTINE();
    STEP("drop the cup", writes(cup_));
    x.set(cup_).broken = 1;
    RETURN(0);
    ROUTINE_END();
  }

  void sweep(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(cup_).broken != 0 && x.get(cup_).pile < sweeps_, "sweep", writes(cup_));
      x.set(cup_).pile = static_cast<std::uint8_t>((x.get(cup_).pile + 1) % for_ever);
    }
    ROUTINE_END();
  }

  explore::Schedule schedule_of(const std::string& property) const {
    explore::Options options;
    options.properties = {property};
    const explore::Result result = explore::explore(fabric, options);
    REQUIRE(result.findings.size() == 1);
    return explore::schedule_of(fabric, result.findings[0], true);
  }

  Fabric fabric;

 private:
  bool fills_broken_ones_;
  unsigned sweeps_;
  Slot<CupState> cup_;
};

/// Keeps what a sink hears.
class Notes : public Sink {
 public:
  void begin(const Fabric& /*fabric*/, const TraceInfo& trace) override { info = trace; }
  void step(const StepRecord& record) override {
    ++steps;
    time_ps = record.time_ps;
    for (const Violation& v : *record.violations)
      shown.push_back(std::to_string(record.seq) + " " + v.property);
    changed += record.written.size();
  }
  void end(std::uint64_t end_ps, const std::string& how) override {
    end_time_ps = end_ps;
    verdict = how;
  }

  TraceInfo info;
  std::size_t steps = 0;
  std::size_t changed = 0;
  std::uint64_t time_ps = 0;
  std::uint64_t end_time_ps = 0;
  std::vector<std::string> shown;
  std::string verdict;
};

Notes trace(const Kitchen& kitchen, const explore::Schedule& schedule, const Replayed& replayed) {
  Notes notes;
  trace_replay(kitchen.fabric, schedule, replayed, {&notes});
  return notes;
}

TEST_CASE("replay: a state that breaks a property is shown at its step", "[app][replay]") {
  const Kitchen kitchen(false);
  const explore::Schedule s = kitchen.schedule_of("whole");
  const Replayed replayed = replay(kitchen.fabric, s, {"whole"}, true);
  CHECK(replayed.verdict == Verdict::violated);
  const Notes notes = trace(kitchen, s, replayed);
  CHECK(notes.steps == 1);
  CHECK(notes.shown == std::vector<std::string>{"0 whole"});
  CHECK(notes.verdict == "violated");
  CHECK(!notes.info.timed);
  CHECK(notes.changed == 2);  // The cup and the child's stack.
}

TEST_CASE("replay: what is not judged is not shown", "[app][replay]") {
  const Kitchen kitchen(false);
  const explore::Schedule s = kitchen.schedule_of("whole");
  const Replayed replayed = replay(kitchen.fabric, s, {"refilled"}, true);
  CHECK(replayed.verdict == Verdict::holds);
  CHECK(trace(kitchen, s, replayed).shown.empty());
}

TEST_CASE("replay: a loss is final if it was found on this very scenario", "[app][replay]") {
  const Kitchen kitchen(false);
  const explore::Schedule s = kitchen.schedule_of("refilled");
  const Replayed same = replay(kitchen.fabric, s, {"refilled"}, true);
  CHECK(same.verdict == Verdict::violated);
  const Notes notes = trace(kitchen, s, same);
  REQUIRE(notes.steps == 2);
  CHECK(notes.shown == std::vector<std::string>{"1 refilled"});
  CHECK(notes.time_ps == 1000);
  CHECK(notes.end_time_ps == 2000);
  const Replayed other = replay(kitchen.fabric, s, {"refilled"}, false);
  CHECK(other.verdict == Verdict::inconclusive);
  CHECK(trace(kitchen, s, other).shown.empty());
}

// The drinker drinks, the child drops the cup: nobody fills it any more. What follows is what the
// others still do.
TEST_CASE("replay: a loss is carried on with to where all wait", "[app][replay]") {
  const Kitchen kitchen(false, 2);
  explore::Schedule s = kitchen.schedule_of("refilled");
  const std::size_t length = s.steps.size();
  s.continuation = continuation_of(kitchen.fabric, Assumptions(), s);
  REQUIRE(s.continuation.size() == 2);
  CHECK(s.continuation[0] == explore::ScheduleStep{"sweeper", "sweep", "sweep", 0});
  const Replayed replayed = replay(kitchen.fabric, s, {"refilled"}, true);
  CHECK(replayed.verdict == Verdict::violated);
  const Notes notes = trace(kitchen, s, replayed);
  CHECK(notes.steps == length + 2);
  CHECK(notes.info.continuation == length);
  CHECK(notes.shown == std::vector<std::string>{std::to_string(length - 1) + " refilled"});
}

TEST_CASE("replay: what goes round is carried on with once", "[app][replay]") {
  const Kitchen kitchen(false, Kitchen::for_ever);
  const explore::Schedule s = kitchen.schedule_of("refilled");
  // The sweeper's pile goes up to seven and is empty again.
  CHECK(continuation_of(kitchen.fabric, Assumptions(), s).size() == 8);
}

TEST_CASE("replay: only a loss is carried on with", "[app][replay]") {
  const Kitchen kitchen(false, 2);
  CHECK(continuation_of(kitchen.fabric, Assumptions(), kitchen.schedule_of("whole")).empty());
}

TEST_CASE("replay: a schedule that does not fit any more is inconclusive", "[app][replay]") {
  const Kitchen kitchen(false);
  explore::Schedule s = kitchen.schedule_of("refilled");
  s.steps[1].label = "another";
  const Replayed replayed = replay(kitchen.fabric, s, {"refilled"}, false);
  CHECK(replayed.verdict == Verdict::inconclusive);
  CHECK(replayed.result.taken == 1);
  CHECK(trace(kitchen, s, replayed).steps == 1);
}

TEST_CASE("replay: a patched scenario is not judged by yesterday's loss", "[app][replay]") {
  const explore::Schedule s = Kitchen(false).schedule_of("refilled");
  const Kitchen patched(true);
  const Replayed replayed = replay(patched.fabric, s, {"refilled"}, false);
  CHECK(replayed.result.complete());
  CHECK(replayed.verdict == Verdict::inconclusive);
}

}  // namespace
}  // namespace irqloom::app
