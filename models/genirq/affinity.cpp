#include "models/genirq/affinity.h"

namespace irqloom {

IrqAffinity::IrqAffinity(Fabric& fabric, IrqDesc& desc)
    : desc_(desc),
      set_(fabric.routine<&IrqAffinity::set_routine>(*this, "irq_set_affinity",
                                                     "kernel/irq/manage.c, Linux 6.1.192")) {}

Call IrqAffinity::irq_set_affinity(Exec& x, unsigned cpu) {
  return x.call<AffinityLocals>(set_, {.cpu = static_cast<std::uint8_t>(cpu)});
}

void IrqAffinity::set_routine(Exec& x, Frame& self, AffinityLocals& f) {
  ROUTINE();
  LOCK_IRQ(desc_.lock_, "desc->lock: irq_set_affinity", writes(desc_.state_), calls(desc_.chip));
  if (desc_.config_.moves_in_irq) {
    x.set(desc_.state_).move_pending = 1;
    x.set(desc_.state_).pending_cpu = f.cpu;
  } else {
    CALL(desc_.chip->irq_set_affinity(x, desc_.config_.hwirq, f.cpu));
    STEP("drop desc->lock");
  }
  x.unlock_irq(desc_.lock_);
  RETURN(self.result);
  ROUTINE_END();
}

IRQLOOM_MODEL("genirq/affinity", "irq_set_affinity() of a line, now or in its next interrupt",
              "kernel/irq/manage.c and migration.c, Linux 6.1");

}  // namespace irqloom
