// Linux's irq_chip for a GIC with EOImode 1, as a kernel that was booted at EL2 (every host of KVM)
// uses it: the entry has dropped the priority by EOIR, and what ends the interrupt is DIR.
//
// drivers/irqchip/irq-gic.c and irq-gic-v3.c, Linux 6.1.192: gic_eoimode1_mask_irq(),
// gic_eoimode1_eoi_irq(), gic_irq_set_vcpu_affinity().
//
// An interrupt that is forwarded to a vCPU stays active when the host has handled it: its guest
// deactivates it, by the HW bit of the list register (IHI 0048B.b, chapter 5; IHI 0069H, chapter
// 6). Linux 6.1 forwards the interrupts of the arch timers alone (arch/arm64/kvm: who calls
// kvm_vgic_map_phys_irq()), VFIO's are ended by the host.
#pragma once

#include "models/irqchip/gic_chip.h"

namespace irqloom {

/// irq_common_data.state_use_accessors, as far as the chip looks at it.
struct ForwardedIrq {
  std::uint8_t forwarded_to_vcpu = 0;  ///< IRQD_FORWARDED_TO_VCPU
};

class GicEoimode1Chip : public GicChip {
 public:
  using GicChip::GicChip;

  /// Before elaboration ends: this interrupt may be forwarded. Others have no state here.
  void add_forwardable(unsigned hwirq);

  Call irq_mask(Exec& x, unsigned hwirq) override;
  Call irq_eoi(Exec& x, unsigned hwirq) override;
  /// Atomic; the caller holds desc->lock. 0, or -EINVAL for an interrupt that cannot be forwarded.
  std::int32_t irq_set_vcpu_affinity(Exec& x, unsigned hwirq, bool forwarded);
  void touches(Footprint& footprint) const override;

 private:
  struct Forwardable {
    unsigned hwirq;
    Slot<ForwardedIrq> state;
  };
  const Forwardable* find(unsigned hwirq) const;
  bool is_forwarded_to_vcpu(Exec& x, unsigned hwirq) const;

  std::vector<Forwardable> forwardable_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ForwardedIrq, IRQLOOM_FLAG(forwarded_to_vcpu));
