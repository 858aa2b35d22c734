// The registers of a vCPU's local APIC as its guest accesses them (arch/x86/kvm/lapic.c, Linux
// 6.1.192, xAPIC mode). The bitmaps and priorities are the Lapic's.
#pragma once

#include "models/kvm/kvm.h"
#include "models/module.h"

namespace irqloom {

struct ApicPageState {
  std::uint32_t lvt0 = 0x10000;  ///< LVT LINT0; masked.
  std::uint32_t spiv = 0x1ff;    ///< Spurious vector, and bit 8: enabled.
  std::uint32_t icr2 = 0;        ///< The upper half of the interrupt command.
};

/// Offsets of the registers (Intel SDM vol. 3, table 11-1).
namespace apic {
inline constexpr std::uint64_t id = 0x20;
inline constexpr std::uint64_t version = 0x30;
inline constexpr std::uint64_t tpr = 0x80;
inline constexpr std::uint64_t ppr = 0xa0;
inline constexpr std::uint64_t eoi = 0xb0;
inline constexpr std::uint64_t ldr = 0xd0;
inline constexpr std::uint64_t spiv = 0xf0;
inline constexpr std::uint64_t isr = 0x100;
inline constexpr std::uint64_t tmr = 0x180;
inline constexpr std::uint64_t irr = 0x200;
inline constexpr std::uint64_t icr = 0x300;
inline constexpr std::uint64_t icr2 = 0x310;
inline constexpr std::uint64_t lvt0 = 0x350;
inline constexpr std::uint32_t self = 1U << 18;  ///< Destination shorthand of the ICR.
}  // namespace apic

class ApicPage : public Module {
 public:
  /// `kvm` has a whole irqchip.
  ApicPage(const sc_core::sc_module_name& name, Fabric& fabric, Kvm& kvm, Lapic& lapic);

  /// Whether this page has a register there, as far as it is modelled.
  static bool has(std::uint64_t offset);
  Call write(Exec& x, std::uint64_t offset, std::uint32_t value);
  std::uint32_t read(Exec& x, std::uint64_t offset) const;

  /// kvm_apic_accept_pic_intr(): LINT0 is open and in mode ExtINT.
  bool accepts_pic(Exec& x) const;
  /// kvm_cpu_has_injectable_intr()
  bool has_interrupt(Exec& x) const;
  /// kvm_cpu_get_interrupt(): the 8259 pair goes before the local APIC. The value is the vector;
  /// there is an interrupt.
  Call take_interrupt(Exec& x);
  /// The vCPU enters the guest: requests that wait for that are served.
  void enter(Exec& x);

  Lapic& lapic() const { return lapic_; }

 private:
  Call end_of_interrupt(Exec& x);
  void set_spiv(Exec& x, std::uint32_t value);
  void send_ipi(Exec& x, std::uint32_t command);
  std::uint32_t read_bitmap(Exec& x, std::uint64_t offset) const;

  Kvm& kvm_;
  Lapic& lapic_;
  Slot<ApicPageState> state_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ApicPageState, IRQLOOM_HEX(lvt0), IRQLOOM_HEX(spiv), IRQLOOM_HEX(icr2));
