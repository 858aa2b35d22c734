// Counterexamples in names: on disk, on the fabric that they were found on, and on another one.
#include "sim/explore/schedule.h"

#include "sim/app/schedule_file.h"
#include "sim/error.h"
#include "sim/explore/replay.h"
#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;
using explore::Finding;
using explore::replay;
using explore::ReplayResult;
using explore::ReplayStep;
using explore::Result;
using explore::Schedule;
using explore::ScheduleStep;

namespace {

// As BrokenLock, and mended: tests and sets in one step.
class MendedLock {
 public:
  explicit MendedLock(Fabric& fabric) : state_(fabric.reserve<Flags>("lock")) {
    for (const char* name : {"left", "right"})
      add<&MendedLock::run>(fabric, *this, context(name));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).a == 0, "see it free", writes(state_));
      x.set(state_).a = 1;
      STEP("leave", writes(state_));
      x.set(state_).a = 0;
    }
    ROUTINE_END();
  }

 private:
  Slot<Flags> state_;
};

Schedule broken_lock_schedule() {
  Fabric fabric;
  BrokenLock lock(fabric);
  fabric.seal();
  Schedule s = schedule_of(fabric, explored(fabric).findings.at(0), true);
  s.scenario = "toy";
  s.variant = "mended \"twice\"";
  s.scenario_hash = "0123abcd";
  return s;
}

}  // namespace

TEST_CASE("a schedule names the steps of a counterexample", "[explore][schedule]") {
  const Schedule s = broken_lock_schedule();
  CHECK(s.property == "both-inside");
  CHECK(s.kind == FindingKind::safety);
  REQUIRE(s.steps.size() == 4);
  CHECK(s.steps[0] == ScheduleStep{"left", "left_main", "see it free", 0});
  CHECK(s.steps[1] == ScheduleStep{"right", "right_main", "see it free", 0});
  CHECK(s.steps[3] == ScheduleStep{"right", "right_main", "take it", 0});
}

TEST_CASE("a schedule survives the disk", "[explore][schedule]") {
  Schedule s = broken_lock_schedule();
  s.steps[2].choice = 3;
  const bool has_loop = GENERATE(false, true);
  if (has_loop) {
    s.kind = FindingKind::liveness;
    s.loop_start = 2;
    s.fuse = false;
  } else {
    s.kind = FindingKind::liveness;
    s.continuation = {{"left", "left_main", "leave", 0}, {"right", "right_main", "leave", 1}};
  }
  const std::string text = app::schedule_text(s);
  CHECK(app::parse_schedule(scenario::Document::from_text(text, "s.json")) == s);
  CHECK(text.find("\n    {\"context\":\"left\",\"routine\":\"left_main\",\"step\":\"take it\","
                  "\"choice\":3},\n") != std::string::npos);
  s.continuation.clear();
  s.steps.clear();
  s.loop_start = explore::no_loop;
  CHECK(app::parse_schedule(scenario::Document::from_text(app::schedule_text(s), "s.json")) == s);
}

TEST_CASE("a bad schedule file is refused with a place", "[explore][schedule]") {
  const std::string good = app::schedule_text(broken_lock_schedule());
  const auto error_of = [&](const std::string& from, const std::string& to) -> std::string {
    std::string text = good;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    try {
      app::parse_schedule(scenario::Document::from_text(text, "s.json"));
    } catch (const InputError& e) {
      return e.what();
    }
    return "";
  };
  CHECK(error_of("irqloom-schedule", "irqloom-scenario").starts_with("s.json:2:"));
  CHECK(error_of("\"version\": 1", "\"version\": 2").starts_with("s.json:3:"));
  CHECK_FALSE(error_of("\"kind\": \"safety\"", "\"kind\": \"saftey\"").empty());
  CHECK_FALSE(error_of("\"property\"", "\"propperty\"").empty());
  CHECK_FALSE(error_of("\"context\":\"left\",", "").empty());
  CHECK_FALSE(error_of("\"fuse\": true", "\"fuse\": true,\n  \"loop_start\": 4").empty());
}

TEST_CASE("a replay shows every step and the violation", "[explore][schedule]") {
  const Schedule s = broken_lock_schedule();
  Fabric fabric;
  BrokenLock lock(fabric);
  fabric.seal();
  std::vector<std::size_t> inside;
  const Slot<Flags> state{0, 0};
  const ReplayResult r = replay(fabric, s, [&](const ReplayStep& step) {
    CHECK(step.index == inside.size());
    CHECK(fabric.contexts()[step.context].name == s.steps[step.index].context);
    CHECK(fabric.routines()[step.routine].steps[step.pc].name == s.steps[step.index].label);
    CHECK(step.depth == 0);
    CHECK((*step.before)[state].b == (inside.empty() ? 0 : inside.back()));
    inside.push_back((*step.after)[state].b);
  });
  CHECK(inside == std::vector<std::size_t>{0, 0, 1, 2});
  CHECK(r.complete());
  CHECK(r.taken == 4);
  REQUIRE(r.violations.size() == 1);
  CHECK(r.violations[0].first == 3);
  CHECK(r.violations[0].second.property == "both-inside");
  CHECK(r.end[state].b == 2);
  CHECK_FALSE(r.loop_closes);
}

// Yesterday: left sees, right sees, ... Today the first sees and takes in one step.
TEST_CASE("a replay stops at the first step that does not fit", "[explore][schedule]") {
  Schedule s = broken_lock_schedule();
  Fabric fabric;
  MendedLock lock(fabric);
  fabric.seal();
  ReplayResult r = replay(fabric, s, {});
  CHECK_FALSE(r.complete());
  CHECK(r.taken == 1);
  CHECK(r.misfit == "right cannot take 'see it free' of right_main: it waits for its guard");
  CHECK(r.violations.empty());

  s.steps.erase(s.steps.begin() + 1);
  r = replay(fabric, s, {});
  CHECK(r.taken == 1);
  CHECK(r.misfit == "left is at 'leave' of left_main, expected 'take it' of left_main");

  s.steps[0].context = "middle";
  r = replay(fabric, s, {});
  CHECK(r.taken == 0);
  CHECK(r.misfit == "there is no context 'middle'");
}

TEST_CASE("a replay checks choices and leaves the world before a misfit", "[explore][schedule]") {
  Fabric fabric;
  Counter counter(fabric, "counter", 3);
  fabric.seal();
  Schedule s;
  s.steps = {{"counter", "counter_main", "count", 0}, {"counter", "counter_main", "count", 1}};
  const ReplayResult r = replay(fabric, s, {});
  CHECK(r.taken == 1);
  CHECK(r.misfit == "'count' of counter_main has no choice 1 any more");
  CHECK(r.end[counter.number()].value == 1);
}

TEST_CASE("a replayed lasso closes, or no longer does", "[explore][schedule]") {
  const auto make = [](Fabric& fabric, std::uint32_t n) {
    auto counter = std::make_unique<Counter>(fabric, "counter", n);
    fabric.add(property(PropertyKind::leads_to, "on", counter->is(1), counter->is(7)));
    fabric.seal();
    return counter;
  };
  Fabric fabric;
  const auto counter = make(fabric, 3);
  const Finding found = explored(fabric).findings.at(0);
  CHECK(found.loop_start == 1);
  const Schedule s = schedule_of(fabric, found, true);
  CHECK(replay(fabric, s, {}).loop_closes);
  Fabric other;
  const auto longer = make(other, 4);
  const ReplayResult r = replay(other, s, {});
  CHECK(r.complete());
  CHECK_FALSE(r.loop_closes);
}
