// What a process that ends needs of the engine: contexts that are stopped wherever they are, slots
// that go back to their reset; and the two ways to take a lock besides lock() (sim/core/exec.h).
#include <catch2/catch.hpp>

#include "tests/models/bench.h"

namespace irqloom::bench {
namespace {

struct TwoLocks {
  TwoLocks()
      : a(fabric.lock("a", "of one class", LockKind::sleep)),
        b(fabric.lock("b", "of one class", LockKind::sleep)),
        other(fabric.lock("other", "of another class", LockKind::sleep)),
        hand("hand", fabric),
        second("second", fabric),
        go(fabric) {}

  timed::FreshSimcontext simcontext;
  Fabric fabric;
  Lock a;
  Lock b;
  Lock other;
  Hand hand;
  Hand second;
  Steps go;
};

TEST_CASE("a nested lock of the same class, in an order of its own, is no inversion",
          "[models][exec]") {
  TwoLocks t;
  t.hand.run(t.go, [&](Exec& x) {
    x.lock(t.a);
    x.lock_nested(t.b);
    x.unlock(t.b);
    x.unlock(t.a);
    return Call::done();
  });
  CHECK(t.go.violations().empty());
}

TEST_CASE("who only tries a lock waits for nobody: no order is noted", "[models][exec]") {
  TwoLocks t;
  t.hand.run(t.go, [&](Exec& x) {
    x.lock(t.a);
    x.lock(t.other);
    x.unlock(t.other);
    x.unlock(t.a);
    x.lock(t.other);
    CHECK(x.try_lock(t.a));
    return Call::done();
  });
  t.second.run(t.go, [&](Exec& x) {
    CHECK_FALSE(x.try_lock(t.a));
    return Call::done();
  });
  CHECK(t.go.violations().empty());
}

TEST_CASE("a context that is stopped has nothing to run, and begins anew when its slot is reset",
          "[models][exec]") {
  TwoLocks t;
  t.hand.ask(t.go, [&](Exec& x) {
    x.lock(t.a);
    return Call::done();
  });
  t.go.step("hand");
  Exec& x = t.go.exec();
  x.stop(t.hand.context());
  CHECK(t.go.next("hand").empty());
  CHECK(x.blocked(t.hand.context()) == Blocked::finished);
  // What it held stays held: whoever stops it has to know.
  CHECK_FALSE(x.can_lock(t.a));
  x.reset(t.a.slot.index);
  CHECK(x.can_lock(t.a));
  x.reset(t.fabric.contexts()[t.hand.context()].slot);
  CHECK(t.hand.is_done(t.go));
  CHECK(t.hand.run(t.go, [](Exec& /*x*/) { return Call::done(7); }) == 7);
}

}  // namespace
}  // namespace irqloom::bench
