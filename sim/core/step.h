// The notation in which routines are written.
//
// A routine is one member function that reads from top to bottom like the kernel function it
// models. STEP ends the atomic action before it and begins the next; everything between two labels
// happens at once. The labels become the cases of a switch over the frame's program counter, so a
// routine is resumed by calling it again; its locals live in the frame, inside the world.
//
//   // virt/kvm/eventfd.c: irqfd_resampler_ack(), Linux 6.1.192
//   void Resampler::ack(Exec& x, Frame& self, AckLocals& f) {
//     ROUTINE();
//     STEP("lower the shared source", writes(pin_));
//     CALL(kvm_.set_irq(x, source, gsi_, 0));
//     for (f.i = 0; f.i < members_.size(); ++f.i) {
//       STEP("signal the resamplefd", calls(*members_[f.i]));
//       CALL(members_[f.i]->signal(x));
//     }
//     RETURN(0);
//     ROUTINE_END();
//   }
//
// What stands before the first label runs within the caller's step; a routine that returns there is
// atomic. Rules: a CALL is the last act of its step (the next statement that runs is a label or
// RETURN); no label inside a nested switch; no variable with an initialiser in scope at a label.
#pragma once

#include <cstdint>
#include <string_view>

namespace irqloom {

/// Whether a step has to be asked whether it is ready.
enum class Guard : bool { none, some };

enum class StepKind : std::uint8_t {
  step,   ///< Visible to others.
  local,  ///< Touches its own frame only and is always ready: fused into its predecessor.
  lock    ///< Takes a lock; ready when it is free.
};

/// The key into the cost table; steps without one cost "cpu".
struct CostKey {
  std::string_view key;
};
constexpr CostKey cost(std::string_view key) {
  return CostKey{key};
}

/// The result of a seam's operation: completed with a value, or a frame was pushed and the value
/// will land in the caller's frame.
struct [[nodiscard]] Call {
  bool pending = false;
  std::int32_t value = 0;

  static Call done(std::int32_t v = 0) { return Call{false, v}; }
};

}  // namespace irqloom

// NOLINTBEGIN(cppcoreguidelines-macro-usage)

/// Begins a routine: the function has parameters `Exec& x, Frame& self, Locals& f`.
#define ROUTINE()                             \
  enum : int { irqloom_base_ = __COUNTER__ }; \
  switch (self.pc) {                          \
    default:                                  \
      x.no_such_step();                       \
      return;                                 \
    case 0:                                   \
      static_assert(true)

#define ROUTINE_END() \
  }                   \
  static_assert(true)

#define IRQLOOM_LABEL_(k, kind, has_guard, guard, ...) \
  self.pc = static_cast<std::uint8_t>(k);              \
  return;                                              \
  case (k):                                            \
    if (x.asking()) {                                  \
      if (x.surveying()) {                             \
        x.describe((kind), (has_guard), __VA_ARGS__);  \
      } else {                                         \
        x.answer(guard);                               \
      }                                                \
      return;                                          \
    }                                                  \
    static_assert(true)

/// STEP("what it does" [, cost("key")] [, reads(...)] [, writes(...)] [, calls(...)]);
#define STEP(...)                                                                                  \
  IRQLOOM_LABEL_(__COUNTER__ - irqloom_base_, irqloom::StepKind::step, irqloom::Guard::none, true, \
                 __VA_ARGS__)

/// As STEP, but not ready before `guard` holds. The guard reads the world and nothing else.
#define STEP_WHEN(guard, ...)                                                                \
  IRQLOOM_LABEL_(__COUNTER__ - irqloom_base_, irqloom::StepKind::step, irqloom::Guard::some, \
                 (guard), __VA_ARGS__)

/// As STEP_WHEN, where the real code sleeps until then: flush_work(), synchronize_srcu(),
/// synchronize_irq(). Whoever comes here must be allowed to sleep, whether he has to or not.
#define SLEEP_WHEN(guard, name, ...) \
  x.might_sleep(name);               \
  STEP_WHEN(guard, name __VA_OPT__(, ) __VA_ARGS__)

/// A step that touches nothing but its own frame.
#define LOCAL(...)                                                                            \
  IRQLOOM_LABEL_(__COUNTER__ - irqloom_base_, irqloom::StepKind::local, irqloom::Guard::none, \
                 true, __VA_ARGS__)

/// Takes a lock; what follows up to the next label happens under it. Given back by x.unlock().
#define LOCK(the_lock, ...)                                                                  \
  IRQLOOM_LABEL_(__COUNTER__ - irqloom_base_, irqloom::StepKind::lock, irqloom::Guard::some, \
                 x.can_lock(the_lock), __VA_ARGS__, irqloom::takes(the_lock));               \
  x.lock(the_lock)

/// As LOCK, while another lock of the class is held: Exec::lock_nested().
#define LOCK_NESTED(the_lock, ...)                                                           \
  IRQLOOM_LABEL_(__COUNTER__ - irqloom_base_, irqloom::StepKind::lock, irqloom::Guard::some, \
                 x.can_lock(the_lock), __VA_ARGS__, irqloom::takes(the_lock));               \
  x.lock_nested(the_lock)

/// As LOCK_IRQ, and not ready before `condition` holds too: a loop that drops the lock, relaxes and
/// retries until then.
#define LOCK_IRQ_WHEN(condition, the_lock, ...)                                                 \
  IRQLOOM_LABEL_(__COUNTER__ - irqloom_base_, irqloom::StepKind::step, irqloom::Guard::some,    \
                 (x.can_lock(the_lock) && (condition)), __VA_ARGS__, irqloom::takes(the_lock)); \
  x.irqs_off();                                                                                 \
  x.lock(the_lock)

/// As LOCK, with interrupts off on this executor until x.unlock_irq() (spin_lock_irqsave).
#define LOCK_IRQ(the_lock, ...)                                                              \
  IRQLOOM_LABEL_(__COUNTER__ - irqloom_base_, irqloom::StepKind::lock, irqloom::Guard::some, \
                 x.can_lock(the_lock), __VA_ARGS__, irqloom::takes(the_lock));               \
  x.irqs_off();                                                                              \
  x.lock(the_lock)

/// Evaluates a seam's operation as the last act of the step; the result is in self.result at the
/// next label.
#define CALL(...) x.complete(self, __VA_ARGS__)

/// Ends the routine; the value lands in the caller's frame.
#define RETURN(value) \
  x.ret(value);       \
  return
// NOLINTEND(cppcoreguidelines-macro-usage)
