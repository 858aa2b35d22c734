// Linux's irq_chip for the I/O APIC on real hardware: every operation is a register access.
//
// arch/x86/kernel/apic/io_apic.c, Linux 6.1.192: mask_ioapic_irq(), unmask_ioapic_irq(),
// ioapic_ack_level(). The hwirq is the pin.
#pragma once

#include <vector>

#include "models/irqchip/ioapic.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

class IoapicChip : public Module, public IrqChipIf {
 public:
  sc_core::sc_export<IrqChipIf> ops;

  IoapicChip(const sc_core::sc_module_name& name, Fabric& fabric, Ioapic& ioapic)
      : Module(name, fabric), ioapic_(ioapic) {
    ops.bind(*this);
  }
  /// The local APIC of the CPU that is that executor. Not owned.
  void attach(ExecutorId executor, Lapic& lapic) { cpus_.push_back({executor, &lapic}); }

  Call irq_mask(Exec& x, unsigned hwirq) override;
  Call irq_unmask(Exec& x, unsigned hwirq) override;
  Call irq_eoi(Exec& x, unsigned hwirq) override;
  Call irq_ack(Exec& x, unsigned hwirq) override;
  Call irq_retrigger(Exec& x, unsigned hwirq) override;
  void touches(Footprint& footprint) const override;

 private:
  struct Cpu {
    ExecutorId executor;
    Lapic* lapic;
  };
  Lapic* current_lapic(Exec& x) const;

  Ioapic& ioapic_;
  std::vector<Cpu> cpus_;
};

}  // namespace irqloom
