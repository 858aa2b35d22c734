// Disable depth (kernel/irq/manage.c, resend.c, Linux 6.1.192).
#include "models/events.h"
#include "models/genirq/desc.h"

namespace irqloom {

namespace {

const PropertyTypes::Named unbalanced_enable({"unbalanced-enable",
                                              "enable_irq() of a line that is not disabled",
                                              "kernel/irq/manage.c, __enable_irq()"});

}  // namespace

// Lazy: the hardware stays open until the next interrupt finds DISABLED and masks it.
void IrqDesc::irq_disable(Exec& x) {
  x.set(state_).disabled = 1;
}

void IrqDesc::disable_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK_IRQ(lock_, "disable_irq_nosync", writes(state_), calls(chip));
  if (x.set(state_).depth++ == 0) {
    irq_disable(x);
    if (config_.disable_unlazy) {
      CALL(mask_irq(x));
      STEP("drop desc->lock");
    }
  }
  x.unlock_irq(lock_);
  RETURN(0);
  ROUTINE_END();
}

Call IrqDesc::irq_startup(Exec& x) {
  DescState& s = x.set(state_);
  s.depth = 0;
  s.started = 1;
  s.disabled = 0;
  return unmask_irq(x);
}

// A level line is never resent: it re-delivers by itself after the unmask.
Call IrqDesc::check_irq_resend(Exec& x) {
  DescState& s = x.set(state_);
  const bool pending = s.pending != 0;
  if (config_.flow != Flow::edge && !config_.edge) {
    s.pending = 0;
    return Call::done();
  }
  if (s.replay != 0 || !pending) return Call::done();
  s.pending = 0;
  s.replay = 1;
  return chip->irq_retrigger(x, config_.hwirq);
}

void IrqDesc::enable_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK_IRQ(lock_, "enable_irq", writes(state_), calls(chip));
  if (x.get(state_).depth > 1) {
    --x.set(state_).depth;
  } else if (x.get(state_).depth == 0 || x.get(state_).suspended != 0) {
    x.emit(event::unbalanced_enable, {label_});
    x.violate(unbalanced_enable, name(), "enable_irq() of a line that is not disabled");
  } else {
    CALL(irq_startup(x));
    STEP("check_irq_resend", writes(state_), calls(chip));
    CALL(check_irq_resend(x));
    STEP("drop desc->lock");
  }
  x.unlock_irq(lock_);
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
