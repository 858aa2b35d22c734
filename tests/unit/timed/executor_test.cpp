// Executors: run to block, pre-emption, sleeping, spinning, exits.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/timed/toys.h"

using namespace irqloom;
using namespace irqloom::test;
using Lines = std::vector<std::string>;

namespace {

/// The acts of a handler: enters when `pending` counts up, leaves.
std::vector<Act> handler(Slot<Number> pending, const std::string& enter, const std::string& leave) {
  return {{"enter", enter,
           [pending](Exec& x) {
             --x.set(pending).n;
             x.enter_hardirq();
           },
           at_least(pending, 1)},
          {"leave", leave, [](Exec& x) { x.leave_hardirq(); }}};
}

}  // namespace

TEST_CASE("a busy cost holds the executor, a sleeping one frees it", "[timed]") {
  const auto second_starts = [](const std::string& cost_of_first) {
    Rig rig;
    const ExecutorId cpu = rig.fabric.executor("cpu0");
    rig.on(cpu, "first", {{"work", cost_of_first}, {"done", "b5"}});
    rig.on(cpu, "second", {{"work", "b20"}, {"done", "b5"}});
    rig.run();
    return lines(rig.recorder.steps);
  };
  // Contexts of one level run until they block.
  CHECK(second_starts("b100") ==
        Lines{"0 first work", "100 first done", "105 second work", "125 second done"});
  CHECK(second_starts("s100") ==
        Lines{"0 first work", "0 second work", "20 second done", "100 first done"});
  // The sleep is over at 10, but the other one runs to its end at 25.
  CHECK(second_starts("s10") ==
        Lines{"0 first work", "0 second work", "20 second done", "25 first done"});
  CHECK(second_starts("e10") == second_starts("s10"));
}

TEST_CASE("contexts without an executor do not hold each other up", "[timed]") {
  Rig rig;
  rig.context("a", {{"work", "b100"}, {"done", "b0"}});
  rig.context("b", {{"work", "b20"}, {"done", "b0"}});
  rig.run();
  CHECK(lines(rig.recorder.steps) == Lines{"0 a work", "0 b work", "20 b done", "100 a done"});
}

TEST_CASE("who waits for the executor gets it in the order of readiness, not of ids", "[timed]") {
  Rig rig;
  const ExecutorId cpu = rig.fabric.executor("cpu0");
  const auto a = rig.number("a");
  const auto b = rig.number("b");
  const auto c = rig.number("c");
  rig.on(cpu, "hog", {{"work", "b100"}, {"done", "b1"}});
  rig.on(cpu, "A", {{"run", "b1", add_one(a), at_least(a, 1)}});
  rig.on(cpu, "B", {{"run", "b1", add_one(b), at_least(b, 1)}});
  rig.on(cpu, "C", {{"run", "b1", add_one(c), at_least(c, 1)}});
  rig.device("wakes C", 10, add_one(c));
  rig.device("wakes A", 20, add_one(a));
  rig.device("wakes B", 30, add_one(b));
  rig.run();
  Lines last = lines(rig.recorder.steps);
  last.erase(last.begin(), last.end() - 4);
  CHECK(last == Lines{"100 hog done", "101 C run", "102 A run", "103 B run"});
}

TEST_CASE("a queued context whose guard fails meanwhile lets the next one go", "[timed]") {
  Rig rig;
  const ExecutorId cpu = rig.fabric.executor("cpu0");
  const auto token = rig.number("token");
  const auto take = [token](Exec& x) { --x.set(token).n; };
  rig.on(cpu, "hog", {{"work", "b100"}});
  rig.on(cpu, "A", {{"take", "b1", take, at_least(token, 1)}});
  rig.on(cpu, "B", {{"run", "b1", {[](Exec&) {}}, at_least(token, 0)}});
  rig.device("gives", 10, add_one(token));
  rig.device("takes away", 20, take);
  rig.device("gives again", 300, add_one(token));
  rig.run();
  Lines last = lines(rig.recorder.steps);
  last.erase(last.begin(), last.end() - 3);
  CHECK(last == Lines{"100 B run", "300 gives again raise", "300 A take"});
}

