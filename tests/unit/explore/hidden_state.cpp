// No state hides outside of the world: walk at random, save, walk on, restore, choose the same.
#include "sim/core/random.h"
#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;

namespace {

using Bytes = std::vector<std::byte>;

struct Decision {
  ContextId context = 0;
  std::uint16_t choice = 0;
};

// Takes up to `n` random steps; the decisions are appended.
void walk(const Fabric& fabric, World& world, core::Random& random, int n,
          std::vector<Decision>& taken) {
  Exec x(fabric, world);
  for (int i = 0; i < n; ++i) {
    std::vector<ContextId> can_step;
    for (std::size_t c = 0; c < fabric.contexts().size(); ++c) {
      if (x.enabled(static_cast<ContextId>(c))) can_step.push_back(static_cast<ContextId>(c));
    }
    if (can_step.empty()) return;
    const ContextId c = can_step[random.below(can_step.size())];
    const auto choice = static_cast<std::uint16_t>(random.below(8));
    x.execute(c, choice);
    taken.push_back(Decision{c, choice});
  }
}

// Whether steps after a restored state lead to the same bytes as they did the first time.
bool restores(const Fabric& fabric, std::uint64_t seed) {
  core::Random random(seed, "walk");
  World world = fabric.initial();
  std::vector<Decision> unused;
  walk(fabric, world, random, 40, unused);
  const Bytes saved(world.bytes().begin(), world.bytes().end());
  std::vector<Decision> taken;
  walk(fabric, world, random, 40, taken);
  const Bytes end(world.bytes().begin(), world.bytes().end());
  walk(fabric, world, random, 40, unused);

  world.load(saved);
  Exec x(fabric, world);
  for (const Decision& d : taken) {
    if (!x.enabled(d.context)) return false;
    x.execute(d.context, d.choice);
  }
  return std::equal(world.bytes().begin(), world.bytes().end(), end.begin());
}

// Keeps its count outside of the world.
class Hider {
 public:
  explicit Hider(Fabric& fabric) : number_(fabric.reserve<Number>("number")) {
    add<&Hider::run>(fabric, *this, context("hider"));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("count");
      x.set(number_).value = ++hidden_ % 7;
    }
    ROUTINE_END();
  }

 private:
  Slot<Number> number_;
  std::uint32_t hidden_ = 0;
};

}  // namespace

TEST_CASE("restoring the world restores everything", "[explore]") {
  Fabric fabric;
  BrokenLock broken(fabric);
  const Lock fork = fabric.lock("fork", "fork", LockKind::spin);
  const Lock knife = fabric.lock("knife", "knife", LockKind::sleep);
  Diner a(fabric, "a", fork, knife);
  Diner b(fabric, "b", fork, knife);
  Counter counter(fabric, "counter", 100);
  fabric.seal();
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    REQUIRE(restores(fabric, seed));
}

TEST_CASE("the walk finds state outside of the world", "[explore]") {
  Fabric fabric;
  Hider hider(fabric);
  fabric.seal();
  int found = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    found += restores(fabric, seed) ? 0 : 1;
  CHECK(found == 10);
}
