// Causes and flows, the fingerprint, and that a timed run is a path of the exploration.
#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <map>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/core/random.h"
#include "sim/trace/tracer.h"
#include "tests/unit/timed/toys.h"

using namespace irqloom;
using namespace irqloom::test;
using Lines = std::vector<std::string>;

namespace {

std::string number_or_dash(std::uint64_t n) {
  return n == no_step ? "-" : std::to_string(n);
}

/// "3 irq enter <2 flow 1"
Lines chains(const std::vector<Seen>& steps) {
  Lines text;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Seen& s = steps[i];
    text.push_back(std::to_string(i) + " " + s.context + " " + s.label + " <" +
                   number_or_dash(s.cause) + " flow " + std::to_string(s.flow));
  }
  return text;
}

/// device -> handler -> thread, as an interrupt goes.
struct Line {
  Slot<Number> pending;
  Slot<Number> work;

  Line(Rig& rig, ExecutorId cpu, const std::string& n)
      : pending(rig.number("pending" + n)), work(rig.number("work" + n)) {
    rig.irq(cpu, "irq" + n,
            {{"enter", "b10",
              [p = pending](Exec& x) {
                --x.set(p).n;
                x.enter_hardirq();
              },
              at_least(pending, 1)},
             {"wake", "b5", add_one(work)},
             {"leave", "b5", [](Exec& x) { x.leave_hardirq(); }}});
    rig.on(cpu, "thread" + n,
           {{"handle", "b10", [w = work](Exec& x) { --x.set(w).n; }, at_least(work, 1)},
            {"finish", "b5"}},
           true);
  }
};

}  // namespace

TEST_CASE("causes and flows follow an interrupt through its contexts", "[timed]") {
  Rig rig;
  const ExecutorId cpu = rig.fabric.executor("cpu0");
  const Line line(rig, cpu, "");
  rig.device("dev1", 10, add_one(line.pending));
  rig.device("dev2", 100, add_one(line.pending));
  rig.run();
  CHECK(chains(rig.recorder.steps) ==
        Lines{"0 dev1 wait <- flow 0", "1 dev2 wait <- flow 0",
              // The first occurrence, from 10 ns on.
              "2 dev1 raise <- flow 1", "3 irq enter <2 flow 1", "4 irq wake <- flow 1",
              "5 irq leave <- flow 1", "6 thread handle <4 flow 1", "7 thread finish <- flow 1",
              // The second.
              "8 dev2 raise <- flow 2", "9 irq enter <8 flow 2", "10 irq wake <- flow 2",
              "11 irq leave <- flow 2", "12 thread handle <10 flow 2",
              "13 thread finish <- flow 2"});
}

TEST_CASE("another interrupt's handler on the way is no cause", "[timed]") {
  // The thread of line 1 is woken at 20 and 30 (leave, 25) before irq2 runs in front of it.
  Rig rig;
  const ExecutorId cpu = rig.fabric.executor("cpu0");
  const Line one(rig, cpu, "1");
  const Line two(rig, cpu, "2");
  rig.device("dev1", 10, add_one(one.pending));
  rig.device("dev2", 22, add_one(two.pending));
  rig.run();
  const Lines all = chains(rig.recorder.steps);
  CHECK(Lines(all.begin() + 2, all.end()) ==
        Lines{"2 dev1 raise <- flow 1", "3 irq1 enter <2 flow 1", "4 irq1 wake <- flow 1",
              "5 dev2 raise <- flow 2", "6 irq1 leave <- flow 1", "7 irq2 enter <5 flow 2",
              "8 irq2 wake <- flow 2", "9 irq2 leave <- flow 2", "10 thread1 handle <4 flow 1",
              "11 thread1 finish <- flow 1", "12 thread2 handle <8 flow 2",
              "13 thread2 finish <- flow 2"});
}

TEST_CASE("work that arrives while a context is busy belongs to the new flow", "[timed]") {
  Rig rig;
  const auto work = rig.number("work");
  rig.context("thread",
              {{"handle", "b100", [work](Exec& x) { --x.set(work).n; }, at_least(work, 1)}}, true);
  rig.device("dev1", 10, add_one(work));
  rig.device("dev2", 50, add_one(work));
  rig.run();
  const Lines all = chains(rig.recorder.steps);
  CHECK(Lines(all.begin() + 2, all.end()) ==
        Lines{"2 dev1 raise <- flow 1", "3 thread handle <2 flow 1", "4 dev2 raise <- flow 2",
              "5 thread handle <4 flow 2"});
}

