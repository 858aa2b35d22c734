// Fusing changes counts, not verdicts; assumptions take executions away.
#include "sim/core/assume.h"
#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::toys;
using explore::Finding;
using explore::Result;

namespace {

// Reads, works on its own, writes: an update is lost when two of them overlap.
class Adder {
 public:
  Adder(Fabric& fabric, const std::string& name, Slot<Number> sum) : sum_(sum) {
    add<&Adder::run>(fabric, *this, context(name));
  }

  void run(Exec& x, Frame& self, Locals& f) {
    ROUTINE();
    STEP("read", reads(sum_));
    f.i = x.get(sum_).value;
    LOCAL("add");
    ++f.i;
    LOCAL("and look at it");
    STEP("write", writes(sum_));
    x.set(sum_).value = f.i;
    RETURN(0);
    ROUTINE_END();
  }

 private:
  Slot<Number> sum_;
};

// Waits in a routine that it called.
class Caller {
 public:
  explicit Caller(Fabric& fabric) : number_(fabric.reserve<Number>("number")) {
    wait_ = fabric.routine<&Caller::wait>(*this, "wait", "toy");
    id = add<&Caller::run>(fabric, *this, context("caller"));
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    STEP("call");
    CALL(x.call(wait_));
    STEP_WHEN(x.get(number_).value == 2, "go on", reads(number_));
    RETURN(0);
    ROUTINE_END();
  }

  void wait(Exec& x, Frame& self) {
    ROUTINE();
    STEP_WHEN(x.get(number_).value != 0, "wait", reads(number_));
    RETURN(0);
    ROUTINE_END();
  }

  Slot<Number> number() const { return number_; }

  ContextId id = 0;

 private:
  Slot<Number> number_;
  RoutineId wait_ = 0;
};

bool is_finished(const Fabric& fabric, const World& w, ContextId c) {
  return fabric.top_frame(w, c) == nullptr;
}

// A post that is written, later, by one context and read by another.
class Post {
 public:
  explicit Post(Fabric& fabric) : state_(fabric.reserve<Flags>("post")) {
    writer = add<&Post::write>(fabric, *this, context("writer"));
    reader = add<&Post::read>(fabric, *this, context("reader"));
    fabric.add(property(PropertyKind::never, "read-too-early",
                        [s = state_](const World& w) { return w[s].c == 1; }));
  }

  // a: the writer has a letter; b: it is in the box; c: the reader found nothing.
  void write(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP_WHEN(x.get(state_).a != 0, "take", writes(state_));
      x.set(state_).a = 0;
      STEP("put", writes(state_));
      x.set(state_).b = 1;
    }
    ROUTINE_END();
  }

  void read(Exec& x, Frame& self) {
    ROUTINE();
    STEP("announce", writes(state_));
    x.set(state_).a = 1;
    STEP("look", writes(state_));
    x.set(state_).c = x.get(state_).b == 0 ? 1 : 0;
    RETURN(0);
    ROUTINE_END();
  }

  ContextId writer = 0;
  ContextId reader = 0;

 private:
  Slot<Flags> state_;
};

}  // namespace

// Fused: each adder has 3 places (read, write, done), and `seen` with `sum` tells which wrote
// between. Both orders of two atomic additions give 2; overlapping ones give 1.
TEST_CASE("fusing local steps keeps the verdict", "[explore]") {
  Fabric fabric;
  const Slot<Number> sum = fabric.reserve<Number>("sum");
  Adder a(fabric, "a", sum);
  Adder b(fabric, "b", sum);
  fabric.add(property(PropertyKind::never, "lost-update", [&fabric, sum](const World& w) {
    return is_finished(fabric, w, 0) && is_finished(fabric, w, 1) && w[sum].value == 1;
  }));
  fabric.add(property(PropertyKind::reachable, "two",
                      [sum](const World& w) { return w[sum].value == 2; }));
  fabric.seal();
  const Result fused = explored(fabric, true);
  const Result separate = explored(fabric, false);
  for (const Result* r : {&fused, &separate}) {
    CHECK(r->verdict == Verdict::violated);
    REQUIRE(r->findings.size() == 1);
    CHECK(r->findings[0].property == "lost-update");
  }
  // read, read, write, write; and the two local steps of each.
  CHECK(fused.findings[0].path.size() == 4);
  CHECK(separate.findings[0].path.size() == 8);
  CHECK(fused.stats.states < separate.stats.states);
}

// Without the assumption: announce, look. With it, look waits until the writer is back at its
// guard.
TEST_CASE("an assumption takes the executions away that break it", "[explore]") {
  Fabric fabric;
  Post post(fabric);
  fabric.seal();
  const Result free = explored(fabric);
  REQUIRE(free.findings.size() == 1);
  CHECK(free.findings[0].path.size() == 2);

  const Assumptions assumptions(
      fabric, {{post.writer, post.reader, "reader_main", "look", "the post is fast"}});
  explore::Options options;
  options.assumptions = &assumptions;
  const Result assumed = explore::explore(fabric, options);
  CHECK(assumed.verdict == Verdict::holds);
  // announce, take, put, look: one execution.
  CHECK(assumed.stats.states == 5);
  CHECK(assumed.stats.transitions == 4);
}

TEST_CASE("a broken assumption is named at the step that breaks it", "[explore]") {
  Fabric fabric;
  Post post(fabric);
  fabric.seal();
  const Assumptions assumptions(
      fabric, {{post.writer, post.reader, "reader_main", "look", "the post is fast"}});
  World world = fabric.initial();
  Exec x(fabric, world);
  CHECK(at_rest(x, post.writer));
  CHECK(assumptions.broken_by(x, post.reader) == nullptr);
  x.execute(post.reader, 0);
  CHECK_FALSE(at_rest(x, post.writer));
  REQUIRE(assumptions.broken_by(x, post.reader) != nullptr);
  CHECK(assumptions.broken_by(x, post.reader)->text == "the post is fast");
  CHECK(assumptions.broken_by(x, post.writer) == nullptr);
  x.execute(post.writer, 0);
  CHECK_FALSE(at_rest(x, post.writer));
  x.execute(post.writer, 0);
  CHECK(at_rest(x, post.writer));
  CHECK(assumptions.broken_by(x, post.reader) == nullptr);
  x.execute(post.reader, 0);
  CHECK(at_rest(x, post.reader));  // Finished.
}

TEST_CASE("a context that waits within a call is not at rest", "[explore]") {
  Fabric fabric;
  Caller caller(fabric);
  fabric.seal();
  World world = fabric.initial();
  Exec x(fabric, world);
  CHECK_FALSE(at_rest(x, caller.id));  // Ready to call.
  x.execute(caller.id, 0);
  CHECK(x.blocked(caller.id) == Blocked::guard);
  CHECK_FALSE(at_rest(x, caller.id));
  world.mut(caller.number()).value = 1;
  x.execute(caller.id, 0);
  CHECK(x.blocked(caller.id) == Blocked::guard);
  CHECK(at_rest(x, caller.id));
}

TEST_CASE("an assumption about nothing is refused", "[explore]") {
  Fabric fabric;
  Post post(fabric);
  fabric.seal();
  using List = std::vector<Assumption>;
  CHECK_THROWS_AS(Assumptions(fabric, List{{post.writer, post.reader, "reader_main", "lok", ""}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(Assumptions(fabric, List{{post.writer, post.reader, "nobody", "look", ""}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(Assumptions(fabric, List{{7, post.reader, "reader_main", "look", ""}}),
                  std::invalid_argument);
}
