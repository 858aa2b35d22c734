#include "models/kvm/vgic/readiness/policy.h"

#include <stdexcept>

#include "models/kvm/vgic/vgic.h"

namespace irqloom {

const VgicReadiness::Entry& VgicReadiness::find(std::string_view name) {
  const Entry* entry = Registry<Entry>::find(name);
  if (entry == nullptr)
    throw std::invalid_argument("unknown readiness policy " + std::string(name));
  return *entry;
}

bool VgicReadiness::is_ready(Exec& x) const {
  return vgic_.vgic_initialized(x);
}

bool VgicReadiness::accepts_irqfd(Exec& x) const {
  return vgic_.vgic_initialized(x);
}

bool VgicReadiness::inits_at_first_run() const {
  return vgic_.model() == VgicModel::v2;
}

bool ReadyAtFirstRun::is_ready(Exec& x) const {
  return vgic_.vgic_ready(x);
}

}  // namespace irqloom
