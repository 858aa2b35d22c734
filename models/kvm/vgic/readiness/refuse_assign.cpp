// Linux 4.1's check alone: no irqfd before the controller is initialised, so user space has to
// assign it later; an injection by user space gets an error.
#include <cerrno>

#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

namespace {

class RefuseAssign final : public VgicReadiness {
 public:
  using VgicReadiness::VgicReadiness;
  Call early_injection(Exec& /*x*/, unsigned /*intid*/, bool /*level*/) override {
    return Call::done(-EBUSY);
  }
};

const VgicReadiness::Register registered{
    {"refuse-assign", "KVM_IRQFD is refused with -EAGAIN before init",
     "kvm_arch_intc_initialized(), Linux 4.1", &make_readiness<RefuseAssign>}};

}  // namespace

}  // namespace irqloom