TEST_CASE("a step of an optional context that nobody can see begins no flow", "[timed]") {
  Rig rig;
  const auto n = rig.number("n");
  rig.device("quiet", 10, [](Exec&) {});
  rig.device("same value", 20, [n](Exec& x) { x.set(n).n = 0; });
  rig.device("loud", 30, add_one(n));
  rig.run();
  CHECK(rig.recorder.steps.back().context == "loud");
  CHECK(rig.recorder.steps.back().flow == 1);
  CHECK(rig.recorder.steps.back().written == Lines{"n", "context.loud"});
  CHECK(rig.recorder.steps[rig.recorder.steps.size() - 2].written == Lines{"context.same value"});
}

TEST_CASE("records hold the world before and after the step", "[timed]") {
  class Differ : public Sink {
   public:
    Slot<Number> slot;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> seen;
    void begin(const Fabric&, const TraceInfo&) override {}
    void step(const StepRecord& r) override {
      seen.emplace_back((*r.before)[slot].n, (*r.after)[slot].n);
    }
    void end(std::uint64_t, const std::string&) override {}
  };
  Rig rig;
  Differ differ;
  differ.slot = rig.number("n");
  rig.context("c", {{"count", "b10", add_one(differ.slot)}, {"look", "b10"}}, true);
  rig.options.until_ps = 40'000;
  rig.seal();
  timed::TimedRun run(rig.fabric, rig.costs, rig.options, {&differ});
  run.run();
  CHECK(differ.seen ==
        std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 1}, {1, 1}, {1, 2}, {2, 2}});
}

// --- a busy fabric, by chance ------------------------------------------------------------------

namespace {

/// Two CPUs with two lines each, threads that share locks, a vCPU that exits, and devices that
/// raise at random.
class Busy {
 public:
  explicit Busy(std::uint64_t seed) {
    core::CostSpec chance;
    chance.kind = core::CostSpec::Kind::uniform;
    chance.max_ps = 60'000;
    rig.costs["e1"] = timed::StepCost{chance, timed::CostKind::elsewhere};
    rig.costs["b10"] = timed::StepCost{chance, timed::CostKind::busy};
    rig.costs["s10"] = timed::StepCost{chance, timed::CostKind::sleep};
    rig.options.seed = seed;
    rig.options.until_ps = 20'000'000;
    const Lock spin = rig.fabric.lock("spin", "spin", LockKind::spin);
    const Lock mutex = rig.fabric.lock("mutex", "mutex", LockKind::sleep);
    for (const std::string cpu : {"0", "1"}) {
      const ExecutorId executor = rig.fabric.executor("cpu" + cpu);
      for (const std::string line : {"a", "b"})
        lines.emplace_back(rig, executor, cpu + line);
      rig.on(executor, "spinner" + cpu, locking(spin, "b10", "b10"), true);
      rig.on(executor, "locker" + cpu, locking(mutex, "b10", "s10"), true);
      rig.on(executor, "locker too" + cpu, locking(mutex, "s10", "s10"), true);
    }
    add_guest();
    for (const Line& l : lines) {
      ContextInfo info;
      info.fairness = Fairness::optional;
      const std::string dev = "dev" + std::to_string(l.pending.index);
      rig.context(dev,
                  {{"wait", "e1"}, {"raise", "e1", [p = l.pending](Exec& x) { x.set(p).n = 1; }}},
                  true, info);
    }
  }

  Rig rig;
  std::deque<Line> lines;

 private:
  void add_guest() {
    const ExecutorId vcpu = rig.fabric.executor("vcpu0");
    const auto pending = rig.number("virq pending");
    const ContextId virq = rig.irq(vcpu, "virq",
                                   {{"enter", "b10",
                                     [pending](Exec& x) {
                                       x.set(pending).n = 0;
                                       x.enter_hardirq();
                                     },
                                     at_least(pending, 1)},
                                    {"exit", "b10", [](Exec& x) { x.leave_executor(); }},
                                    {"re-enter", "b10", [](Exec& x) { x.enter_executor(); }},
                                    {"leave", "b10", [](Exec& x) { x.leave_hardirq(); }}});
    rig.on(vcpu, "guest",
           {{"compute", "b10"},
            {"exit", "b10", [](Exec& x) { x.leave_executor(); }},
            {"exit to user space", "s10"},
            {"re-enter", "b10",
             [virq, pending](Exec& x) {
               x.enter_executor();
               if (x.get(pending).n != 0) x.reserve_executor(virq);
             }}},
           true);
    rig.on(vcpu, "guest too", {{"compute", "b10"}, {"rest", "s10"}}, true);
    ContextInfo info;
    info.fairness = Fairness::optional;
    rig.context("injector",
                {{"wait", "e1"}, {"raise", "e1", [pending](Exec& x) { x.set(pending).n = 1; }}},
                true, info);
  }

