// KVM_GET_IRQCHIP and KVM_SET_IRQCHIP of the I/O APIC, and the message of a pin.
#include "models/cost.h"
#include "models/events.h"
#include "models/kvm/ioapic.h"
#include "models/kvm/kvm.h"
#include "models/kvm/whole_irqchip.h"

namespace irqloom {

ApicMessage message_of(const KvmPin& pin) {
  return {.dest = pin.dest,
          .logical = pin.dest_mode != 0,
          .mode = static_cast<DeliveryMode>(pin.delivery_mode),
          .vector = pin.vector,
          .trigger = static_cast<Trigger>(pin.trigger_mode)};
}

// Requests that were sent are left out even if their pin is level-triggered by now.
IoapicSnapshot KvmIoapic::save(Exec& x) const {
  IoapicSnapshot snapshot;
  for (unsigned n = 0; n < pins_.size; ++n) {
    const KvmPin& p = x.get(pins_[n]);
    snapshot.entries.push_back(p);
    if (p.irr != 0 && p.irr_delivered == 0) snapshot.irr |= 1U << n;
  }
  return snapshot;
}

// In the kernel the lock is held from here on; the VMM has stopped the vCPUs all the same.
Call KvmIoapic::restore(Exec& x, const IoapicSnapshot& snapshot) {
  for (unsigned n = 0; n < pins_.size; ++n) {
    const KvmPin before = x.get(pins_[n]);
    KvmPin& p = x.set(pins_[n]);
    p = snapshot.entries[n];
    p.irr = 0;
    p.irr_delivered = 0;
    p.irq_states = before.irq_states;
    p.ack_pending = before.ack_pending;
    p.irq_eoi = before.irq_eoi;
  }
  return x.call<PinLocals>(restore_, {.value = snapshot.irr});
}

// kvm_ioapic_inject_all()
void KvmIoapic::restore_routine(Exec& x, Frame& self, PinLocals& f) {
  ROUTINE();
  LOCK(lock_, "take ioapic->lock, inject all that was requested", cost(costs::kvm_ioapic),
       writes(pins_), calls(kvm_));
  if (kvm_.whole() != nullptr) {
    kvm_.whole()->eoi_exits().request(x);
    kvm_.whole()->rtc().restore(x, message_of(x.get(pins_[RtcEoi::pin])));
  }
  for (unsigned n = 0; n < pins_.size; ++n) {
    if ((f.value >> n & 1) != 0) (void)ioapic_set_irq(x, n, true, true);
  }
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
