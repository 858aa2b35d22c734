#include "tests/models/bench.h"

#include <algorithm>
#include <stdexcept>

namespace irqloom::bench {

namespace {

// No test steps a context that often; a guest that never rests is stopped here.
constexpr int max_steps = 2000;

Fabric& sealed(Fabric& fabric) {
  timed::elaborate();
  fabric.seal();
  return fabric;
}

}  // namespace

Steps::Steps(Fabric& fabric)
    : fabric_(sealed(fabric)), world_(fabric.initial()), x_(fabric, world_) {
  x_.listen(this);
  x_.lock_graph(&lock_graph_);
  fabric.attach(&x_);
}

ContextId Steps::find(std::string_view context) const {
  const ContextId id = fabric_.find_context(context);
  if (id == fabric_.contexts().size()) {
    throw std::runtime_error("no context " + std::string(context));
  }
  return id;
}

bool Steps::enabled(std::string_view context) {
  return x_.enabled(find(context));
}

std::string_view Steps::next(std::string_view context) const {
  const StepInfo* step = fabric_.next_step(world_, find(context));
  return step == nullptr ? std::string_view() : step->name;
}

void Steps::take(ContextId context, std::uint16_t choice) {
  taken_.emplace_back(context, fabric_.next_step(world_, context)->name);
  const StepResult& result = x_.execute(context, choice);
  violations_.insert(violations_.end(), result.violations.begin(), result.violations.end());
}

void Steps::step(std::string_view context, std::uint16_t choice) {
  if (!enabled(context)) {
    throw std::runtime_error(std::string(context) + " cannot step; next is '" +
                             std::string(next(context)) + "'");
  }
  take(find(context), choice);
}

void Steps::until(std::string_view context, std::string_view label) {
  for (int n = 0; next(context) != label; ++n) {
    if (n == max_steps || !enabled(context)) {
      throw std::runtime_error(std::string(context) + " does not come to '" + std::string(label) +
                               "'; next is '" + std::string(next(context)) + "'");
    }
    step(context);
  }
}

void Steps::through(std::string_view context, std::string_view label) {
  until(context, label);
  step(context);
}

void Steps::rest(std::string_view context) {
  for (int n = 0; enabled(context); ++n) {
    if (n == max_steps) throw std::runtime_error(std::string(context) + " never rests");
    step(context);
  }
}

void Steps::settle() {
  bool moved = true;
  for (int n = 0; moved; ++n) {
    if (n == max_steps) throw std::runtime_error("the fabric never rests");
    moved = false;
    for (ContextId c = 0; c < fabric_.contexts().size(); ++c) {
      if (fabric_.contexts()[c].fairness != Fairness::fair || !x_.enabled(c)) continue;
      take(c, 0);
      moved = true;
    }
  }
}

std::size_t Steps::taken(std::string_view context, std::string_view label) const {
  return static_cast<std::size_t>(
      std::count(taken_.begin(), taken_.end(), std::pair(find(context), label)));
}

std::size_t Steps::count(const EventType& type) const {
  return static_cast<std::size_t>(std::count_if(events_.begin(), events_.end(),
                                                [&](const Event& e) { return e.type == &type; }));
}

std::size_t Steps::count(const EventType& type, std::string_view first) const {
  const std::int64_t name = fabric_.name(first);
  return static_cast<std::size_t>(
      std::count_if(events_.begin(), events_.end(),
                    [&](const Event& e) { return e.type == &type && e.args[0] == name; }));
}

Hand::Hand(const sc_core::sc_module_name& module_name, Fabric& fabric, ExecutorId executor)
    : Module(module_name, fabric),
      state_(fabric.reserve<HandState>(std::string("hand.") + name())),
      context_(fabric.context(
          {.name = name(), .layer = "test", .executor = executor, .stack_bytes = 240},
          fabric.routine<&Hand::main>(*this, "hand", "the test"))) {}

void Hand::main(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(x.get(state_).asked != 0, idle);
    x.set(state_).asked = 0;
    CALL(op_(x));
    LOCAL("the operation is done");
    x.set(state_).result = self.result;
  }
  ROUTINE_END();
}

void Hand::ask(Steps& steps, Op op) {
  op_ = std::move(op);
  steps.world().mut(state_).asked = 1;
}

std::int32_t Hand::run(Steps& steps, Op op) {
  ask(steps, std::move(op));
  steps.rest(name());
  if (!is_done(steps)) {
    throw std::runtime_error(std::string(name()) + " waits at '" + std::string(steps.next(name())) +
                             "'");
  }
  return steps[state_].result;
}

}  // namespace irqloom::bench
