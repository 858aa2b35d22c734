// The explorer against the simplest one that could be: whole worlds in a map, copied and compared.
#include <map>

#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;

namespace {

struct Counts {
  std::size_t states = 0;
  std::size_t transitions = 0;
  std::uint32_t depth = 0;
};

Counts count_naively(const Fabric& fabric, bool fuse) {
  using Bytes = std::vector<std::byte>;
  const auto bytes_of = [](const World& w) { return Bytes(w.bytes().begin(), w.bytes().end()); };
  std::map<Bytes, std::uint32_t> depths{{bytes_of(fabric.initial()), 0}};
  std::vector<Bytes> queue{bytes_of(fabric.initial())};
  Counts counts;
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const std::uint32_t depth = depths[queue[head]];
    counts.depth = depth;
    for (std::size_t i = 0; i < fabric.contexts().size(); ++i) {
      const auto c = static_cast<ContextId>(i);
      std::uint16_t choices = 1;
      for (std::uint16_t choice = 0; choice < choices; ++choice) {
        World world = fabric.initial();
        world.load(queue[head]);
        Exec x(fabric, world);
        if (!x.enabled(c)) break;
        choices = x.execute(c, choice, fuse).choices;
        ++counts.transitions;
        if (depths.emplace(bytes_of(world), depth + 1).second) queue.push_back(bytes_of(world));
      }
    }
  }
  counts.states = queue.size();
  return counts;
}

// Many small things at once: calls, locals, local steps, a lock, an executor, a choice, an
// interrupt.
class Mill {
 public:
  Mill(Fabric& fabric, Lock lock, ExecutorId cpu, const std::string& name, Slot<Flags> shared)
      : lock_(lock), shared_(shared) {
    grind_ = fabric.routine<&Mill::grind>(*this, "grind", "toy");
    add<&Mill::thread>(fabric, *this, context(name + ".thread", cpu));
    add<&Mill::handler>(fabric, *this, context(name + ".handler", cpu, Level::hardirq));
  }

  void thread(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("call", writes(shared_));
      x.set(shared_).a = static_cast<std::uint8_t>(1 + x.choose(2));
      CALL(x.call<Locals>(grind_));
      STEP("take the result", writes(shared_));
      x.set(shared_).b = static_cast<std::uint8_t>(self.result);
    }
    ROUTINE_END();
  }

  void grind(Exec& x, Frame& self, Locals& f) {
    ROUTINE();
    for (f.i = 0; f.i < 2; ++f.i) {
      LOCK_IRQ(lock_, "lock", writes(shared_));
      x.set(shared_).c ^= 1;
      STEP("unlock", writes(shared_));
      x.set(shared_).d = 1;
      x.unlock_irq(lock_);
      LOCAL("go on");
    }
    RETURN(static_cast<std::int32_t>(f.i));
    ROUTINE_END();
  }

  void handler(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(shared_).d != 0, "enter", reads(shared_));
      x.enter_hardirq();
      LOCK(lock_, "lock", writes(shared_));
      x.set(shared_).d = 0;
      STEP("leave");
      x.unlock(lock_);
      x.leave_hardirq();
    }
    ROUTINE_END();
  }

 private:
  Lock lock_;
  Slot<Flags> shared_;
  RoutineId grind_ = 0;
};

}  // namespace

TEST_CASE("the explorer counts what a naive one counts", "[explore]") {
  Fabric fabric;
  const Slot<Flags> shared = fabric.reserve<Flags>("shared");
  const Lock lock = fabric.lock("lock", "lock", LockKind::spin);
  Mill left(fabric, lock, fabric.executor("cpu0"), "left", shared);
  Mill right(fabric, lock, fabric.executor("cpu1"), "right", shared);
  Counter counter(fabric, "counter", 3);
  fabric.seal();
  const bool fuse = GENERATE(true, false);
  const Counts expected = count_naively(fabric, fuse);
  const explore::Result r = explored(fabric, fuse);
  CHECK(expected.states > 1000);
  CHECK(r.stats.states == expected.states);
  CHECK(r.stats.transitions == expected.transitions);
  CHECK(r.stats.depth == expected.depth);
}
