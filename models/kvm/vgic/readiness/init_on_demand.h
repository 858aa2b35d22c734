// The first injection initialises, where nothing has to be chosen first (vgic_lazy_init()).
#pragma once

#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

class InitOnDemand : public VgicReadiness {
 public:
  InitOnDemand(Fabric& fabric, Vgic& vgic);
  bool accepts_irqfd(Exec& /*x*/) const override { return true; }
  Call early_injection(Exec& x, unsigned intid, bool level) override;

 private:
  void lazy_init(Exec& x, Frame& self);

  RoutineId lazy_init_;
};

}  // namespace irqloom
