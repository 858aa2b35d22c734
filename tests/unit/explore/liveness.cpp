// Recoverability and fair cycles, on graphs that fit into a comment.
#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;
using explore::Finding;
using explore::no_loop;
using explore::PathStep;
using explore::Result;

namespace {

constexpr std::uint8_t entry_mark = 1;
constexpr std::uint8_t served_mark = 2;

// A device raises, a wire delivers or loses, a driver serves.
class LossyWire {
 public:
  LossyWire(Fabric& fabric, Fairness device, std::uint16_t ways)
      : state_(fabric.reserve<Flags>("wire")), ways_(ways) {
    add<&LossyWire::device>(fabric, *this, context("device", no_executor, Level::thread, device));
    add<&LossyWire::wire>(fabric, *this, context("wire"));
    add<&LossyWire::driver>(fabric, *this, context("driver"));
    const auto idle = [s = state_](const World& w) { return w[s].a == 0; };
    const auto busy = [s = state_](const World& w) { return w[s].a != 0; };
    fabric.add(property(PropertyKind::recoverable, "lost", idle));
    fabric.add(property(PropertyKind::leads_to, "served", busy, idle));
  }

  // a: work to serve; b: the wire is raised; c: the driver was told.
  void device(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).b == 0 && x.get(state_).c == 0, "raise", writes(state_));
      x.set(state_).a = 1;
      x.set(state_).b = 1;
    }
    ROUTINE_END();
  }

  void wire(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).b != 0, "deliver", writes(state_));
      x.set(state_).b = 0;
      if (x.choose(ways_) == 0) x.set(state_).c = 1;
    }
    ROUTINE_END();
  }

  void driver(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).c != 0, "serve", writes(state_));
      x.set(state_).c = 0;
      x.set(state_).a = 0;
    }
    ROUTINE_END();
  }

 private:
  Slot<Flags> state_;
  std::uint16_t ways_;
};

// A level-triggered line whose handler leaves the work to a thread.
class Line {
 public:
  Line(Fabric& fabric, ExecutorId handler_cpu, ExecutorId thread_cpu)
      : state_(fabric.reserve<Flags>("line")) {
    add<&Line::handler>(fabric, *this, context("handler", handler_cpu, Level::hardirq));
    add<&Line::thread>(fabric, *this, context("thread", thread_cpu));
    fabric.at_reset([s = state_](World& w) { w.mut(s).a = 1; });
    Property storm = property(PropertyKind::no_cycle, "storm", {});
    storm.mark = entry_mark;
    storm.without = served_mark;
    fabric.add(storm);
    fabric.add(property(PropertyKind::eventually, "served",
                        [s = state_](const World& w) { return w[s].a == 0; }));
  }

  void handler(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).a != 0, "enter", reads(state_));
      x.enter_hardirq();
      x.mark(entry_mark);
      STEP("leave");
      x.leave_hardirq();
    }
    ROUTINE_END();
  }

  void thread(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).a != 0, "serve", writes(state_));
      x.set(state_).a = 0;
      x.mark(served_mark);
    }
    ROUTINE_END();
  }

 private:
  Slot<Flags> state_;
};

// Wants a lock once.
class Waiter {
 public:
  Waiter(Fabric& fabric, Lock lock) : lock_(lock), got_(fabric.reserve<Number>("got")) {
    add<&Waiter::run>(fabric, *this, context("waiter"));
    fabric.add(property(PropertyKind::eventually, "gets-it",
                        [s = got_](const World& w) { return w[s].value != 0; }));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    LOCK(lock_, "lock", writes(got_));
    x.unlock(lock_);
    x.set(got_).value = 1;
    RETURN(0);
    ROUTINE_END();
  }

 private:
  Lock lock_;
  Slot<Number> got_;
};

class Hog {
 public:
  Hog(Fabric& fabric, Lock lock) : lock_(lock) { add<&Hog::run>(fabric, *this, context("hog")); }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      LOCK(lock_, "lock");
      STEP("unlock");
      x.unlock(lock_);
    }
    ROUTINE_END();
  }

 private:
  Lock lock_;
};

}  // namespace

// States abc: 000 -raise-> 110 -deliver-> 101 -serve-> 000, and 110 -lose-> 100 -raise-> 110.
TEST_CASE("a lost interrupt is found although the device may raise again", "[explore][liveness]") {
  Fabric fabric;
  LossyWire wire(fabric, Fairness::optional, 2);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 4);
  CHECK(r.stats.transitions == 5);
  const std::vector<PathStep> lose = {{0, 0}, {1, 1}};
  const Finding* lost = find(r, "lost");
  REQUIRE(lost != nullptr);
  CHECK(lost->kind == FindingKind::liveness);
  CHECK(lost->path == lose);
  CHECK(lost->loop_start == no_loop);
  CHECK(lost->message == "toy; it is lost in step 'deliver' of wire_main in wire");
  // Nobody owes a step in 100: the execution may end there.
  const Finding* served = find(r, "served");
  REQUIRE(served != nullptr);
  CHECK(served->path == lose);
  CHECK(served->loop_start == no_loop);
}

