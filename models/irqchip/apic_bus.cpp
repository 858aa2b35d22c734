#include "models/irqchip/apic_bus.h"

namespace irqloom {

unsigned ApicBus::send(Exec& x, const ApicMessage& m) {
  if (m.mode == DeliveryMode::lowest_priority) return deliver_to_lowest(x, m) ? 1 : 0;
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
bool ApicBus::deliver_to_lowest(Exec& x, const ApicMessage& m) {
  Lapic* lowest = nullptr;
  for (Lapic* lapic : lapics_) {
    if (!lapic->is_addressed(x, m) || x.get(lapic->state()).enabled == 0) continue;
    if (lowest == nullptr || lapic->processor_priority(x) < lowest->processor_priority(x)) {
      lowest = lapic;
    }
  }
  return lowest != nullptr && lowest->accept(x, m.vector, m.trigger);
}

}  // namespace irqloom