TEST_CASE("a handler pre-empts at once and the cost below is postponed by its time", "[timed]") {
  Rig rig;
  const ExecutorId cpu = rig.fabric.executor("cpu0");
  const auto pending = rig.number("pending");
  rig.on(cpu, "task", {{"A", "b100"}, {"B", "b10"}, {"C", "b0"}});
  rig.irq(cpu, "irq", handler(pending, "b10", "b5"));
  rig.device("dev1", 30, add_one(pending));
  rig.device("dev2", 60, add_one(pending));
  rig.device("dev3", 135, add_one(pending));
  const timed::TimedResult r = rig.run();
  // A: 30 ns before the first handler (30..45), 15 more before the second (60..75), 55 remain.
  // B: 5 ns before the third handler (135..150), 5 remain.
  CHECK(lines(rig.recorder.steps) ==
        Lines{"0 task A", "0 dev1 wait", "0 dev2 wait", "0 dev3 wait", "30 dev1 raise",
              "30 irq enter", "40 irq leave", "60 dev2 raise", "60 irq enter", "70 irq leave",
              "130 task B", "135 dev3 raise", "135 irq enter", "145 irq leave", "155 task C"});
  CHECK(r.end_time_ps == 155'000);
}

TEST_CASE("handlers of one executor run one after the other", "[timed]") {
  Rig rig;
  const ExecutorId cpu = rig.fabric.executor("cpu0");
  const auto p1 = rig.number("p1");
  const auto p2 = rig.number("p2");
  rig.on(cpu, "task", {{"A", "b100"}, {"B", "b0"}});
  rig.irq(cpu, "irq1", handler(p1, "b10", "b5"));
  rig.irq(cpu, "irq2", handler(p2, "b20", "b5"));
  rig.device("dev1", 30, add_one(p1));
  rig.device("dev2", 35, add_one(p2));
  rig.run();
  Lines last = lines(rig.recorder.steps);
  last.erase(last.begin(), last.begin() + 3);
  // dev2 finds irq1 at work; the cost of leaving belongs to the handler: 45, not 40.
  CHECK(last == Lines{"30 dev1 raise", "30 irq1 enter", "35 dev2 raise", "40 irq1 leave",
                      "45 irq2 enter", "65 irq2 leave", "140 task B"});
}

TEST_CASE("a handler does not stop the clock of sleeps and of other executors", "[timed]") {
  Rig rig;
  const ExecutorId cpu0 = rig.fabric.executor("cpu0");
  const ExecutorId cpu1 = rig.fabric.executor("cpu1");
  const auto pending = rig.number("pending");
  rig.on(cpu0, "sleeper", {{"sleep", "s40"}, {"awake", "b0"}});
  rig.on(cpu1, "elsewhere", {{"work", "b40"}, {"done", "b0"}});
  rig.irq(cpu0, "irq", handler(pending, "b50", "b5"));
  rig.device("dev", 10, add_one(pending));
  rig.run();
  Lines last = lines(rig.recorder.steps);
  last.erase(last.begin(), last.begin() + 4);
  CHECK(last == Lines{"10 irq enter", "40 elsewhere done", "60 irq leave", "65 sleeper awake"});
}

TEST_CASE("interrupts that are off hold the handler up, not the task", "[timed]") {
  Rig rig;
  const ExecutorId cpu = rig.fabric.executor("cpu0");
  const auto pending = rig.number("pending");
  rig.on(cpu, "task",
         {{"off", "b50", [](Exec& x) { x.irqs_off(); }},
          {"on", "b20", [](Exec& x) { x.irqs_on(); }},
          {"end", "b0"}});
  rig.irq(cpu, "irq", handler(pending, "b10", "b5"));
  rig.device("dev", 30, add_one(pending));
  rig.run();
  Lines last = lines(rig.recorder.steps);
  last.erase(last.begin(), last.begin() + 2);
  CHECK(last == Lines{"30 dev raise", "50 task on", "50 irq enter", "60 irq leave", "85 task end"});
}

TEST_CASE("what a handler woke runs after whom the handler pre-empted", "[timed]") {
  Rig rig;
  const ExecutorId cpu = rig.fabric.executor("cpu0");
  const auto pending = rig.number("pending");
  const auto work = rig.number("work");
  std::vector<Act> acts = handler(pending, "b10", "b5");
  acts[1].act = [work](Exec& x) {
    ++x.set(work).n;
    x.leave_hardirq();
  };
  rig.on(cpu, "thread", {{"handle", "b7", add_one(work), at_least(work, 1)}});
  rig.on(cpu, "task", {{"A", "b100"}, {"B", "b0"}});
  rig.irq(cpu, "irq", acts);
  rig.device("dev", 30, add_one(pending));
  rig.run();
  Lines last = lines(rig.recorder.steps);
  last.erase(last.begin(), last.begin() + 2);
  CHECK(last ==
        Lines{"30 dev raise", "30 irq enter", "40 irq leave", "115 task B", "115 thread handle"});
}

namespace {

struct Spinner {
  Lock lock;
  void run(Exec& x, Frame& self) {
    ROUTINE();
    STEP("come", cost("b10"));
    LOCK(lock, "take", cost("b50"));
    STEP("give", cost("b5"));
    x.unlock(lock);
    RETURN(0);
    ROUTINE_END();
  }
};

ContextId add_spinner(Rig& rig, Spinner& spinner, const std::string& name, ExecutorId cpu) {
  ContextInfo info;
  info.name = name;
  info.executor = cpu;
  return rig.fabric.context(info, rig.fabric.routine<&Spinner::run>(spinner, name, "toy"));
}

Lines contention(LockKind kind) {
  Rig rig;
  const ExecutorId cpu0 = rig.fabric.executor("cpu0");
  const ExecutorId cpu1 = rig.fabric.executor("cpu1");
  Spinner spinner{rig.fabric.lock("l", "l", kind)};
  add_spinner(rig, spinner, "a", cpu0);
  add_spinner(rig, spinner, "b", cpu1);
  rig.on(cpu1, "other", {{"work", "b1"}});
  rig.context("costs", {{"b10", "b10"}, {"b50", "b50"}, {"b5", "b5"}});
  rig.run();
  Lines all = lines(rig.recorder.steps);
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const std::string& l) { return l.find("costs") != l.npos; }),
            all.end());
  return all;
}

}  // namespace

