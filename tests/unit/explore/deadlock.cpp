// Deadlocks: cycles of locks and of executors' occupancy.
#include "sim/core/deadlock.h"

#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;
using explore::Finding;
using explore::Result;

namespace {

// A thread that takes one lock, with interrupts off or on.
class Thread {
 public:
  Thread(Fabric& fabric, Lock lock, bool irqs_off, ExecutorId cpu)
      : lock_(lock), irqs_off_(irqs_off) {
    add<&Thread::run>(fabric, *this, context("thread", cpu));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      if (irqs_off_) {
        LOCK_IRQ(lock_, "lock with interrupts off");
        STEP("unlock with interrupts on again");
        x.unlock_irq(lock_);
      } else {
        LOCK(lock_, "lock");
        STEP("unlock");
        x.unlock(lock_);
      }
    }
    ROUTINE_END();
  }

 private:
  Lock lock_;
  bool irqs_off_;
};

// An interrupt that is always pending and takes one lock.
class Handler {
 public:
  Handler(Fabric& fabric, Lock lock, ExecutorId cpu) : lock_(lock) {
    add<&Handler::run>(fabric, *this, context("handler", cpu, Level::hardirq));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("enter");
      x.enter_hardirq();
      LOCK(lock_, "lock");
      STEP("unlock and leave");
      x.unlock(lock_);
      x.leave_hardirq();
    }
    ROUTINE_END();
  }

 private:
  Lock lock_;
};

// Takes its lock, and then waits for it in one of three ways.
class Twice {
 public:
  enum class Way { lock, pass, lock_irq_when };

  Twice(Fabric& fabric, Lock lock, Way way) : lock_(lock), way_(way) {
    add<&Twice::run>(fabric, *this, context("twice"));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    LOCK(lock_, "lock");
    if (way_ == Way::lock) {
      LOCK(lock_, "lock again");
    } else if (way_ == Way::pass) {
      STEP_WHEN(x.can_lock(lock_), "pass through it");
    } else {
      LOCK_IRQ_WHEN(true, lock_, "lock it when it is good");
    }
    RETURN(0);
    ROUTINE_END();
  }

 private:
  Lock lock_;
  Way way_;
};

// Takes two locks, the second one in a way that keeps it from the owner for ever; see its uses.
class Keeper {
 public:
  Keeper(Fabric& fabric, const std::string& name, ExecutorId executor, Lock first, Lock second,
         bool leaves)
      : first_(first), second_(second), leaves_(leaves) {
    add<&Keeper::run>(fabric, *this, context(name, executor));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      LOCK(first_, "take the first");
      if (leaves_) {
        STEP("leave the executor");
        x.leave_executor();
      }
      LOCK(second_, "take the second");
      STEP("give both back");
      x.unlock(second_);
      x.unlock(first_);
      if (leaves_) x.enter_executor();
    }
    ROUTINE_END();
  }

 private:
  Lock first_;
  Lock second_;
  bool leaves_;
};

}  // namespace

// States (a, b) by the next step (1 first, 2 second, 3 put back); each holds what it took:
//   11 -> 21 12   21 -> 31 22   12 -> 22 13   31 -> 11   13 -> 11   22 -> nothing
// 6 states, 8 transitions. In 22, two steps away, each waits for the other's lock. The order of the
// locks is wrong one step earlier, but shows only in the second context that takes two: also two
// steps, and a finding of its own.
TEST_CASE("two diners deadlock", "[explore][deadlock]") {
  Fabric fabric;
  const Lock fork = fabric.lock("fork.lock", "fork", LockKind::spin);
  const Lock knife = fabric.lock("knife.lock", "knife", LockKind::spin);
  Diner a(fabric, "a", fork, knife);
  Diner b(fabric, "b", knife, fork);
  SECTION("alone") {
    fabric.seal();
    const Result r = explored(fabric);
    CHECK(r.stats.states == 6);
    CHECK(r.stats.transitions == 8);
    const Finding* order = find(r, "lock-order");
    REQUIRE(order != nullptr);
    CHECK(order->path.size() == 2);
    const Finding* deadlock = find(r, "deadlock");
    REQUIRE(deadlock != nullptr);
    CHECK(deadlock->kind == FindingKind::deadlock);
    CHECK(deadlock->where == "fork.lock, knife.lock");
    CHECK(deadlock->message ==
          "a waits for lock knife.lock held by b; b waits for lock fork.lock held by a");
    CHECK(deadlock->path == std::vector<explore::PathStep>{{0, 0}, {1, 0}});
    CHECK(r.findings.size() == 2);
  }
  // Twice the states; each has the counter's transition besides.
  SECTION("while something else still moves") {
    Counter counter(fabric, "counter", 2);
    fabric.seal();
    const Result r = explored(fabric);
    CHECK(r.stats.states == 12);
    CHECK(r.stats.transitions == 28);
    const Finding* deadlock = find(r, "deadlock");
    REQUIRE(deadlock != nullptr);
    CHECK(deadlock->path.size() == 2);
  }
}

// States: the pairs of (1 first, 2 second, 3 put back) but those where both hold something, which
// the fork forbids: 11, 21, 31, 12, 13; every state has one successor, 11 has two.
TEST_CASE("two diners with one order of forks do not deadlock", "[explore][deadlock]") {
  Fabric fabric;
  const Lock fork = fabric.lock("fork.lock", "fork", LockKind::spin);
  const Lock knife = fabric.lock("knife.lock", "knife", LockKind::spin);
  Diner a(fabric, "a", fork, knife);
  Diner b(fabric, "b", fork, knife);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.verdict == Verdict::holds);
  CHECK(r.stats.states == 5);
  CHECK(r.stats.transitions == 6);
}

