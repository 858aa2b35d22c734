// Proposed in November 2014: a level interrupt that comes before the first KVM_RUN is completed on
// the spot, as if the guest had ended it. The device is unmasked and fires again, until the guest
// runs. An edge is dropped.
#include <cerrno>

#include "models/irqchip/gic_irq.h"
#include "models/kvm/kvm_arm64.h"
#include "models/kvm/vgic/readiness/policy.h"
#include "models/kvm/vgic/vgic.h"

namespace irqloom {

namespace {

class AckAndEagain final : public ReadyAtFirstRun {
 public:
  AckAndEagain(Fabric& fabric, Vgic& vgic)
      : ReadyAtFirstRun(fabric, vgic),
        complete_(fabric.routine<&AckAndEagain::complete>(
            *this, "kvm_set_irq", "KVM: arm: add irqfd support, v4 2/3, November 2014")) {}

  Call early_injection(Exec& x, unsigned intid, bool level) override {
    const unsigned pin = intid - gic::first_spi;
    if (!level || intid < gic::first_spi || !vgic_.kvm().has_resampler(x, pin)) return Call::done();
    return x.call<ReadinessLocals>(complete_, {.intid = static_cast<std::uint16_t>(intid)});
  }

 private:
  void complete(Exec& x, Frame& self, ReadinessLocals& f) {
    ROUTINE();
    CALL(vgic_.kvm().notify_acked_irq(x, f.intid - gic::first_spi));
    LOCAL("completed in the guest's name");
    RETURN(-EAGAIN);
    ROUTINE_END();
  }

  RoutineId complete_;
};

const VgicReadiness::Register registered{
    {"ack-and-eagain", "a level interrupt before the first KVM_RUN is acknowledged at once",
     "KVM: arm: add irqfd support, v4 2/3, November 2014", &make_readiness<AckAndEagain>}};

}  // namespace

}  // namespace irqloom
