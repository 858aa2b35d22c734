// arch/arm64/kvm/vgic/vgic-irqfd.c, Linux 6.1.192: routes of GSIs to SPIs. An irqchip pin n is
// INTID n + 32, and there is one chip.
#include <algorithm>
#include <cerrno>

#include "models/irqchip/gic_irq.h"
#include "models/kvm/kvm_arm64.h"
#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

namespace {

constexpr unsigned max_gsis = 4096;  // KVM_MAX_IRQ_ROUTES
constexpr unsigned num_pins = 988;   // KVM_IRQCHIP_NUM_PINS

}  // namespace

std::optional<ArmRouteState> KvmArm64::route(Exec& x, unsigned n) const {
  const auto at = std::lower_bound(gsis_.begin(), gsis_.end(), n);
  if (at == gsis_.end() || *at != n) return std::nullopt;
  // Before there were routing tables a GSI led to its SPI by itself.
  if (!vgic_->vgic_initialized(x) && vgic_->readiness().accepts_irqfd(x)) {
    return ArmRouteState{static_cast<std::uint16_t>(n), static_cast<std::uint16_t>(n),
                         ArmRouteType::irqchip};
  }
  return x.get(routes_[static_cast<std::size_t>(at - gsis_.begin())]);
}

// The return value is the injection's; irqfds ignore it.
Call KvmArm64::set_routed_irq(Exec& x, unsigned /*source*/, unsigned n, bool level) {
  const std::optional<ArmRouteState> r = route(x, n);
  if (!r || r->type == ArmRouteType::none) return Call::done(-1);
  if (r->type == ArmRouteType::msi) return Call::done(-ENODEV);
  return vgic_->kvm_vgic_inject_irq(x, r->pin + gic::first_spi, level);
}

// kvm_irq_map_chip_pin() knows the entry of a pin that was listed last.
bool KvmArm64::leads_to(Exec& x, unsigned n, unsigned pin) const {
  const std::optional<ArmRouteState> r = route(x, n);
  if (!r || r->type != ArmRouteType::irqchip || r->pin != pin) return false;
  return std::none_of(gsis_.begin(), gsis_.end(), [&](unsigned other) {
    const std::optional<ArmRouteState> o = route(x, other);
    return o->type == ArmRouteType::irqchip && o->pin == pin && o->order > r->order;
  });
}

bool KvmArm64::can_set_irq_inatomic(Exec& x, unsigned n) const {
  if (!config_.injects_in_atomic || !vgic_->readiness().is_ready(x)) return false;
  const std::optional<ArmRouteState> r = route(x, n);
  return r && r->type == ArmRouteType::irqchip;
}

Call KvmArm64::set_irq_inatomic(Exec& x, unsigned source, unsigned n) {
  return set_routed_irq(x, source, n, true);
}

std::int32_t KvmArm64::set_gsi_routing(Exec& x, const std::vector<Route>& routes) {
  if (is_dead(x)) return -EIO;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const Route& r = routes[i];
    if (r.gsi >= max_gsis || (!r.msi && r.pin >= num_pins)) return -EINVAL;
    // A GSI may lead to one pin of each chip, and there is one chip.
    for (std::size_t k = 0; k < i; ++k) {
      if (routes[k].gsi == r.gsi) return -EINVAL;
    }
  }
  for (unsigned n = 0; n < gsis_.size(); ++n) {
    ArmRouteState& entry = x.set(routes_[n]);
    entry = ArmRouteState{};
    for (std::size_t i = 0; i < routes.size(); ++i) {
      if (routes[i].gsi != gsis_[n]) continue;
      entry.type = routes[i].msi ? ArmRouteType::msi : ArmRouteType::irqchip;
      entry.pin = static_cast<std::uint16_t>(routes[i].pin);
      entry.order = static_cast<std::uint16_t>(i);
    }
  }
  return 0;
}

std::int32_t KvmArm64::signal_msi(Exec& x) const {
  if (is_dead(x)) return -EIO;
  return x.get(vgic_->dist()).in_kernel != 0 ? -ENODEV : -EINVAL;
}

void KvmArm64::default_routes(World& w, unsigned nr_spis) const {
  for (unsigned n = 0; n < gsis_.size(); ++n) {
    const auto pin = static_cast<std::uint16_t>(gsis_[n]);
    w.mut(routes_[n]) =
        pin < nr_spis ? ArmRouteState{pin, pin, ArmRouteType::irqchip} : ArmRouteState{};
  }
}

// Replaces whatever user space has set before.
void KvmArm64::kvm_vgic_setup_default_irq_routing(Exec& x) {
  default_routes(x.world(), x.get(vgic_->dist()).nr_spis);
}

}  // namespace irqloom
