// Walking the actions (kernel/irq/handle.c and spurious.c, Linux 6.1.192).
#include "models/events.h"
#include "models/genirq/desc.h"
#include "models/property/handled_by_nobody.h"

namespace irqloom {

// kernel/irq/handle.c: __irq_wake_thread(). RUNTHREAD, threads_oneshot and threads_active change in
// one step: their readers (irq_finalize_oneshot, synchronize_irq) wait for INPROGRESS first.
void IrqDesc::irq_wake_thread(Exec& x, unsigned action) {
  const auto bit = static_cast<std::uint8_t>(1U << action);
  if ((x.get(state_).runthread & bit) != 0) return;
  DescState& s = x.set(state_);
  s.runthread |= bit;
  if (config_.oneshot) s.threads_oneshot |= bit;
  ++s.threads_active;
  x.emit(event::thread_wake, {label_, action_configs_[action].label});
}

// The second half of handle_irq_event(): the walk without the lock. Returns with desc->lock held.
void IrqDesc::handle_irq_event(Exec& x, Frame& self, FlowLocals& f) {
  ROUTINE();
  for (f.i = 0; f.i < action_configs_.size(); ++f.i) {
    if ((x.get(state_).linked >> f.i & 1) == 0) continue;
    STEP("call a handler", calls(actions));
    x.emit(event::irq_handler_entry, {config_.irq, action_configs_[f.i].label});
    CALL(actions[f.i]->handler(x));
    LOCAL("its result");
    x.emit(event::irq_handler_exit,
           {config_.irq, self.result == irq_none ? unhandled_label_ : handled_label_});
    f.ret |= static_cast<std::uint8_t>(self.result);
    if (self.result == irq_wake_thread_result) {
      STEP("__irq_wake_thread", writes(state_));
      irq_wake_thread(x, f.i);
    }
  }
  if (config_.spurious_limit != 0) {
    // Without desc->lock, as the kernel does it: a concurrent disable can lose a count.
    STEP("note_interrupt", writes(state_));
    note_interrupt(x, f.ret);
  }
  LOCK(lock_, "retake desc->lock, clear INPROGRESS", writes(state_));
  x.set(state_).inprogress = 0;
  x.emit(event::pass_end, {label_});
  RETURN(f.ret);
  ROUTINE_END();
}

// Whether note_interrupt() takes the interrupt for one that nobody handled. A pass that only woke
// threads is judged by the next one of its kind: have threads handled something in between?
bool IrqDesc::is_unhandled(DescState& s, std::uint8_t ret) {
  if (ret == irq_none) return true;
  if ((ret & irq_wake_thread_result) == 0) return false;
  if (ret != irq_wake_thread_result) {
    s.spurious_deferred = 0;  // A primary handler handled it: the threads do not matter.
    return false;
  }
  const bool handled = s.handled_deferred != 0;
  s.handled_deferred = 0;
  return !handled;
}

// kernel/irq/spurious.c: note_interrupt(). The time windows are left out: every unhandled interrupt
// counts as close to the one before.
void IrqDesc::note_interrupt(Exec& x, std::uint8_t ret) {
  DescState& s = x.set(state_);
  if (ret == irq_wake_thread_result && s.spurious_deferred == 0) {
    s.spurious_deferred = 1;
    return;
  }
  if (is_unhandled(s, ret)) ++s.irqs_unhandled;
  if (s.irqs_unhandled == 0) return;
  if (++s.irq_count < config_.spurious_window) return;
  s.irq_count = 0;
  if (s.irqs_unhandled > config_.spurious_limit) {
    x.emit(event::nobody_cared, {label_});
    x.violate(handled_by_nobody, name(), "irq: nobody cared; the line is disabled");
    s.spurious_disabled = 1;
    ++s.depth;
    irq_disable(x);
  }
  s.irqs_unhandled = 0;
}

}  // namespace irqloom
