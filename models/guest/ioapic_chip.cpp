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
                                         .vcpu = vcpu_of(x, vcpus_),
                                         .value = static_cast<std::uint8_t>(mask ? 1 : 0)});
}

Call GuestIoapicChip::irq_set_affinity(Exec& x, unsigned hwirq, unsigned cpu) {
  return x.call<ChipLocals>(rte_write_, {.pin = static_cast<std::uint8_t>(hwirq),
                                         .high = 1,
                                         .vcpu = vcpu_of(x, vcpus_),
                                         .value = static_cast<std::uint8_t>(cpu)});
}

// The guest writes its cached copy of the entry with another mask bit or destination.
void GuestIoapicChip::rte_write(Exec& x, Frame& self, ChipLocals& f) {
  ROUTINE();
  STEP("exit: write of a redirection entry", cost("exit.mmio"), calls(kvm_.ioapic()));
  vcpus_[f.vcpu]->exit(x, ioapic_window);
  if (f.high != 0) {
    const std::uint32_t high = static_cast<std::uint32_t>(f.value) << rte::dest_shift;
    CALL(kvm_.ioapic().write_indirect(x, f.pin, true, high));
  } else {
    const std::uint32_t low = rte::low(x.get(kvm_.ioapic().pin(f.pin)));
    const std::uint32_t bit = 1U << rte::mask_shift;
    CALL(kvm_.ioapic().write_indirect(x, f.pin, false, f.value != 0 ? low | bit : low & ~bit));
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
  f.value = vcpus_[f.vcpu]->lapic().end_of_interrupt(x).value_or(0);
  x.emit(event::kvm_eoi, {vcpus_[f.vcpu]->lapic().apic_id(), f.value});
  if (f.value != 0) {
    CALL(kvm_.ioapic().update_eoi(x, f.value, vcpus_[f.vcpu]->lapic().trigger(x, f.value)));
  }
  STEP("enter the guest", cost("entry"), calls(kvm_));
  vcpus_[f.vcpu]->request_event(x);
  vcpus_[f.vcpu]->enter(x);
  RETURN(0);
  ROUTINE_END();
}

// arch/x86/kernel/apic/vector.c: apic_retrigger_irq(), an IPI with the pin's vector.
Call GuestIoapicChip::irq_retrigger(Exec& x, unsigned hwirq) {
  const KvmPin& pin = x.get(kvm_.ioapic().pin(hwirq));
  kvm_.bus().accept(x, pin.dest, pin.vector, Trigger::edge);
  x.emit(event::ioapic_inject, {hwirq, event::inject_retrigger});
  return kvm_.bus().notify(
      x, kvm_.bus().to_notify(x, ApicMessage{.dest = pin.dest, .vector = pin.vector}));
}

void GuestIoapicChip::touches(Footprint& footprint) const {
  kvm_.touches(footprint);
}

}  // namespace irqloom
