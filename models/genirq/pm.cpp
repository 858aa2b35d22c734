// Suspend and wakeup interrupts (kernel/irq/pm.c, Linux 6.1.192).
#include "models/events.h"
#include "models/genirq/desc.h"

namespace irqloom {

// irq_pm_check_wakeup(): the driver's handler does not run; the suspend is aborted instead.
bool IrqDesc::refused_by_wakeup(Exec& x) {
  if (x.get(state_).wakeup_armed == 0) return false;
  DescState& s = x.set(state_);
  s.wakeup_armed = 0;
  s.suspended = 1;
  s.pending = 1;
  ++s.depth;
  irq_disable(x);
  x.emit(event::wakeup_abort, {label_});
  return true;
}

Call IrqDesc::check_wakeup(Exec& x) {
  const DescState& s = x.get(state_);
  const bool aborted = s.wakeup_state != 0 && s.suspended != 0;
  x.emit(event::suspend_result, {label_, aborted});
  return Call::done(aborted ? 1 : 0);
}

void IrqDesc::suspend_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK_IRQ(lock_, "arm the wakeup or suspend the line", writes(state_));
  if (has_action(x)) {
    DescState& s = x.set(state_);
    if (s.wakeup_state != 0) {
      s.wakeup_armed = 1;
    } else {
      s.suspended = 1;
      if (s.depth++ == 0) irq_disable(x);
    }
  }
  x.unlock_irq(lock_);
  // synchronize_irq(): no handler runs after this returns.
  SLEEP_WHEN(x.get(state_).inprogress == 0 && x.get(state_).threads_active == 0, "synchronize_irq",
             reads(state_));
  RETURN(0);
  ROUTINE_END();
}

void IrqDesc::resume_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK_IRQ(lock_, "disarm, enable if suspended", writes(state_), calls(chip));
  x.set(state_).wakeup_armed = 0;
  if (x.get(state_).suspended != 0) {
    x.set(state_).suspended = 0;
    if (x.get(state_).depth > 1) {
      --x.set(state_).depth;
    } else {
      CALL(irq_startup(x));
      STEP("check_irq_resend", writes(state_), calls(chip));
      CALL(check_irq_resend(x));
      STEP("drop desc->lock");
    }
  }
  x.unlock_irq(lock_);
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