  static std::vector<Act> locking(const Lock& l, const std::string& held, const std::string& rest) {
    return {{"take", held,
             [l](Exec& x) {
               x.lock(l);
               x.irqs_off();
             },
             [l](Exec& x) { return x.can_lock(l); }},
            {"give", rest,
             [l](Exec& x) {
               x.unlock(l);
               x.irqs_on();
             }},
            {"rest", "s10"}};
  }
};

}  // namespace

TEST_CASE("a timed run is a path of the step relation, and its trace is that of the replay",
          "[timed]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Busy busy(seed);
    timed::TimedRun& run = busy.rig.prepare();
    run.run();
    const std::vector<Seen> timed_steps = busy.rig.recorder.steps;
    REQUIRE(timed_steps.size() > 1000);

    World world = busy.rig.fabric.initial();
    Exec exec(busy.rig.fabric, world);
    Recorder again;
    Tracer tracer(busy.rig.fabric, world, {&again});
    exec.listen(&tracer);
    tracer.begin({});
    const std::vector<Violation> none;
    std::uint64_t ns = 0;
    for (const Seen& s : timed_steps) {
      REQUIRE(exec.enabled(s.id));
      tracer.before_step(s.id, 1000 * ns++);
      const StepResult& r = exec.execute(s.id, s.choice);
      tracer.after_step(r.choices, r.choice, 1000, none);
      world.clear_written();
    }
    CHECK(std::equal(world.bytes().begin(), world.bytes().end(), run.world().bytes().begin()));
    CHECK(chains(again.steps) == chains(timed_steps));
  }
}

TEST_CASE("at most one context of a level works on an executor at a time", "[timed]") {
  Busy busy(7);
  busy.rig.run();
  // Busy costs only get longer by pre-emption, so overlaps of the costs as drawn suffice.
  std::map<std::string, std::pair<std::uint64_t, std::string>> busy_until;
  std::size_t checked = 0;
  for (const Seen& s : busy.rig.recorder.steps) {
    const ContextInfo& info = busy.rig.fabric.contexts()[s.id];
    if (info.executor == no_executor) continue;
    const bool is_irq = info.level == Level::hardirq;
    auto& [until, who] = busy_until[std::to_string(info.executor) + (is_irq ? "irq" : "thread")];
    if (who != s.context) {
      CHECK(until <= s.time_ns);
      ++checked;
    }
    const bool exits = s.label.rfind("exit", 0) == 0;
    const bool sleeps = s.label == "rest" || (s.label == "give" && s.context[0] == 'l');
    const bool dozes = s.label == "take" && s.context.rfind("locker too", 0) == 0;
    if (exits || sleeps || dozes) continue;
    until = s.time_ns + s.duration_ns;
    who = s.context;
  }
  CHECK(checked > 100);
}

TEST_CASE("the fingerprint depends on what happens and on nothing else", "[timed]") {
  const auto print = [](std::uint64_t seed, bool with_sink, bool scan) {
    Busy busy(seed);
    busy.rig.options.scan_guards = scan;
    busy.rig.seal();
    std::vector<Sink*> sinks;
    if (with_sink) sinks.push_back(&busy.rig.recorder);
    timed::TimedRun run(busy.rig.fabric, busy.rig.costs, busy.rig.options, sinks);
    return run.run().fingerprint;
  };
  CHECK(print(3, true, true) == print(3, false, false));
  CHECK(print(3, false, false) == print(3, false, false));
  CHECK(print(3, false, false) != print(4, false, false));
}

TEST_CASE("the fingerprint does not depend on ids", "[timed]") {
  const auto print = [](bool with_more, const std::string& label) {
    Rig rig;
    if (with_more) {
      const auto n = rig.number("n");
      rig.context("more", {{"never", "b1", {[](Exec&) {}}, at_least(n, 1)}});
    }
    rig.context("c", {{label, "b10"}, {"end", "b5"}});
    return rig.run().fingerprint;
  };
  CHECK(print(false, "begin") == print(true, "begin"));
  CHECK(print(false, "begin") != print(false, "start"));
}

TEST_CASE("the fingerprint is what its definition says", "[timed]") {
  // Golden results hold this number, so it must not change by accident.
  const auto hash = [](const std::string& text, std::uint64_t seed) {
    return XXH3_64bits_withSeed(text.data(), text.size(), seed);
  };
  Rig rig;
  rig.context("c", {{"begin", "b10"}, {"end", "b5"}});
  const std::uint64_t routine = hash("c", 0);
  const std::vector<std::uint64_t> words = {0,      hash("c", 0), hash("begin", routine), 0,
                                            10'000, hash("c", 0), hash("end", routine),   0};
  CHECK(rig.run().fingerprint == XXH3_64bits_withSeed(words.data(), words.size() * 8, 0));
}
