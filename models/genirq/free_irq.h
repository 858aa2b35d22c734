// free_irq() of a line's only action: the line is shut down, and no handler runs any more
// (kernel/irq/manage.c: __free_irq(), __synchronize_hardirq(); kernel/irq/chip.c: irq_shutdown();
// Linux 6.1.192). The device is not touched. The line is left as the next request with
// IRQF_NO_AUTOEN finds and leaves it: disabled once.
#pragma once

#include "models/genirq/desc.h"

namespace irqloom {

class FreeIrq {
 public:
  /// `desc` is not owned.
  FreeIrq(Fabric& fabric, IrqDesc& desc);

  /// Sleeps. The result is 0.
  Call free_irq(Exec& x);

 private:
  void free_routine(Exec& x, Frame& self);
  bool is_running(Exec& x) const;

  IrqDesc& desc_;
  RoutineId free_;
};

}  // namespace irqloom
