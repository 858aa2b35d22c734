// Linux's irq_chip for the GIC in a guest, and what its driver does at start-up: accesses of the
// distributor exit to KVM, those of the CPU interface do not.
//
// drivers/irqchip/irq-gic.c, irq-gic-v3.c and irq-gic-common.c, Linux 6.1.192. The hwirq is the
// INTID.
#pragma once

#include <vector>

#include "models/genirq/gic_entry.h"
#include "models/irqchip/gic_fields.h"
#include "models/kvm/arm_vcpu.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

/// The CPU's side of the virtual GIC.
class GuestGicCpu : public GicCpuIf {
 public:
  explicit GuestGicCpu(ArmVcpu& vcpu) : vcpu_(vcpu) {}
  bool is_signalled(Exec& x) const override { return vcpu_.irq(x); }
  unsigned read_iar(Exec& x) override { return vcpu_.read_iar(x); }
  void touches(Footprint& footprint) const override { vcpu_.touches(footprint); }

 private:
  ArmVcpu& vcpu_;
};

struct GicSetupLocals {
  std::uint32_t value = 0;
  std::uint16_t offset = 0;   ///< Of the register file, or an INTID.
  std::uint8_t per_word = 0;  ///< Interrupts in one register; or: the wanted type is edge.
  std::uint8_t i = 0;
};

struct GicAffinityLocals {
  std::uint16_t hwirq = 0;
  std::uint8_t cpu = 0;
  std::uint8_t is_enabled = 0;
};

class GuestGicChip : public Module, public IrqChipIf {
 public:
  sc_core::sc_export<IrqChipIf> ops;

  /// `spis`: the INTIDs that have state; registers of others are not written. `is_v3` decides how
  /// the CPU interface is switched on.
  GuestGicChip(const sc_core::sc_module_name& name, Fabric& fabric,
               const std::vector<unsigned>& spis, bool is_v3);

  /// Not owned; in the order of their ids.
  void attach(ArmVcpu& vcpu) { vcpus_.push_back(&vcpu); }

  Call irq_mask(Exec& x, unsigned hwirq) override;
  Call irq_unmask(Exec& x, unsigned hwirq) override;
  Call irq_eoi(Exec& x, unsigned hwirq) override;
  Call irq_ack(Exec& /*x*/, unsigned /*hwirq*/) override { return Call::done(); }
  Call irq_retrigger(Exec& x, unsigned hwirq) override;
  /// gic_set_affinity(): ITARGETSR's byte of a GICv2; of a GICv3 IROUTER, while the interrupt is
  /// masked.
  Call irq_set_affinity(Exec& x, unsigned hwirq, unsigned cpu) override;
  void touches(Footprint& footprint) const override;

  /// gic_dist_init() and gic_cpu_init(): every SPI level-triggered, inactive and disabled, then the
  /// distributor and the CPU interface are switched on. It never writes ICPENDR.
  Call init(Exec& x);
  /// What some guests do besides: ICPENDR of every SPI.
  Call clear_pending(Exec& x);
  /// gic_configure_irq(): reads ICFGR, and writes it if the type differs.
  Call set_type(Exec& x, unsigned hwirq, bool edge);

 private:
  void init_routine(Exec& x, Frame& self);
  void clear_pending_routine(Exec& x, Frame& self);
  void write_all_routine(Exec& x, Frame& self, GicSetupLocals& f);
  void set_type_routine(Exec& x, Frame& self, GicSetupLocals& f);
  void set_affinity_v3(Exec& x, Frame& self, GicAffinityLocals& f);
  Call write_bit(Exec& x, unsigned base, unsigned hwirq);
  Call write_all(Exec& x, unsigned base, std::uint32_t value, unsigned per_word);
  ArmVcpu& current(const Exec& x) const;

  std::vector<unsigned> words_;         ///< Of 32 interrupts with state.
  std::vector<unsigned> config_words_;  ///< Of 16.
  bool is_v3_;
  std::vector<ArmVcpu*> vcpus_;
  RoutineId init_;
  RoutineId clear_pending_;
  RoutineId write_all_;
  RoutineId set_type_;
  RoutineId set_affinity_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::GicSetupLocals, IRQLOOM_HEX(value), IRQLOOM_HEX(offset),
               IRQLOOM_NUMBER(per_word), IRQLOOM_NUMBER(i));
IRQLOOM_FIELDS(irqloom::GicAffinityLocals, IRQLOOM_NUMBER(hwirq), IRQLOOM_NUMBER(cpu),
               IRQLOOM_FLAG(is_enabled));
