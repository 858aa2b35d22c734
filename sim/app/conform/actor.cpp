#include "sim/app/conform/actor.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace irqloom::app::conform {
namespace {

// No operation of a recording takes that many steps.
constexpr int max_steps = 100'000;
// Nested calls are deeper here than in a story's scripts.
constexpr std::uint16_t stack_bytes = 480;

/// Takes a step of some context that can; false: none.
bool step_any(Rig& rig, const std::vector<ContextId>& resting) {
  Exec& x = rig.exec();
  for (std::size_t i = 0; i < x.fabric().contexts().size(); ++i) {
    const auto c = static_cast<ContextId>(i);
    if (std::find(resting.begin(), resting.end(), c) != resting.end() || !x.enabled(c)) continue;
    x.execute(c, 0);
    return true;
  }
  return false;
}

}  // namespace

Actor::Actor(const sc_core::sc_module_name& module_name, Fabric& fabric, const std::string& layer)
    : Module(module_name, fabric),
      state_(fabric.reserve<ActorState>(std::string("actor.") + name())),
      context_(fabric.context({.name = name(), .layer = layer, .stack_bytes = stack_bytes},
                              fabric.routine<&Actor::main>(*this, "actor", "the recording"))) {}

void Actor::main(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(x.get(state_).busy != 0, "begin the recorded operation", writes(state_));
    CALL(op_(x));
    STEP("the operation is done", writes(state_));
    x.set(state_) = ActorState{.result = self.result};
  }
  ROUTINE_END();
}

std::int32_t Actor::perform(Rig& rig, Op op) {
  Exec& x = rig.exec();
  op_ = std::move(op);
  x.set(state_).busy = 1;
  for (int n = 0; x.get(state_).busy != 0; ++n) {
    if (n == max_steps) throw std::runtime_error("an operation never ends");
    if (x.enabled(context_)) {
      x.execute(context_, 0);
    } else if (!step_any(rig, {})) {
      throw std::runtime_error("an operation waits for ever");
    }
  }
  return x.get(state_).result;
}

void settle(Rig& rig, const std::vector<ContextId>& resting) {
  for (int n = 0; step_any(rig, resting); ++n) {
    if (n == max_steps) throw std::runtime_error("queued work never ends");
  }
}

}  // namespace irqloom::app::conform
