// Linux 4.0's KVM_DEV_ARM_VGIC_CTRL_INIT alone: user space initialises when it knows the number of
// vCPUs and interrupts; what comes before that is dropped as ever.
#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

namespace {

class EarlyInit final : public VgicReadiness {
 public:
  using VgicReadiness::VgicReadiness;
  bool accepts_irqfd(Exec& /*x*/) const override { return true; }
  Call early_injection(Exec& /*x*/, unsigned /*intid*/, bool /*level*/) override {
    return Call::done();
  }
};

const VgicReadiness::Register registered{
    {"early-init", "user space initialises early; before that dropped silently",
     "KVM_DEV_ARM_VGIC_CTRL_INIT, Linux 4.0", &make_readiness<EarlyInit>}};

}  // namespace

}  // namespace irqloom
