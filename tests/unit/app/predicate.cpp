#include "sim/app/predicate.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "sim/core/exec.h"
#include "tests/unit/scenario/helpers.h"

namespace irqloom::app::test {

constexpr std::array<std::string_view, 2> phase_labels = {"idle", "busy"};

struct LampState {
  std::uint8_t lit = 0;
  std::uint8_t phase = 0;
  std::uint16_t counts[3] = {};
};

}  // namespace irqloom::app::test

IRQLOOM_FIELDS(irqloom::app::test::LampState, IRQLOOM_FLAG(lit),
               IRQLOOM_LABELS(phase, irqloom::app::test::phase_labels), IRQLOOM_NUMBER(counts));

namespace irqloom::app {
namespace {

using scenario::test::contains;
using scenario::test::document;
using scenario::test::message_of;
using test::LampState;

/// A lamp that waits to be lit by somebody, then counts once, under a lock.
class Lamp {
 public:
  explicit Lamp(Fabric& fabric)
      : state(fabric.reserve<LampState>("lamp.main")),
        lock(fabric.lock("lamp.lock", "lamp", LockKind::spin)) {
    const RoutineId r = fabric.routine<&Lamp::run>(*this, "lamp", "a test");
    context = fabric.context({.name = "lamp/0"}, r);
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    STEP_WHEN(x.get(state).lit != 0, "wait for light", reads(state));
    LOCK(lock, "count", writes(state));
    ++x.set(state).counts[2];
    STEP("give the lock back");
    x.unlock(lock);
    RETURN(0);
    ROUTINE_END();
  }

  Slot<LampState> state;
  Lock lock;
  ContextId context = 0;
};

struct Bench {
  Bench() : lamp(fabric) { fabric.seal(); }

  Predicate compile(std::string_view text) const {
    return compile_predicate(document(text).root(), fabric);
  }
  bool holds(std::string_view text, const World& world) const { return compile(text)(world); }

  Fabric fabric;
  Lamp lamp;
};

TEST_CASE("predicate: a field is compared with a number, a label, or a truth", "[app][predicate]") {
  const Bench b;
  World w = b.fabric.initial();
  w.mut(b.lamp.state).phase = 1;
  w.mut(b.lamp.state).counts[1] = 700;
  CHECK(b.holds(R"({"field": "lamp.main.phase", "is": 1})", w));
  CHECK(b.holds(R"({"field": "lamp.main.phase", "is": "busy"})", w));
  CHECK(!b.holds(R"({"field": "lamp.main.phase", "is": "idle"})", w));
  CHECK(b.holds(R"({"field": "lamp.main.lit", "is": false})", w));
  CHECK(b.holds(R"({"field": "lamp.main.lit", "is_not": true})", w));
  CHECK(b.holds(R"({"field": "lamp.main.counts[1]", "at_least": 700})", w));
  CHECK(!b.holds(R"({"field": "lamp.main.counts[1]", "at_least": 701})", w));
  CHECK(b.holds(R"({"field": "lamp.main.counts[1]", "at_most": 700})", w));
  CHECK(!b.holds(R"({"field": "lamp.main.counts[1]", "at_most": 699})", w));
  CHECK(b.holds(R"({"field": "lamp.main.counts[0]", "is": 0})", w));
}

TEST_CASE("predicate: all, any and not combine", "[app][predicate]") {
  const Bench b;
  const World& w = b.fabric.initial();
  const std::string yes = R"({"field": "lamp.main.lit", "is": 0})";
  const std::string no = R"({"field": "lamp.main.lit", "is": 1})";
  CHECK(b.holds(R"({"all": [)" + yes + "," + yes + "]}", w));
  CHECK(!b.holds(R"({"all": [)" + yes + "," + no + "]}", w));
  CHECK(b.holds(R"({"any": [)" + no + "," + yes + "]}", w));
  CHECK(!b.holds(R"({"any": [)" + no + "]}", w));
  CHECK(b.holds(R"({"not": )" + no + "}", w));
}

TEST_CASE("predicate: a context rests until it has something to do", "[app][predicate]") {
  const Bench b;
  World w = b.fabric.initial();
  const Predicate rests = b.compile(R"({"at_rest": "lamp/0"})");
  const Predicate owns = b.compile(R"({"field": "lock.lamp.lock.owner", "is": "lamp/0"})");
  const Predicate free = b.compile(R"({"field": "lock.lamp.lock.owner", "is": "nobody"})");
  CHECK(rests(w));
  CHECK(free(w));
  w.mut(b.lamp.state).lit = 1;
  CHECK(!rests(w));
  Exec x(b.fabric, w);
  x.execute(b.lamp.context, 0);
  x.execute(b.lamp.context, 0);
  CHECK(owns(w));
  CHECK(!free(w));
  CHECK(!rests(w));
  x.execute(b.lamp.context, 0);
  CHECK(rests(w));
}

TEST_CASE("predicate: what is wrong is named", "[app][predicate]") {
  const Bench b;
  const auto refusal = [&](std::string_view text) { return message_of([&] { b.compile(text); }); };
  CHECK(contains(refusal(R"({"field": "lamp.man.lit", "is": 1})"),
                 "did you mean \"lamp.main.lit\"?"));
  CHECK(contains(refusal(R"({"field": "lamp.main.lot", "is": 1})"),
                 "did you mean \"lamp.main.lit\"?"));
  CHECK(contains(refusal(R"({"field": "lamp.main.counts", "is": 1})"), "counts[0]"));
  CHECK(contains(refusal(R"({"field": "lamp.main.counts[3]", "is": 1})"), "from 0 to 2"));
  CHECK(contains(refusal(R"({"field": "lamp.main.counts[1", "is": 1})"), "closing bracket"));
  CHECK(contains(refusal(R"({"field": "lamp.main.lit[1]", "is": 1})"), "no element [1]"));
  CHECK(contains(refusal(R"({"field": "lamp.main.phase", "is": "bussy"})"),
                 "did you mean \"busy\"?"));
  CHECK(contains(refusal(R"({"field": "lamp.main.counts[0]", "is": "many"})"), "a number"));
  CHECK(contains(refusal(R"({"field": "lamp.main.counts[0]", "is": 65536})"), "65535"));
  CHECK(contains(refusal(R"({"field": "lock.lamp.lock.owner", "is": "lamp/1"})"),
                 "did you mean \"lamp/0\"?"));
  // A context's stack is a slot without fields.
  CHECK(contains(refusal(R"({"field": "context.lamp/0.top", "is": 1})"), "no slot"));
  CHECK(contains(refusal(R"({"field": "lamp.main.lit"})"), "exactly one of"));
  CHECK(contains(refusal(R"({})"), "no predicate"));
  CHECK(contains(refusal(R"({"any": [], "all": []})"), "exactly one of"));
  CHECK(contains(refusal(R"({"any": []})"), "is empty"));
}

}  // namespace
}  // namespace irqloom::app