// The same graph, but a device that owes its raises rescues: nothing is lost for good. It can still
// be lost every time: 000 -raise-> 110 (-lose-> 100 -raise-> 110)*, in which the driver is never
// enabled. Stem 1, loop 2.
TEST_CASE("a fair device rescues, but need not be lucky", "[explore][liveness]") {
  Fabric fabric;
  LossyWire wire(fabric, Fairness::fair, 2);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(find(r, "lost") == nullptr);
  const Finding* served = find(r, "served");
  REQUIRE(served != nullptr);
  CHECK(served->loop_start == 1);
  CHECK(served->path == std::vector<PathStep>{{0, 0}, {1, 1}, {0, 0}});
}

// 000 -> 110 -> 101 -> 000: the optional device may stop, but only when nothing is owed.
TEST_CASE("a wire that does not lose keeps both promises", "[explore][liveness]") {
  Fabric fabric;
  LossyWire wire(fabric, Fairness::optional, 1);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.verdict == Verdict::holds);
  CHECK(r.stats.states == 3);
  CHECK(r.stats.transitions == 3);
}

// On one CPU: S0 (line high) -enter-> S1 -leave-> S0, S0 -serve-> S2. The thread is enabled in S0,
// but the interrupt is pending there: nobody owes the thread a step.
TEST_CASE("a storm starves the thread on its own CPU", "[explore][liveness]") {
  Fabric fabric;
  const ExecutorId cpu = fabric.executor("cpu0");
  Line line(fabric, cpu, cpu);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 3);
  CHECK(r.stats.transitions == 3);
  for (const char* name : {"storm", "served"}) {
    const Finding* f = find(r, name);
    REQUIRE(f != nullptr);
    CHECK(f->kind == FindingKind::liveness);
    CHECK(f->loop_start == 0);
    CHECK(f->path == std::vector<PathStep>{{0, 0}, {0, 0}});
  }
}

// On two CPUs also S1 -serve-> S3 -leave-> S2. The thread is enabled in S0 and S1 and must step.
TEST_CASE("a storm on another CPU ends", "[explore][liveness]") {
  Fabric fabric;
  const ExecutorId cpu0 = fabric.executor("cpu0");
  const ExecutorId cpu1 = fabric.executor("cpu1");
  Line line(fabric, cpu0, cpu1);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 4);
  CHECK(r.stats.transitions == 5);
  CHECK(r.verdict == Verdict::holds);
}

// (hog, waiter): 11 -> 21 1d   21 -> 11   1d -> 2d   2d -> 1d. In the loop 11 21 the waiter is
// enabled once a round and never steps: weak fairness would call that an execution, a ticket lock
// does not.
TEST_CASE("waiting for a contended lock is no livelock", "[explore][liveness]") {
  Fabric fabric;
  const Lock lock = fabric.lock("lock", "lock", LockKind::spin);
  Hog hog(fabric, lock);
  Waiter waiter(fabric, lock);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 4);
  CHECK(r.stats.transitions == 5);
  CHECK(r.verdict == Verdict::holds);
}

TEST_CASE("a loop lets every fair context step", "[explore][liveness]") {
  Fabric fabric;
  Counter a(fabric, "a", 2);
  Counter b(fabric, "b", 2,
            context("b", no_executor, Level::thread, GENERATE(Fairness::fair, Fairness::optional)));
  fabric.add(property(PropertyKind::eventually, "three", a.is(3)));
  fabric.seal();
  const Result r = explored(fabric);
  const Finding* f = find(r, "three");
  REQUIRE(f != nullptr);
  CHECK(f->loop_start == 0);
  // Four states in a square: two steps of `a` return to the start, but starve a fair `b`.
  const bool b_is_fair = fabric.contexts()[b.id].fairness == Fairness::fair;
  CHECK(f->path.size() == (b_is_fair ? 4 : 2));
}

TEST_CASE("an optional context never owes anything", "[explore][liveness]") {
  Fabric fabric;
  Counter a(fabric, "a", 2, optional_context("a"));
  fabric.add(property(PropertyKind::eventually, "one", a.is(1)));
  fabric.seal();
  const Result r = explored(fabric);
  const Finding* f = find(r, "one");
  REQUIRE(f != nullptr);
  CHECK(f->path.empty());
  CHECK(f->loop_start == no_loop);
}

TEST_CASE("eventually is about executions from the start, leads_to about all", "[explore]") {
  Fabric fabric;
  Counter a(fabric, "a", 3);
  fabric.add(property(PropertyKind::eventually, "one", a.is(1)));
  fabric.add(property(PropertyKind::leads_to, "two-then-one", a.is(2), a.is(1)));
  fabric.add(property(PropertyKind::leads_to, "two-then-nine", a.is(2), a.is(9)));
  fabric.add(property(PropertyKind::leads_to, "nine-then-ten", a.is(9), a.is(10)));
  fabric.add(property(PropertyKind::leads_to, "one-then-one", a.is(1), a.is(1)));
  fabric.seal();
  const Result r = explored(fabric);
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].property == "two-then-nine");
  // Two steps to the 2, then round and round.
  CHECK(r.findings[0].loop_start == 2);
  CHECK(r.findings[0].path.size() == 5);
}
