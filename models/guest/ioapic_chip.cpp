#include "models/guest/ioapic_chip.h"

#include "models/events.h"
#include "models/irqchip/rte.h"

namespace irqloom {

namespace {

constexpr std::uint64_t ioapic_window = 0xfec00010;
constexpr std::uint64_t apic_eoi = 0xfee000b0;

}  // namespace

GuestIoapicChip::GuestIoapicChip(const sc_core::sc_module_name& module_name, Fabric& fabric,
                                 Kvm& kvm)
    : Module(module_name, fabric),
      kvm_(kvm),
      rte_write_(fabric.routine<&GuestIoapicChip::rte_write>(
          *this, "ioapic_mmio_write", "arch/x86/kvm/ioapic.c, Linux 6.1.192")),
      eoi_write_(fabric.routine<&GuestIoapicChip::eoi_write>(
          *this, "apic_set_eoi", "arch/x86/kvm/lapic.c, Linux 6.1.192")) {
  ops.bind(*this);
}

Call GuestIoapicChip::write_mask(Exec& x, unsigned pin, bool mask) {
  return x.call<ChipLocals>(rte_write_, {.pin = static_cast<std::uint8_t>(pin),
                                         .mask = static_cast<std::uint8_t>(mask ? 1 : 0),
                                         .vcpu = vcpu_of(x, vcpus_)});
}

// The guest writes its cached copy of the entry with another mask bit.
void GuestIoapicChip::rte_write(Exec& x, Frame& self, ChipLocals& f) {
  ROUTINE();
  STEP("exit: write of a redirection entry", cost("exit.mmio"), calls(kvm_.ioapic()));
  vcpus_[f.vcpu]->exit(x, ioapic_window);
  {
    const std::uint32_t low = rte::low(x.get(kvm_.ioapic().pin(f.pin)));
    const std::uint32_t bit = 1U << rte::mask_shift;
    CALL(kvm_.ioapic().write_indirect(x, f.pin, false, f.mask != 0 ? low | bit : low & ~bit));
  }
  STEP("enter the guest", cost("entry"), calls(kvm_));
  vcpus_[f.vcpu]->enter(x);
  RETURN(0);
  ROUTINE_END();
}

Call GuestIoapicChip::irq_eoi(Exec& x, unsigned /*hwirq*/) {
  return x.call<ChipLocals>(eoi_write_, {.vcpu = vcpu_of(x, vcpus_)});
}

// arch/x86/kvm/lapic.c: apic_set_eoi(), kvm_ioapic_send_eoi(). The trigger mode is the TMR's, not
// the entry's.
void GuestIoapicChip::eoi_write(Exec& x, Frame& self, ChipLocals& f) {
  ROUTINE();
  STEP("exit: EOI", cost("exit.eoi"), calls(kvm_));
  vcpus_[f.vcpu]->exit(x, apic_eoi);
  f.vector = vcpus_[f.vcpu]->lapic().end_of_interrupt(x).value_or(0);
  x.emit(event::kvm_eoi, {vcpus_[f.vcpu]->lapic().apic_id(), f.vector});
  if (f.vector != 0) {
    CALL(kvm_.ioapic().update_eoi(x, f.vector, vcpus_[f.vcpu]->lapic().trigger(x, f.vector)));
  }
  STEP("enter the guest", cost("entry"), calls(kvm_));
  vcpus_[f.vcpu]->enter(x);
  RETURN(0);
  ROUTINE_END();
}

Call GuestIoapicChip::irq_retrigger(Exec& x, unsigned hwirq) {
  const KvmPin& pin = x.get(kvm_.ioapic().pin(hwirq));
  kvm_.bus().accept(x, pin.dest, pin.vector, Trigger::edge);
  return Call::done();
}

void GuestIoapicChip::touches(Footprint& footprint) const {
  kvm_.touches(footprint);
}

}  // namespace irqloom
