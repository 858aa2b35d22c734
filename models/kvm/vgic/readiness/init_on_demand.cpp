// P8, Linux 3.19: initialise at the first injection. A GICv3 cannot: its redistributors have to be
// placed by user space.
#include "models/kvm/vgic/readiness/init_on_demand.h"

#include <cerrno>

#include "models/kvm/vgic/vgic.h"

namespace irqloom {

InitOnDemand::InitOnDemand(Fabric& fabric, Vgic& vgic)
    : VgicReadiness(fabric, vgic),
      lazy_init_(fabric.routine<&InitOnDemand::lazy_init>(
          *this, "vgic_lazy_init", "arch/arm64/kvm/vgic/vgic-init.c, Linux 6.1.192")) {}

Call InitOnDemand::early_injection(Exec& x, unsigned /*intid*/, bool /*level*/) {
  if (vgic_.model() != VgicModel::v2) return Call::done(-EBUSY);
  return x.call(lazy_init_);
}

void InitOnDemand::lazy_init(Exec& x, Frame& self) {
  ROUTINE();
  CALL(vgic_.vgic_init(x));
  LOCAL("initialised or not");
  RETURN(self.result < 0 ? self.result : 1);
  ROUTINE_END();
}

namespace {

const VgicReadiness::Register registered{
    {"init-on-demand", "the first injection initialises a GICv2; a GICv3 answers -EBUSY (3.19)",
     "KVM list, November 2014; Linux 3.19", &make_readiness<InitOnDemand>}};

}  // namespace

}  // namespace irqloom
