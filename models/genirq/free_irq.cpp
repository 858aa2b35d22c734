#include "models/genirq/free_irq.h"

namespace irqloom {

FreeIrq::FreeIrq(Fabric& fabric, IrqDesc& desc)
    : desc_(desc),
      free_(fabric.routine<&FreeIrq::free_routine>(*this, "free_irq",
                                                   "kernel/irq/manage.c, Linux 6.1.192")) {}

Call FreeIrq::free_irq(Exec& x) {
  return x.call(free_);
}

// A handler is under way from its acknowledge on: then the controller calls the interrupt active,
// before anybody has set INPROGRESS.
bool FreeIrq::is_running(Exec& x) const {
  return x.get(desc_.state_).inprogress != 0 || desc_.chip[0]->is_active(x, desc_.config_.hwirq);
}

void FreeIrq::free_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK_IRQ(desc_.lock_, "desc->lock: irq_shutdown", writes(desc_.state_), calls(desc_.chip));
  if (x.get(desc_.state_).started != 0) {
    desc_.irq_disable(x);
    x.set(desc_.state_).depth = 1;
    x.set(desc_.state_).started = 0;
    CALL(desc_.mask_irq(x));
    STEP("drop desc->lock, shut down");
  }
  x.unlock_irq(desc_.lock_);
  SLEEP_WHEN(!is_running(x), "__synchronize_hardirq", cost("sched.wakeup"), writes(desc_.state_),
             calls(desc_.chip));
  // A handler that was under way may have disabled the line once more: __setup_irq() of the next
  // request undoes that.
  x.set(desc_.state_).depth = 1;
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
