// Linux 3.18: an injection before the first KVM_RUN is dropped, and the injector told that all is
// well.
#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

namespace {

class Drop final : public ReadyAtFirstRun {
 public:
  using ReadyAtFirstRun::ReadyAtFirstRun;
  Call early_injection(Exec& /*x*/, unsigned /*intid*/, bool /*level*/) override {
    return Call::done();
  }
};

const VgicReadiness::Register registered{{"drop", "dropped silently before the first KVM_RUN",
                                          "kvm_vgic_inject_irq(), Linux 3.18",
                                          &make_readiness<Drop>}};

}  // namespace

}  // namespace irqloom
