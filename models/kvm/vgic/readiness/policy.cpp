#include "models/kvm/vgic/readiness/policy.h"

#include <algorithm>
#include <stdexcept>

#include "models/kvm/vgic/vgic.h"

namespace irqloom {

namespace {

std::vector<VgicReadiness::Entry>& registry() {
  static std::vector<VgicReadiness::Entry> entries;
  return entries;
}

}  // namespace

VgicReadiness::Register::Register(const Entry& entry) {
  registry().push_back(entry);
}

std::vector<VgicReadiness::Entry> VgicReadiness::all() {
  std::vector<Entry> sorted = registry();
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return sorted;
}

const VgicReadiness::Entry& VgicReadiness::find(std::string_view name) {
  for (const Entry& e : registry()) {
    if (e.name == name) return e;
  }
  throw std::invalid_argument("unknown readiness policy " + std::string(name));
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
