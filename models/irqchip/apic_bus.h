// Carries messages to the local APICs that they address.
#pragma once

#include <vector>

#include "models/irqchip/lapic.h"
#include "models/seam.h"

namespace irqloom {

class ApicBus : public Module, public VectorIf {
 public:
  sc_core::sc_export<VectorIf> messages;

  ApicBus(const sc_core::sc_module_name& name, Fabric& fabric) : Module(name, fabric) {
    messages.bind(*this);
  }
  /// The local APICs, by apic id; not owned.
  void attach(Lapic& lapic) { lapics_.push_back(&lapic); }

  bool deliver(Exec& x, const ApicMessage& message) override { return send(x, message) != 0; }
  /// How many APICs took it.
  unsigned send(Exec& x, const ApicMessage& message);
  /// A fixed message to one APIC. True when it is there, enabled, and took it.
  bool accept(Exec& x, unsigned apic_id, std::uint8_t vector, Trigger trigger) {
    return apic_id < lapics_.size() && lapics_[apic_id]->accept(x, vector, trigger);
  }
  void touches(Footprint& footprint) const override {
    for (const Lapic* l : lapics_)
      footprint.writes.push_back(range(l->state()));
  }
  unsigned size() const { return static_cast<unsigned>(lapics_.size()); }
  Lapic& lapic(unsigned apic_id) const { return *lapics_[apic_id]; }

 private:
  bool deliver_to_lowest(Exec& x, const ApicMessage& message);

  std::vector<Lapic*> lapics_;
};

}  // namespace irqloom