// The thread is pre-empted with the lock held, and the handler spins on its CPU for ever.
TEST_CASE("a handler waits for the thread under it", "[explore][deadlock]") {
  Fabric fabric;
  const Lock lock = fabric.lock("dev.lock", "dev", LockKind::spin);
  const ExecutorId cpu = fabric.executor("cpu0");
  const bool irqs_off = GENERATE(false, true);
  Thread thread(fabric, lock, irqs_off, cpu);
  Handler handler(fabric, lock, cpu);
  fabric.seal();
  const Result r = explored(fabric);
  if (irqs_off) {
    // States (thread, handler): 11, 21 (nobody may enter), 12, 13 (the handler has the CPU).
    CHECK(r.verdict == Verdict::holds);
    CHECK(r.stats.states == 4);
    CHECK(r.stats.transitions == 5);
    return;
  }
  const Finding* f = find(r, "self-deadlock");
  REQUIRE(f != nullptr);
  CHECK(f->kind == FindingKind::deadlock);
  CHECK(f->path == std::vector<explore::PathStep>{{0, 0}, {1, 0}});
  CHECK(f->where == "dev.lock");
  CHECK(f->message ==
        "handler waits for lock dev.lock held by thread; thread cannot run while handler occupies "
        "cpu0");
  CHECK(find(r, "irq-unsafe-lock") != nullptr);
  CHECK(find(r, "deadlock") == nullptr);
}

// The handler on cpu0 waits for the far diner, who waits for the thread that it pre-empted.
TEST_CASE("a deadlock through another executor is no self-deadlock", "[explore][deadlock]") {
  Fabric fabric;
  const Lock near = fabric.lock("near.lock", "near", LockKind::spin);
  const Lock far = fabric.lock("far.lock", "far", LockKind::spin);
  const ExecutorId cpu0 = fabric.executor("cpu0");
  const ExecutorId cpu1 = fabric.executor("cpu1");
  Thread thread(fabric, near, false, cpu0);
  Handler handler(fabric, far, cpu0);
  Diner diner(fabric, "diner", far, near, cpu1);
  fabric.seal();
  const Result r = explored(fabric);
  const Finding* f = find(r, "deadlock");
  REQUIRE(f != nullptr);
  CHECK(f->where == "near.lock, far.lock");
  CHECK(f->path.size() == 3);  // thread locks, handler enters, diner takes the far one.
  CHECK(find(r, "self-deadlock") == nullptr);
}

TEST_CASE("a context waits for a lock of its own", "[explore][deadlock]") {
  Fabric fabric;
  const Lock lock = fabric.lock("dev.lock", "dev", LockKind::spin);
  const auto way = GENERATE(Twice::Way::lock, Twice::Way::pass, Twice::Way::lock_irq_when);
  Twice twice(fabric, lock, way);
  fabric.seal();
  const Result r = explored(fabric);
  CHECK(r.stats.states == 2);
  REQUIRE(r.findings.size() == 1);
  CHECK(r.findings[0].property == "self-deadlock");
  CHECK(r.findings[0].path.size() == 1);
  CHECK(r.findings[0].message == "twice waits for lock dev.lock that it holds itself");
}

// The mutex's owner sleeps with it; whoever spins for it on the same CPU, with a spinlock held,
// never lets him run. The owner itself wants nothing.
TEST_CASE("a spinner keeps the owner of a mutex from running", "[explore][deadlock]") {
  Fabric fabric;
  const Lock mutex = fabric.lock("mutex", "mutex", LockKind::sleep);
  const Lock spin = fabric.lock("spin", "spin", LockKind::spin);
  const ExecutorId cpu = fabric.executor("cpu0");
  Thread sleeper(fabric, mutex, false, cpu);
  Keeper spinner(fabric, "spinner", cpu, spin, mutex, false);
  fabric.seal();
  const Result r = explored(fabric);
  const Finding* f = find(r, "self-deadlock");
  REQUIRE(f != nullptr);
  CHECK(f->path.size() == 2);
  CHECK(
      f->message ==
      "spinner waits for lock mutex held by thread; thread cannot run while spinner occupies cpu0");
}

// A vCPU that has left the guest stands still as a whole, the guest's owner of the lock with it.
TEST_CASE("an exit waits for a context of the executor that it stopped", "[explore][deadlock]") {
  Fabric fabric;
  const Lock guest = fabric.lock("guest", "guest", LockKind::sleep);
  const Lock host = fabric.lock("host", "host", LockKind::sleep);
  const ExecutorId vcpu = fabric.executor("vcpu0");
  Thread owner(fabric, guest, false, vcpu);
  Keeper exit(fabric, "exit", vcpu, host, guest, true);
  fabric.seal();
  const Result r = explored(fabric);
  const Finding* f = find(r, "self-deadlock");
  REQUIRE(f != nullptr);
  CHECK(f->path.size() == 3);  // The owner locks; the other one locks and leaves.
  CHECK(f->message ==
        "exit waits for lock guest held by thread; thread cannot run while exit occupies vcpu0");
}

TEST_CASE("a deadlock that nobody asks for is not reported", "[explore][deadlock]") {
  Fabric fabric;
  const Lock lock = fabric.lock("dev.lock", "dev", LockKind::spin);
  Twice twice(fabric, lock, Twice::Way::lock);
  fabric.seal();
  explore::Options options;
  options.properties = {"deadlock"};
  CHECK(explore::explore(fabric, options).verdict == Verdict::holds);
}
