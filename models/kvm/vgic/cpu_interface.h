// The guest's CPU interface: what the GIC's virtualization extensions make of list registers. The
// guest reads and writes it without KVM: GICV_* of a GICv2, ICV_* of a GICv3.
//
// ARM IHI 0048B.b, chapter 5; ARM IHI 0069H, chapter 6. Five priority bits, all of which count for
// preemption. What the architecture leaves open is as QEMU 7.2 has it: among equal priorities the
// lowest list register goes first, and an EOIR drops the highest running priority whatever INTID it
// names.
#pragma once

#include "models/module.h"
#include "sim/core/footprint.h"

namespace irqloom {

enum class VgicModel : std::uint8_t { v2 = 2, v3 = 3 };  ///< KVM_DEV_TYPE_ARM_VGIC_V2, _V3.

/// GICH_LR / ICH_LR: one interrupt in the hands of the guest.
struct ListRegister {
  std::uint8_t irq = 0;       ///< Vgic's number of the interrupt + 1; 0: never filled.
  std::uint8_t state = 0;     ///< Bit 0 pending, bit 1 active.
  std::uint8_t priority = 0;  ///< The upper five bits.
  std::uint8_t group = 0;
  std::uint8_t eoi = 0;  ///< Maintenance interrupt at deactivation.
  std::uint8_t reserved[3] = {};
};

inline constexpr std::uint8_t lr_pending = 1;
inline constexpr std::uint8_t lr_active = 2;

/// GICH_VMCR, GICH_APR and GICH_HCR.
struct VcpuInterface {
  std::uint32_t apr = 0;        ///< A bit per running priority, 0 is the highest.
  std::uint8_t pmr = 0;         ///< Only higher priorities are signalled.
  std::uint8_t enable[2] = {};  ///< Per group.
  std::uint8_t eoi_mode = 0;    ///< 1: EOIR drops the priority, DIR deactivates.
  std::uint8_t used_lrs = 0;    ///< As KVM filled them; 0: nothing is signalled.
  std::uint8_t underflow = 0;   ///< HCR.UIE: maintenance while at most one register is valid.
  std::uint8_t reserved[2] = {};
};

class VirtualCpuInterface : public Module, public Touches {
 public:
  struct Config {
    VgicModel model = VgicModel::v3;
    unsigned nr_lr = 4;  ///< 1..16
  };

  VirtualCpuInterface(const sc_core::sc_module_name& name, Fabric& fabric, Config config);

  // --- the guest, in guest mode; all atomic ----------------------------------------------------

  /// The virtual IRQ input of the CPU.
  bool irq(Exec& x) const;
  /// GICV_IAR, ICC_IAR1: acknowledges. Vgic's number of the interrupt + 1; 0: spurious (1023).
  unsigned acknowledge(Exec& x);
  /// EOIR and DIR of Vgic's interrupt number + 1; 0: an INTID that has no state.
  void end_of_interrupt(Exec& x, unsigned irq);
  void deactivate(Exec& x, unsigned irq);
  /// The maintenance interrupt, which is a level: MISR.EOI (a register that asked for it has become
  /// invalid) or MISR.U. Of the conditions of IHI 0048B.b 5.3.4 KVM asks for no other.
  bool maintenance(Exec& x) const;
  void write_pmr(Exec& x, std::uint32_t value);
  /// GICC_CTLR of a GICv2, ICC_CTLR_EL1 of a GICv3.
  void write_ctlr(Exec& x, std::uint32_t value);
  void write_igrpen1(Exec& x, std::uint32_t value);

  // --- KVM, out of guest mode ------------------------------------------------------------------

  Slot<ListRegister> lr(unsigned n) const { return lrs_[n]; }
  unsigned nr_lr() const { return lrs_.size; }
  Slot<VcpuInterface> state() const { return state_; }
  /// At reset of the simulation, as the guest's start-up left it.
  void preset(const VcpuInterface& interface) { reset_ = interface; }
  void touches(Footprint& footprint) const override;

 private:
  /// The register that is signalled first, or nr_lr().
  unsigned highest_pending(Exec& x) const;
  unsigned find_active(Exec& x, unsigned irq) const;

  Config config_;
  Slot<VcpuInterface> state_;
  SlotArray<ListRegister> lrs_;
  VcpuInterface reset_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ListRegister, IRQLOOM_NUMBER(irq), IRQLOOM_NUMBER(state),
               IRQLOOM_HEX(priority), IRQLOOM_FLAG(group), IRQLOOM_FLAG(eoi),
               IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::VcpuInterface, IRQLOOM_HEX(apr), IRQLOOM_HEX(pmr), IRQLOOM_FLAG(enable),
               IRQLOOM_FLAG(eoi_mode), IRQLOOM_NUMBER(used_lrs), IRQLOOM_FLAG(underflow),
               IRQLOOM_NUMBER(reserved));
