// Linux's irq_chip for a GIC on real hardware, with EOImode 0: every operation is one register
// access. The hwirq is the INTID.
//
// drivers/irqchip/irq-gic.c and irq-gic-v3.c, Linux 6.1.192: gic_mask_irq(), gic_unmask_irq(),
// gic_eoi_irq(), gic_retrigger(). There is no irq_disable, so genirq disables lazily, and no
// irq_ack, since reading IAR has acknowledged.
// A kernel that was booted at EL2 has EOImode 1: gic_eoimode1_chip.h.
#pragma once

#include <vector>

#include "models/irqchip/gic_base.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

class GicChip : public Module, public IrqChipIf {
 public:
  sc_core::sc_export<IrqChipIf> ops;

  GicChip(const sc_core::sc_module_name& name, Fabric& fabric, Gic& gic)
      : Module(name, fabric), gic_(gic) {
    ops.bind(*this);
  }
  /// The executors that are the GIC's CPUs, in their order.
  void attach(ExecutorId executor) { cpus_.push_back(executor); }

  Call irq_mask(Exec& x, unsigned hwirq) override;
  Call irq_unmask(Exec& x, unsigned hwirq) override;
  Call irq_eoi(Exec& x, unsigned hwirq) override;
  Call irq_ack(Exec& /*x*/, unsigned /*hwirq*/) override { return Call::done(); }
  Call irq_retrigger(Exec& x, unsigned hwirq) override;
  bool is_active(Exec& x, unsigned hwirq) override {
    return x.get(gic_.interrupt(0, hwirq)).active != 0;
  }
  void touches(Footprint& footprint) const override { gic_.touches(footprint); }

 protected:
  Gic& gic() { return gic_; }
  /// The GIC's CPU that the running context is on. std::logic_error when it is on none.
  unsigned current_cpu(const Exec& x) const;

 private:
  Gic& gic_;
  std::vector<ExecutorId> cpus_;
};

}  // namespace irqloom
