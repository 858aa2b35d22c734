#include "models/vmm/gic_reset.h"

#include <algorithm>

#include "models/cost.h"
#include "models/irqchip/gicd.h"

namespace irqloom {

namespace {

constexpr std::uint32_t every_bit = 0xffffffff;
constexpr std::uint32_t all_level = 0;

}  // namespace

GicReset::GicReset(const sc_core::sc_module_name& module_name, Fabric& fabric, KvmArm64& kvm)
    : Module(module_name, fabric), kvm_(kvm) {
  for (const unsigned n : kvm.config().vgic.spis) {
    if (std::ranges::find(words_, n / 32) == words_.end()) words_.push_back(n / 32);
  }
  const bool is_v3 = kvm.config().vgic.model == VgicModel::v3;
  if (is_v3) {
    put_ = fabric.routine<&GicReset::put>(*this, "kvm_arm_gicv3_put",
                                          "hw/intc/arm_gicv3_kvm.c, QEMU 7.2");
    pending_ = fabric.routine<&GicReset::put_pending_v3>(*this, "kvm_arm_gicv3_put_pending",
                                                         "hw/intc/arm_gicv3_kvm.c, QEMU 7.2");
  } else {
    put_ =
        fabric.routine<&GicReset::put>(*this, "kvm_arm_gic_put", "hw/intc/arm_gic_kvm.c, QEMU 7.2");
    pending_ = fabric.routine<&GicReset::put_pending_v2>(*this, "kvm_arm_gic_put_pending",
                                                         "hw/intc/arm_gic_kvm.c, QEMU 7.2");
  }
}

Call GicReset::reset(Exec& x) {
  return x.call<GicResetLocals>(put_);
}

// Each write is an ioctl of its own: other CPUs' injections fall between them.
void GicReset::put(Exec& x, Frame& self, GicResetLocals& f) {
  ROUTINE();
  STEP("CTLR: off", cost(costs::ioctl), calls(kvm_));
  CALL(kvm_.dist_attr_write(x, gicd_ctlr, 0));
  LOCAL("did it work?");
  if (self.result < 0) {
    RETURN(self.result);
  }
  for (f.i = 0; f.i < words_.size(); ++f.i) {
    STEP("ICENABLER: none is enabled", cost(costs::ioctl), calls(kvm_));
    CALL(kvm_.dist_attr_write(x, gicd_icenabler + words_[f.i] * 4, every_bit));
    STEP("ICFGR: level-triggered, the lower half", cost(costs::ioctl), calls(kvm_));
    CALL(kvm_.dist_attr_write(x, gicd_icfgr + words_[f.i] * 8, all_level));
    STEP("ICFGR: level-triggered, the upper half", cost(costs::ioctl), calls(kvm_));
    CALL(kvm_.dist_attr_write(x, gicd_icfgr + words_[f.i] * 8 + 4, all_level));
    LOCAL("what is pending");
    CALL(x.call<GicResetLocals>(pending_, {.i = f.i}));
    STEP("ICACTIVER: none is active", cost(costs::ioctl), calls(kvm_));
    CALL(kvm_.dist_attr_write(x, gicd_icactiver + words_[f.i] * 4, every_bit));
  }
  LOCAL("all are written");
  RETURN(self.result);
  ROUTINE_END();
}

// A line's level stays what it was.
void GicReset::put_pending_v2(Exec& x, Frame& self, GicResetLocals& f) {
  ROUTINE();
  STEP("ICPENDR: nothing is latched", cost(costs::ioctl), calls(kvm_));
  CALL(kvm_.dist_attr_write(x, gicd_icpendr + words_[f.i] * 4, every_bit));
  LOCAL("written");
  RETURN(self.result);
  ROUTINE_END();
}

// User space's ISPENDR of a GICv3 is the latch itself, and the levels are written too.
void GicReset::put_pending_v3(Exec& x, Frame& self, GicResetLocals& f) {
  ROUTINE();
  STEP("LEVEL_INFO: every line is low", cost(costs::ioctl), calls(kvm_));
  CALL(kvm_.level_info_write(x, words_[f.i] * 32, 0));
  STEP("ISPENDR: nothing is latched", cost(costs::ioctl), calls(kvm_));
  CALL(kvm_.dist_attr_write(x, gicd_ispendr + words_[f.i] * 4, 0));
  LOCAL("written");
  RETURN(self.result);
  ROUTINE_END();
}

IRQLOOM_MODEL("vmm/gic_reset", "the VMM writes the virtual GIC's registers at a system reset",
              "hw/intc/arm_gic_kvm.c, arm_gicv3_kvm.c, QEMU 7.2");

}  // namespace irqloom
