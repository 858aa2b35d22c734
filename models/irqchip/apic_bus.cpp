#include "models/irqchip/apic_bus.h"

#include <bit>

namespace irqloom {

unsigned ApicBus::send(Exec& x, const ApicMessage& m) {
  if (m.mode == DeliveryMode::lowest_priority) {
    Lapic* lapic = lowest(x, m);
    return lapic != nullptr && lapic->accept(x, m.vector, m.trigger) ? 1 : 0;
  }
  unsigned taken = 0;
  for (Lapic* lapic : lapics_) {
    if (!lapic->is_addressed(x, m)) continue;
    if (m.mode == DeliveryMode::fixed && lapic->accept(x, m.vector, m.trigger)) ++taken;
    if (m.mode == DeliveryMode::nmi && lapic->accept_nmi(x)) ++taken;
    // SMI and INIT are no interrupts of this model, and ExtINT needs an 8259, which is not here.
  }
  return taken;
}

// Intel SDM vol. 3, 11.6.2.4: the enabled APIC with the lowest priority; among equals the choice is
// ours, the first.
Lapic* ApicBus::lowest(Exec& x, const ApicMessage& m) const {
  Lapic* lowest = nullptr;
  for (Lapic* lapic : lapics_) {
    if (!lapic->is_addressed(x, m) || x.get(lapic->state()).enabled == 0) continue;
    if (lowest == nullptr || lapic->processor_priority(x) < lowest->processor_priority(x)) {
      lowest = lapic;
    }
  }
  return lowest;
}

// --- who is told --------------------------------------------------------------------------------

void ApicBus::attach(NotifiedIf& vcpu) {
  if (notified_.empty()) {
    notify_ = fabric_.routine<&ApicBus::notify_routine>(*this, "kvm_irq_delivery_to_apic",
                                                        "arch/x86/kvm/irq_comm.c, Linux 6.1.192");
  }
  notified_.push_back(&vcpu);
}

bool ApicBus::takes(Exec& x, const Lapic& lapic, const ApicMessage& m) const {
  if (m.mode == DeliveryMode::lowest_priority) return &lapic == lowest(x, m);
  if (!lapic.is_addressed(x, m)) return false;
  if (m.mode == DeliveryMode::fixed) return x.get(lapic.state()).enabled != 0;
  return m.mode == DeliveryMode::nmi;
}

std::uint8_t ApicBus::to_notify(Exec& x, const ApicMessage& m) const {
  unsigned apics = 0;
  for (std::size_t id = 0; id < notified_.size(); ++id) {
    if (takes(x, *lapics_[id], m)) apics |= 1U << id;
  }
  return static_cast<std::uint8_t>(apics);
}

Call ApicBus::notify(Exec& x, std::uint8_t apics) {
  if (apics == 0) return Call::done();
  return x.call<DeliveryLocals>(notify_, {.apics = apics});
}

void ApicBus::notify_routine(Exec& x, Frame& self, DeliveryLocals& f) {
  ROUTINE();
  while (f.apics != 0) {
    CALL(notified_[static_cast<std::size_t>(std::countr_zero(f.apics))]->notify(x));
    LOCAL("it is told");
    f.apics &= static_cast<std::uint8_t>(f.apics - 1);
  }
  RETURN(0);
  ROUTINE_END();
}

void ApicBus::touches(Footprint& footprint) const {
  for (const Lapic* l : lapics_)
    footprint.writes.push_back(range(l->state()));
  for (const NotifiedIf* n : notified_)
    n->touches(footprint);
}

}  // namespace irqloom
