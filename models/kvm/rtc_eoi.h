// The clock's pin of KVM's I/O APIC: whoever raises it and asks for the status is told that it was
// coalesced for as long as an earlier one has not been ended (struct rtc_status,
// arch/x86/kvm/ioapic.c, Linux 6.1.192).
#pragma once

#include <optional>

#include "models/irqchip/apic_bus.h"
#include "models/module.h"

namespace irqloom {

inline constexpr unsigned max_rtc_vcpus = 8;

struct RtcEoiState {
  std::uint8_t awaited = 0;  ///< dest_map->map: bit per vCPU whose EOI is awaited.
  std::uint8_t reserved[3] = {};
  std::uint8_t vectors[max_rtc_vcpus] = {};  ///< dest_map->vectors
};

class RtcEoi : public Touches {
 public:
  static constexpr unsigned pin = 8;  ///< RTC_GSI

  RtcEoi(const std::string& name, Fabric& fabric, ApicBus& bus, unsigned vcpus);

  /// rtc_irq_check_coalesced()
  bool is_pending(Exec& x) const { return x.get(state_).awaited != 0; }
  /// Notes who is about to accept the message.
  void sent(Exec& x, const ApicMessage& message);
  /// rtc_irq_eoi()
  void ended(Exec& x, unsigned vcpu, std::uint8_t vector);
  /// kvm_rtc_eoi_tracking_restore_all(): from the local APICs, for the entry of the pin.
  void restore(Exec& x, const ApicMessage& message);
  /// The vector whose EOI that vCPU owes.
  std::optional<std::uint8_t> awaited(Exec& x, unsigned vcpu) const;
  void touches(Footprint& footprint) const override { footprint.writes.push_back(range(state_)); }

 private:
  void await(Exec& x, unsigned vcpu, std::uint8_t vector);

  ApicBus& bus_;
  unsigned vcpus_;
  Slot<RtcEoiState> state_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::RtcEoiState, IRQLOOM_HEX(awaited), IRQLOOM_NUMBER(reserved),
               IRQLOOM_HEX(vectors));
