// Suggested: back out with an error. An irqfd ignores it; an injector in user space can try again.
#include <cerrno>

#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

namespace {

class Refuse final : public ReadyAtFirstRun {
 public:
  using ReadyAtFirstRun::ReadyAtFirstRun;
  Call early_injection(Exec& /*x*/, unsigned /*intid*/, bool /*level*/) override {
    return Call::done(-EBUSY);
  }
};

const VgicReadiness::Register registered{{"error", "an error before the first KVM_RUN",
                                          "KVM list, November 2014", &make_readiness<Refuse>}};

}  // namespace

}  // namespace irqloom