TEST_CASE("a spinning waiter keeps its executor, a sleeping one frees it", "[timed]") {
  CHECK(contention(LockKind::spin) == Lines{"0 a come", "0 b come", "10 a take", "60 a give",
                                            "60 b take", "110 b give", "115 other work"});
  CHECK(contention(LockKind::sleep) == Lines{"0 a come", "0 b come", "10 a take", "10 other work",
                                             "60 a give", "60 b take", "110 b give"});
}

TEST_CASE("a spinner's executor is given to others before the run ends", "[timed]") {
  // The holder waits with the lock held for somebody behind the spinner: the exploration would let
  // that one run, so the timed run must not end here.
  Rig rig;
  const ExecutorId cpu0 = rig.fabric.executor("cpu0");
  const ExecutorId cpu1 = rig.fabric.executor("cpu1");
  const Lock lock = rig.fabric.lock("l", "l", LockKind::spin);
  const auto flag = rig.number("flag");
  Spinner spinner{lock};
  rig.on(cpu0, "holder",
         {{"take", "b5", [lock](Exec& x) { x.lock(lock); }},
          {"give", "b5", [lock](Exec& x) { x.unlock(lock); }, at_least(flag, 1)}});
  add_spinner(rig, spinner, "spinner", cpu1);
  rig.on(cpu1, "helper", {{"help", "b3", add_one(flag)}});
  rig.context("costs", {{"b10", "b10"}, {"b50", "b50"}, {"b5", "b5"}});
  const timed::TimedResult r = rig.run();
  const Lines all = lines(rig.recorder.steps);
  CHECK(std::find(all.begin(), all.end(), "65 helper help") != all.end());
  CHECK(all.back() == "118 spinner give");
  CHECK(r.end == timed::End::quiescence);
}

