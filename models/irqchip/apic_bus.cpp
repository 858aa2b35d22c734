#include "models/irqchip/apic_bus.h"

namespace irqloom {

bool ApicBus::deliver(Exec& x, const ApicMessage& m) {
  if (m.mode == DeliveryMode::lowest_priority) return deliver_to_lowest(x, m);
  bool is_taken = false;
  for (Lapic* lapic : lapics_) {
    if (!lapic->is_addressed(x, m)) continue;
    if (m.mode == DeliveryMode::fixed) is_taken |= lapic->accept(x, m.vector, m.trigger);
    if (m.mode == DeliveryMode::nmi) is_taken |= lapic->accept_nmi(x);
    // SMI and INIT are no interrupts of this model, and ExtINT needs an 8259, which is not here.
  }
  return is_taken;
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
