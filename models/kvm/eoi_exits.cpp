#include "models/kvm/eoi_exits.h"

#include "models/kvm/kvm.h"
#include "models/kvm/whole_irqchip.h"

namespace irqloom {

namespace {

void add(EoiExitState& s, std::uint8_t vector) {
  s.handled[vector / 32] |= 1U << vector % 32;
}

}  // namespace

EoiExits::EoiExits(const std::string& name, Fabric& fabric, Kvm& kvm, unsigned vcpus)
    : kvm_(kvm), states_(fabric.reserve_array<EoiExitState>(name + ".vcpu", vcpus)) {}

void EoiExits::request(Exec& x) {
  for (unsigned v = 0; v < states_.size; ++v)
    x.set(states_[v]).requested = 1;
}

void EoiExits::request(Exec& x, const ApicMessage& message) {
  for (unsigned v = 0; v < states_.size; ++v) {
    if (kvm_.bus().lapic(v).is_addressed(x, message)) x.set(states_[v]).requested = 1;
  }
}

// kvm_ioapic_scan_entry(): pins that are level-triggered or have an ack notifier, and the clock's;
// masked or not. A vector that is still pending from before the entry changed belongs to the set.
void EoiExits::enter(Exec& x, unsigned vcpu) {
  if (x.get(states_[vcpu]).requested == 0) return;
  EoiExitState fresh;
  const Lapic& lapic = kvm_.bus().lapic(vcpu);
  if (const auto vector = kvm_.whole()->rtc().awaited(x, vcpu)) add(fresh, *vector);
  for (unsigned n = 0; n < kvm_.ioapic().pins(); ++n) {
    const KvmPin& p = x.get(kvm_.ioapic().pin(n));
    if (p.trigger_mode == 0 && n != RtcEoi::pin && !kvm_.has_resampler(x, n)) continue;
    if (lapic.is_addressed(x, message_of(p)) || lapic.is_pending(x, p.vector)) {
      add(fresh, p.vector);
    }
  }
  x.set(states_[vcpu]) = fresh;
}

bool EoiExits::handles(Exec& x, unsigned vcpu, std::uint8_t vector) const {
  return (x.get(states_[vcpu]).handled[vector / 32] >> vector % 32 & 1) != 0;
}

}  // namespace irqloom
