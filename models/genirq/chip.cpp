// Flow handlers and the mask/unmask primitives (kernel/irq/chip.c, Linux 6.1.192).
#include "models/cost.h"
#include "models/events.h"
#include "models/genirq/desc.h"
#include "models/property/marks.h"

namespace irqloom {

bool IrqDesc::irq_may_run(Exec& x) {
  const DescState& s = x.get(state_);
  if (s.inprogress == 0 && s.wakeup_armed == 0) return true;
  refused_by_wakeup(x);
  return false;
}

Call IrqDesc::mask_irq(Exec& x) {
  if (x.get(state_).masked != 0) return Call::done();
  x.set(state_).masked = 1;
  x.emit(event::irq_mask, {label_});
  return chip->irq_mask(x, config_.hwirq);
}

Call IrqDesc::unmask_irq(Exec& x) {
  if (x.get(state_).masked == 0) return Call::done();
  x.set(state_).masked = 0;
  x.emit(event::irq_unmask, {label_});
  return chip->irq_unmask(x, config_.hwirq);
}

// The first half of handle_irq_event(): INPROGRESS covers the walk over the actions instead of the
// lock.
void IrqDesc::begin_event(Exec& x) {
  DescState& s = x.set(state_);
  s.pending = 0;
  s.inprogress = 1;
  x.mark(is_guest() ? mark::guest_entry : mark::host_entry);
  x.emit(event::pass_begin, {label_});
  x.unlock(lock_);
}

void IrqDesc::handle_fasteoi_irq(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(lock_, "take desc->lock", writes(state_), calls(chip));
  if (!irq_may_run(x)) goto out;
  x.set(state_).replay = 0;
  if (!has_action(x) || x.get(state_).disabled != 0) {
    x.set(state_).pending = 1;
    CALL(mask_irq(x));
    goto out;
  }
  if (config_.oneshot) {
    CALL(mask_irq(x));
    STEP("masked: drop desc->lock, INPROGRESS", writes(state_), calls(actions));
  }
  begin_event(x);
  CALL(x.call<FlowLocals>(event_));
  STEP("irq_eoi", cost(costs::irqchip), reads(state_), calls(chip));
  CALL(chip->irq_eoi(x, config_.hwirq));
  // cond_unmask_eoi_irq(): a oneshot line of which no thread was woken would stay masked for ever.
  if (config_.oneshot) {
    STEP("unmask if no thread was woken", cost(costs::cpu), writes(state_), calls(chip));
    if (x.get(state_).disabled == 0 && x.get(state_).threads_oneshot == 0) CALL(unmask_irq(x));
  }
  STEP("drop desc->lock");
  x.unlock(lock_);
  RETURN(0);
out:
  STEP("irq_eoi of an interrupt that is not handled", cost(costs::irqchip), calls(chip));
  CALL(chip->irq_eoi(x, config_.hwirq));
  STEP("drop desc->lock, not handled");
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

void IrqDesc::handle_level_irq(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(lock_, "take desc->lock, mask_ack", writes(state_), calls(chip));
  CALL(mask_irq(x));
  STEP("irq_ack", cost(costs::irqchip), calls(chip));
  CALL(chip->irq_ack(x, config_.hwirq));
  STEP("drop desc->lock, INPROGRESS", writes(state_), calls(actions));
  if (!irq_may_run(x)) goto out;
  x.set(state_).replay = 0;
  if (!has_action(x) || x.get(state_).disabled != 0) {
    x.set(state_).pending = 1;
    goto out;
  }
  begin_event(x);
  CALL(x.call<FlowLocals>(event_));
  // cond_unmask_irq(): for all level interrupts, oneshot or not.
  STEP("unmask", cost(costs::irqchip), writes(state_), calls(chip));
  if (x.get(state_).disabled == 0 && x.get(state_).threads_oneshot == 0) CALL(unmask_irq(x));
out:
  STEP("drop desc->lock");
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

void IrqDesc::handle_edge_irq(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(lock_, "take desc->lock", writes(state_), calls(chip));
  x.set(state_).replay = 0;
  if (!irq_may_run(x) || x.get(state_).disabled != 0 || !has_action(x)) {
    x.set(state_).pending = 1;
    CALL(mask_irq(x));
    STEP("irq_ack of an interrupt that is not handled", cost(costs::irqchip), calls(chip));
    CALL(chip->irq_ack(x, config_.hwirq));
    goto out;
  }
  // The I/O APIC's irq_ack is apic_ack_edge(), which moves the interrupt first.
  if (x.get(state_).move_pending != 0) {
    CALL(x.call(move_));
    STEP("irq_ack", cost(costs::irqchip), calls(chip));
  }
  // From the acknowledge on, the vector can be delivered again.
  CALL(chip->irq_ack(x, config_.hwirq));
  for (;;) {
    STEP("unmask if an event came in", writes(state_), calls(chip));
    if (!has_action(x)) {
      CALL(mask_irq(x));
      goto out;
    }
    if (x.get(state_).pending != 0 && x.get(state_).disabled == 0) CALL(unmask_irq(x));
    STEP("drop desc->lock, INPROGRESS", writes(state_), calls(actions));
    begin_event(x);
    CALL(x.call<FlowLocals>(event_));
    STEP("look for an event that came in", reads(state_));
    if (x.get(state_).pending == 0 || x.get(state_).disabled != 0) break;
  }
out:
  STEP("drop desc->lock");
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