TEST_CASE("an exit occupies the executor until re-entry is over", "[timed]") {
  // "vcpu" is carried by "guest": while it is outside, nothing of vcpu0 runs; what is injected
  // meanwhile runs after the cost of the entry.
  Rig rig;
  const ExecutorId vcpu = rig.fabric.executor("vcpu0");
  const auto pending = rig.number("pending");
  rig.on(vcpu, "guest",
         {{"exit", "b10", [](Exec& x) { x.leave_executor(); }},
          {"emulate", "b20"},
          {"enter", "b8", [](Exec& x) { x.enter_executor(); }},
          {"go on", "b4"},
          {"end", "b0"}});
  rig.on(vcpu, "other", {{"work", "b1"}});
  rig.irq(vcpu, "virq", handler(pending, "b10", "b5"));
  rig.device("dev", 5, add_one(pending));
  rig.run();
  Lines last = lines(rig.recorder.steps);
  last.erase(last.begin(), last.begin() + 3);
  CHECK(last == Lines{"10 guest emulate", "30 guest enter", "38 virq enter", "48 virq leave",
                      "53 guest go on", "57 guest end", "57 other work"});
}

TEST_CASE("an exit of a handler keeps the task below waiting", "[timed]") {
  Rig rig;
  const ExecutorId vcpu = rig.fabric.executor("vcpu0");
  const auto pending = rig.number("pending");
  std::vector<Act> acts = handler(pending, "b10", "b5");
  acts.insert(acts.begin() + 1, {{"exit", "b6", [](Exec& x) { x.leave_executor(); }},
                                 {"enter", "b4", [](Exec& x) { x.enter_executor(); }}});
  rig.on(vcpu, "guest", {{"A", "b100"}, {"B", "b0"}});
  rig.irq(vcpu, "virq", acts);
  rig.device("dev", 30, add_one(pending));
  rig.run();
  Lines last = lines(rig.recorder.steps);
  last.erase(last.begin(), last.begin() + 3);
  CHECK(last ==
        Lines{"30 virq enter", "40 virq exit", "46 virq enter", "50 virq leave", "125 guest B"});
}

TEST_CASE("a reserved executor goes to the reserved handler first", "[timed]") {
  Rig rig;
  const ExecutorId vcpu = rig.fabric.executor("vcpu0");
  const auto pending = rig.number("pending");
  const ContextId virq = rig.irq(vcpu, "virq", handler(pending, "b10", "b5"));
  rig.on(vcpu, "guest",
         {{"exit", "b10", [](Exec& x) { x.leave_executor(); }},
          {"enter", "b8",
           [virq, pending](Exec& x) {
             x.enter_executor();
             ++x.set(pending).n;
             x.reserve_executor(virq);
           }},
          {"end", "b0"}});
  rig.run();
  CHECK(lines(rig.recorder.steps) ==
        Lines{"0 guest exit", "10 guest enter", "18 virq enter", "28 virq leave", "33 guest end"});
}

TEST_CASE("a queued context that is moved to a free executor runs there at once", "[timed]") {
  Rig rig;
  const ExecutorId cpu0 = rig.fabric.executor("cpu0");
  const ExecutorId cpu1 = rig.fabric.executor("cpu1");
  rig.on(cpu0, "hog", {{"work", "b100"}});
  const ContextId moved = rig.on(cpu0, "moved", {{"run", "b5"}});
  rig.device("balancer", 40, [moved, cpu1](Exec& x) { x.migrate(moved, cpu1); });
  rig.run();
  CHECK(lines(rig.recorder.steps).back() == "40 moved run");
}
