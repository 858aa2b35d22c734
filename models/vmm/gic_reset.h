// The VMM's reset of the virtual GIC's registers at a system reset: what QEMU writes from its own,
// freshly reset copy of them. Whoever drives the lines is not told.
//
// QEMU 7.2, hw/intc/arm_gic_kvm.c: kvm_arm_gic_put(); hw/intc/arm_gicv3_kvm.c:
// kvm_arm_gicv3_put(). Registers of interrupts without state are left out.
#pragma once

#include <vector>

#include "models/kvm/kvm_arm64.h"
#include "models/module.h"

namespace irqloom {

struct GicResetLocals {
  std::uint8_t i = 0;
  std::int8_t error = 0;
  std::uint8_t reserved[2] = {};
};

class GicReset : public Module {
 public:
  GicReset(const sc_core::sc_module_name& name, Fabric& fabric, KvmArm64& kvm);

  /// 0, or the -errno of the first write that failed: the rest is not done then.
  Call reset(Exec& x);

 private:
  void put(Exec& x, Frame& self, GicResetLocals& f);
  void put_pending_v2(Exec& x, Frame& self, GicResetLocals& f);
  void put_pending_v3(Exec& x, Frame& self, GicResetLocals& f);

  KvmArm64& kvm_;
  std::vector<unsigned> words_;  ///< Of 32 interrupts with state.
  RoutineId put_;
  RoutineId pending_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::GicResetLocals, IRQLOOM_NUMBER(i), IRQLOOM_NUMBER(error),
               IRQLOOM_NUMBER(reserved));
