// Which vectors' EOI a vCPU passes on to the I/O APIC: vcpu->arch.ioapic_handled_vectors
// (arch/x86/kvm/{x86,ioapic,lapic}.c, Linux 6.1.192).
//
// The set is worked out when the vCPU enters the guest after a request to do so, and is stale until
// then. Stories do without: there every vector is an I/O APIC's.
#pragma once

#include "models/irqchip/apic_bus.h"
#include "models/module.h"

namespace irqloom {

class Kvm;

struct EoiExitState {
  std::uint32_t handled[8] = {};  ///< Bit per vector.
  std::uint8_t requested = 0;     ///< KVM_REQ_SCAN_IOAPIC
  std::uint8_t reserved[3] = {};
};

class EoiExits : public Touches {
 public:
  EoiExits(const std::string& name, Fabric& fabric, Kvm& kvm, unsigned vcpus);

  /// kvm_make_scan_ioapic_request(), and of the vCPUs only that the message would reach.
  void request(Exec& x);
  void request(Exec& x, const ApicMessage& message);
  /// vcpu_scan_ioapic(), if there is a request: at the entry of that vCPU.
  void enter(Exec& x, unsigned vcpu);
  bool handles(Exec& x, unsigned vcpu, std::uint8_t vector) const;
  void touches(Footprint& footprint) const override {
    footprint.writes.push_back(as_range(states_));
  }

 private:
  Kvm& kvm_;
  SlotArray<EoiExitState> states_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::EoiExitState, IRQLOOM_HEX(handled), IRQLOOM_FLAG(requested),
               IRQLOOM_NUMBER(reserved));
