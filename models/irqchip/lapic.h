// A local APIC: one bit per vector in IRR and ISR, priority by class.
//
// Intel SDM vol. 3, 11.8 (handling interrupts) and genirq's users in arch/x86/kernel/apic. The
// registers and their arithmetic are the same in hardware and in KVM's emulation
// (arch/x86/kvm/lapic.c), so both use this; what an EOI sets off differs and is behind EoiIf.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/module.h"
#include "models/seam.h"
#include "sim/world/set_field.h"

namespace irqloom {

struct LapicState {
  std::uint32_t irr[8] = {};  ///< Requested, bit per vector.
  std::uint32_t isr[8] = {};  ///< In service.
  std::uint32_t tmr[8] = {};  ///< Level-triggered when last accepted.
  std::uint8_t tpr = 0;       ///< Task priority; the class is the upper half.
  std::uint8_t enabled = 1;   ///< SPIV bit 8.
  std::uint8_t ldr = 0;       ///< Logical destination, bits 31:24 of the register; flat model.
  std::uint8_t nmi = 0;       ///< Bit 0: requested; bit 1: blocked, since one is being handled.
};

inline constexpr std::string_view vector_noun[] = {"vector"};
inline constexpr std::string_view nmi_labels[] = {"none", "requested", "blocked",
                                                  "requested while blocked"};

class Lapic : public Module {
 public:
  Lapic(const sc_core::sc_module_name& name, Fabric& fabric, unsigned apic_id);

  unsigned apic_id() const { return apic_id_; }
  Slot<LapicState> state() const { return state_; }

  /// Requests the vector (a request that is already there merges). False when software-disabled.
  bool accept(Exec& x, std::uint8_t vector, Trigger trigger);
  /// Requests an NMI, also of a software-disabled APIC. True.
  bool accept_nmi(Exec& x);
  /// Begins a requested NMI, unless they are blocked. Whether there was one.
  bool take_nmi(Exec& x);
  /// Whether the message's destination includes this APIC.
  bool is_addressed(Exec& x, const ApicMessage& message) const;
  /// Whether the vector is requested or in service.
  bool is_pending(Exec& x, std::uint8_t vector) const;
  /// The processor priority register.
  std::uint8_t ppr(Exec& x) const;
  /// The class, 0..15, above which a vector must be.
  unsigned processor_priority(Exec& x) const;
  /// The vector that would be delivered now: the highest request above the processor priority.
  std::optional<std::uint8_t> deliverable(Exec& x) const;
  /// Moves the deliverable vector from IRR to ISR and returns it.
  std::uint8_t acknowledge(Exec& x);
  /// Ends the highest vector in service; nullopt when there is none.
  std::optional<std::uint8_t> end_of_interrupt(Exec& x);
  /// Trigger mode with which the vector was last accepted.
  Trigger trigger(Exec& x, std::uint8_t vector) const;

 private:
  unsigned apic_id_;
  Slot<LapicState> state_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::LapicState, IRQLOOM_SET(irr, irqloom::vector_noun),
               IRQLOOM_SET(isr, irqloom::vector_noun), IRQLOOM_SET(tmr, irqloom::vector_noun),
               IRQLOOM_HEX(tpr), IRQLOOM_FLAG(enabled), IRQLOOM_HEX(ldr),
               IRQLOOM_LABELS(nmi, irqloom::nmi_labels));
