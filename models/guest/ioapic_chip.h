// Linux's irq_chip for the I/O APIC in a guest: every register access is a VM exit into KVM.
//
// arch/x86/kernel/apic/io_apic.c, Linux 6.1.192. A mask is three accesses and an unmask two; only
// the write of the data register acts, so it is the one that is modelled, and the cost is that of
// all of them.
#pragma once

#include <vector>

#include "models/kvm/kvm.h"
#include "models/kvm/vcpu.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct ChipLocals {
  std::uint8_t pin = 0;
  std::uint8_t high = 0;  ///< The half of the entry with the destination is written.
  std::uint8_t vcpu = 0;
  std::uint8_t value = 0;  ///< The mask bit, the destination, or the vector that was ended.
};

class GuestIoapicChip : public Module, public IrqChipIf {
 public:
  sc_core::sc_export<IrqChipIf> ops;

  GuestIoapicChip(const sc_core::sc_module_name& name, Fabric& fabric, Kvm& kvm);

  /// Not owned; in the order of their ids.
  void attach(Vcpu& vcpu) { vcpus_.push_back(&vcpu); }

  Call irq_mask(Exec& x, unsigned hwirq) override { return write_mask(x, hwirq, true); }
  Call irq_unmask(Exec& x, unsigned hwirq) override { return write_mask(x, hwirq, false); }
  Call irq_eoi(Exec& x, unsigned hwirq) override;
  Call irq_ack(Exec& x, unsigned hwirq) override { return irq_eoi(x, hwirq); }
  Call irq_retrigger(Exec& x, unsigned hwirq) override;
  /// ioapic_set_affinity(). The vector stays: it is free on the new CPU too.
  Call irq_set_affinity(Exec& x, unsigned hwirq, unsigned cpu) override;
  void touches(Footprint& footprint) const override;

 private:
  Call write_mask(Exec& x, unsigned pin, bool mask);
  void rte_write(Exec& x, Frame& self, ChipLocals& f);
  void eoi_write(Exec& x, Frame& self, ChipLocals& f);

  Kvm& kvm_;
  std::vector<Vcpu*> vcpus_;
  RoutineId rte_write_;
  RoutineId eoi_write_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ChipLocals, IRQLOOM_NUMBER(pin), IRQLOOM_FLAG(high), IRQLOOM_NUMBER(vcpu),
               IRQLOOM_HEX(value));
