// Linux 6.1: KVM_IRQFD is refused until the controller is initialised; an injection by user space
// initialises a GICv2, and gets -EBUSY from a GICv3.
#include <cerrno>

#include "models/kvm/vgic/readiness/init_on_demand.h"
#include "models/kvm/vgic/vgic.h"

namespace irqloom {

namespace {

class Linux61 final : public InitOnDemand {
 public:
  using InitOnDemand::InitOnDemand;
  bool accepts_irqfd(Exec& x) const override { return vgic_.vgic_initialized(x); }
};

const VgicReadiness::Register registered{
    {"linux-6.1", "irqfd refused before init; injection initialises a GICv2 (Linux 6.1)",
     "vgic_lazy_init(), kvm_arch_intc_initialized(), Linux 6.1.192", &make_readiness<Linux61>}};

}  // namespace

}  // namespace irqloom
