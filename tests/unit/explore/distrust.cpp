// Declarations that lie, and are found out.
#include "sim/explore/distrust.h"

#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;
using explore::distrust;
using explore::DistrustOptions;
using explore::Lie;

namespace {

enum class Truth { honest, hides_write, hides_read, hides_guard, hides_order };

// Moves b to a value that depends on a, while another context changes a.
class Suspect {
 public:
  Suspect(Fabric& fabric, Truth truth)
      : truth_(truth),
        mine_(fabric.reserve<Flags>("mine")),
        theirs_(fabric.reserve<Flags>("theirs")) {
    add<&Suspect::run>(fabric, *this, context("suspect"));
    add<&Suspect::other>(fabric, *this, context("other"));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(guard(x), "act", field(), writes(mine_));
      act(x);
      STEP("count", writes(mine_));
      x.set(mine_).d = static_cast<std::uint8_t>((x.get(mine_).d + 1) % 3);
    }
    ROUTINE_END();
  }

  void other(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("change", writes(theirs_));
      x.set(theirs_).a ^= 1;
      x.set(theirs_).c = 1;
    }
    ROUTINE_END();
  }

 private:
  // Honest suspects that read say so; of the others, nobody does.
  Reads field() const {
    return truth_ == Truth::honest ? reads(irqloom::field(theirs_, &Flags::a)) : Reads{};
  }

  bool guard(Exec& x) const { return truth_ != Truth::hides_guard || x.get(theirs_).a == 0; }

  void act(Exec& x) const {
    switch (truth_) {
      case Truth::honest:
      case Truth::hides_read:
        x.set(mine_).b = x.get(theirs_).a;
        break;
      case Truth::hides_write:
        x.set(theirs_).b = 7;
        break;
      case Truth::hides_guard:
        break;
      case Truth::hides_order:
        x.set(theirs_).c = 2;  // The other context sets it to 1: who comes last wins.
        break;
    }
  }

  Truth truth_;
  Slot<Flags> mine_;
  Slot<Flags> theirs_;
};

std::vector<Lie> lies_of(Truth truth) {
  Fabric fabric;
  Suspect suspect(fabric, truth);
  fabric.seal();
  return distrust(fabric, DistrustOptions{});
}

bool contains(const std::vector<Lie>& lies, const Lie& lie) {
  return std::find(lies.begin(), lies.end(), lie) != lies.end();
}

}  // namespace

TEST_CASE("true declarations pass", "[explore][distrust]") {
  CHECK(lies_of(Truth::honest).empty());
}

TEST_CASE("an undeclared write is found", "[explore][distrust]") {
  const std::vector<Lie> lies = lies_of(Truth::hides_write);
  REQUIRE(lies.size() == 1);
  CHECK(lies[0] == Lie{"suspect_main", "act", Lie::Kind::undeclared_write, "theirs.b"});
}

TEST_CASE("an undeclared read is found", "[explore][distrust]") {
  const std::vector<Lie> lies = lies_of(Truth::hides_read);
  CHECK(contains(lies, Lie{"suspect_main", "act", Lie::Kind::undeclared_read, "theirs.a"}));
  // Which also makes it dependent on the one who writes what it reads.
  CHECK(contains(lies,
                 Lie{"suspect_main", "act", Lie::Kind::not_independent, "'change' of other_main"}));
  CHECK(lies.size() == 2);
}

TEST_CASE("a guard's undeclared read is found", "[explore][distrust]") {
  const std::vector<Lie> lies = lies_of(Truth::hides_guard);
  CHECK(contains(lies, Lie{"suspect_main", "act", Lie::Kind::undeclared_read, "theirs.a"}));
}

TEST_CASE("steps that do not commute are found", "[explore][distrust]") {
  const std::vector<Lie> lies = lies_of(Truth::hides_order);
  CHECK(contains(lies,
                 Lie{"suspect_main", "act", Lie::Kind::not_independent, "'change' of other_main"}));
}

// Locks, executors and stacks are the engine's own; nobody declares them.
TEST_CASE("the engine's own state needs no declaration", "[explore][distrust]") {
  Fabric fabric;
  const Lock fork = fabric.lock("fork", "fork", LockKind::spin);
  const Lock knife = fabric.lock("knife", "knife", LockKind::spin);
  const ExecutorId cpu = fabric.executor("cpu0");
  Diner a(fabric, "a", fork, knife, cpu);
  Diner b(fabric, "b", fork, knife, cpu);
  Diner c(fabric, "c", knife, fork);
  Counter counter(fabric, "counter", 5);
  fabric.seal();
  CHECK(distrust(fabric, DistrustOptions{}).empty());
}

TEST_CASE("the report is the same every time", "[explore][distrust]") {
  Fabric fabric;
  Counter a(fabric, "a", 100);
  Counter b(fabric, "b", 100);
  Suspect suspect(fabric, Truth::hides_read);
  fabric.seal();
  DistrustOptions options;
  options.states = 300;  // Of 40,000 or more: a sample.
  const std::vector<Lie> lies = distrust(fabric, options);
  CHECK(lies == distrust(fabric, options));
  CHECK_FALSE(lies.empty());
}
