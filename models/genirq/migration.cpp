// Moving an interrupt in its own handler (kernel/irq/migration.c, Linux 6.1.192).
#include "models/cost.h"
#include "models/genirq/desc.h"

namespace irqloom {

// Under desc->lock. The mask is the chip's alone: IRQD_IRQ_MASKED stays as it is.
void IrqDesc::irq_move_irq(Exec& x, Frame& self) {
  ROUTINE();
  if (x.get(state_).masked == 0) CALL(chip->irq_mask(x, config_.hwirq));
  STEP("irq_do_set_affinity", cost(costs::irqchip), writes(state_), calls(chip));
  x.set(state_).move_pending = 0;
  CALL(chip->irq_set_affinity(x, config_.hwirq, x.get(state_).pending_cpu));
  STEP("unmask what was not masked", cost(costs::irqchip), writes(state_), calls(chip));
  x.set(state_).pending_cpu = 0;
  if (x.get(state_).masked == 0) CALL(chip->irq_unmask(x, config_.hwirq));
  LOCAL("moved");
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
