// irq_set_affinity() of one line (kernel/irq/manage.c, Linux 6.1.192). On arm64 the chip is told
// under desc->lock, whether or not an interrupt is under way; on x86 (CONFIG_GENERIC_PENDING_IRQ)
// the wish is noted, and the next interrupt carries it out.
#pragma once

#include "models/genirq/desc.h"

namespace irqloom {

struct AffinityLocals {
  std::uint8_t cpu = 0;
  std::uint8_t reserved[3] = {};
};

class IrqAffinity {
 public:
  /// `desc` is not owned.
  IrqAffinity(Fabric& fabric, IrqDesc& desc);

  /// The result is the chip's: 0 or -errno.
  Call irq_set_affinity(Exec& x, unsigned cpu);

 private:
  void set_routine(Exec& x, Frame& self, AffinityLocals& f);

  IrqDesc& desc_;
  RoutineId set_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::AffinityLocals, IRQLOOM_NUMBER(cpu), IRQLOOM_NUMBER(reserved));
