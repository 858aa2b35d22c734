// What the tests of the models share: a sealed fabric that a test steps by hand, by the names of
// contexts and steps, and a context that does what the test hands it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/module.h"
#include "sim/core/exec.h"
#include "sim/core/lock_graph.h"
#include "sim/timed/simcontext.h"

namespace irqloom::bench {

/// Drives one world of a fabric and remembers what happened. A request that the model cannot follow
/// (an unknown context, a step that never comes) is a std::runtime_error that says where it stands.
class Steps : private Listener {
 public:
  /// Ends elaboration of the current simulation context and seals the fabric, which must outlive
  /// this and gets this execution as its external one.
  explicit Steps(Fabric& fabric);
  Steps(const Steps&) = delete;
  Steps& operator=(const Steps&) = delete;

  Exec& exec() { return x_; }
  World& world() { return world_; }
  template <class T>
  const T& operator[](Slot<T> slot) const {
    return world_[slot];
  }

  bool enabled(std::string_view context);
  /// The label of its next step; empty when it has nothing to run.
  std::string_view next(std::string_view context) const;

  /// Takes one step.
  void step(std::string_view context, std::uint16_t choice = 0);
  /// Steps up to `label`, which is its next step then.
  void until(std::string_view context, std::string_view label);
  /// Steps up to `label` and takes it too.
  void through(std::string_view context, std::string_view label);
  /// Steps for as long as it can.
  void rest(std::string_view context);
  /// Steps everything that fairness owes a step, until nothing of that can.
  void settle();

  /// How often the step was taken.
  std::size_t taken(std::string_view context, std::string_view label) const;
  /// How often the event came; with `first`: with that name as its first argument.
  std::size_t count(const EventType& type) const;
  std::size_t count(const EventType& type, std::string_view first) const;
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  ContextId find(std::string_view context) const;
  void take(ContextId context, std::uint16_t choice);
  void on_event(const Event& event) override { events_.push_back(event); }

  Fabric& fabric_;
  World world_;
  Exec x_;
  LockGraph lock_graph_;
  std::vector<std::pair<ContextId, std::string_view>> taken_;
  std::vector<Event> events_;
  std::vector<Violation> violations_;
};

struct HandState {
  std::int32_t result = 0;  ///< Of the last operation.
  std::uint8_t asked = 0;   ///< An operation is to begin.
  std::uint8_t reserved[3] = {};
};

/// A context that carries out one operation at a time: a system call, a driver, a guest's code.
class Hand : public Module {
 public:
  using Op = std::function<Call(Exec&)>;

  /// The context is named as the module. Without an executor it is never pre-empted.
  Hand(const sc_core::sc_module_name& name, Fabric& fabric, ExecutorId executor = no_executor);

  ContextId context() const { return context_; }
  Slot<HandState> state() const { return state_; }
  /// Hands it an operation; the test steps the context.
  void ask(Steps& steps, Op op);
  /// Hands it an operation and steps it to its end. The operation's result; std::runtime_error when
  /// it has to wait for somebody else.
  std::int32_t run(Steps& steps, Op op);
  bool is_done(const Steps& steps) const { return steps.next(name()) == idle; }

 private:
  static constexpr std::string_view idle = "begin what was handed over";

  void main(Exec& x, Frame& self);

  Slot<HandState> state_;
  Op op_;
  ContextId context_;
};

}  // namespace irqloom::bench

IRQLOOM_FIELDS(irqloom::bench::HandState, IRQLOOM_NUMBER(result), IRQLOOM_FLAG(asked),
               IRQLOOM_NUMBER(reserved));
