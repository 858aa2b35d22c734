// Carries messages to the local APICs that they address.
#pragma once

#include <vector>

#include "models/irqchip/lapic.h"
#include "models/seam.h"

namespace irqloom {

/// Who has to be told when a local APIC has taken a message: KVM, of a vCPU that may be elsewhere.
class NotifiedIf : virtual public Touches {
 public:
  virtual Call notify(Exec& x) = 0;
};

struct DeliveryLocals {
  std::uint8_t apics = 0;  ///< Bit per APIC whose vCPU is still to be told.
  std::uint8_t reserved[3] = {};
};

class ApicBus : public Module, public VectorIf {
 public:
  sc_core::sc_export<VectorIf> messages;

  ApicBus(const sc_core::sc_module_name& name, Fabric& fabric) : Module(name, fabric) {
    messages.bind(*this);
  }
  /// The local APICs, by apic id; not owned.
  void attach(Lapic& lapic) { lapics_.push_back(&lapic); }

  /// Of an attached APIC; not owned. All of a bus have one, or none.
  void attach(NotifiedIf& vcpu);

  bool deliver(Exec& x, const ApicMessage& message) override { return send(x, message) != 0; }
  /// How many APICs took it.
  unsigned send(Exec& x, const ApicMessage& message);
  /// A fixed message to one APIC. True when it is there, enabled, and took it.
  bool accept(Exec& x, unsigned apic_id, std::uint8_t vector, Trigger trigger) {
    return apic_id < lapics_.size() && lapics_[apic_id]->accept(x, vector, trigger);
  }
  /// The APICs that take the message, bit per id, if somebody has to be told of it; otherwise 0. To
  /// be asked in the step that sends it.
  std::uint8_t to_notify(Exec& x, const ApicMessage& message) const;
  /// Tells the vCPUs of those APICs, in the sender's context.
  Call notify(Exec& x, std::uint8_t apics);
  void touches(Footprint& footprint) const override;
  unsigned size() const { return static_cast<unsigned>(lapics_.size()); }
  Lapic& lapic(unsigned apic_id) const { return *lapics_[apic_id]; }

 private:
  Lapic* lowest(Exec& x, const ApicMessage& message) const;
  bool takes(Exec& x, const Lapic& lapic, const ApicMessage& message) const;
  void notify_routine(Exec& x, Frame& self, DeliveryLocals& f);

  std::vector<Lapic*> lapics_;
  std::vector<NotifiedIf*> notified_;  ///< Empty, or by apic id.
  RoutineId notify_ = 0;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::DeliveryLocals, IRQLOOM_HEX(apics), IRQLOOM_NUMBER(reserved));
