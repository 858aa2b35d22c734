#include "models/kvm/kvm.h"

#include "models/kvm/resample/policy.h"
#include "models/kvm/resampler.h"

namespace irqloom {

Kvm::Kvm(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config, ApicBus& bus)
    : KvmVm(module_name, fabric, "IOAPIC", config.resample_policy),
      routes_(fabric.reserve_array<RouteState>(std::string(name()) + ".route", config.gsis)),
      bus_(bus),
      ioapic_(std::make_unique<KvmIoapic>("ioapic", fabric, config.ioapic, *this, bus)) {
  const unsigned pins = config.ioapic.pins;
  fabric.at_reset([this, pins](World& w) {
    for (unsigned n = 0; n < routes_.size && n < pins; ++n) {
      w.mut(routes_[n]) = RouteState{RouteType::ioapic, static_cast<std::uint8_t>(n), 0, 0};
    }
  });
}

Kvm::~Kvm() = default;

Call Kvm::set_routed_irq(Exec& x, unsigned source, unsigned n, bool level) {
  if (n >= routes_.size) return Call::done(-1);
  const RouteState& route = x.get(routes_[n]);
  switch (route.type) {
    case RouteType::ioapic:
      return ioapic_->set_irq(x, source, route.pin, level);
    case RouteType::msi:
      if (!level) return Call::done(-1);
      return Call::done(bus_.accept(x, route.dest, route.vector, Trigger::edge) ? 1 : 0);
    case RouteType::none:
      break;
  }
  return Call::done(-1);
}

bool Kvm::leads_to(Exec& x, unsigned n, unsigned pin) const {
  const RouteState& route = x.get(routes_[n]);
  return route.type == RouteType::ioapic && route.pin == pin;
}

bool Kvm::can_set_irq_inatomic(Exec& x, unsigned n) const {
  return x.get(routes_[n]).type == RouteType::msi;
}

Call Kvm::set_irq_inatomic(Exec& x, unsigned /*source*/, unsigned n) {
  const RouteState& route = x.get(routes_[n]);
  return Call::done(bus_.accept(x, route.dest, route.vector, Trigger::edge) ? 1 : 0);
}

bool Kvm::is_masked(Exec& x, unsigned n) const {
  return x.get(ioapic_->pin(x.get(routes_[n]).pin)).mask != 0;
}

Call Kvm::fire_mask_notifiers(Exec& x, unsigned pin, bool masked) {
  for (Resampler* r : resamplers()) {
    if (leads_to(x, r->gsi(), pin) && r->hears_mask(x)) return r->policy().mask_changed(x, masked);
  }
  return Call::done();
}

void Kvm::touches(Footprint& footprint) const {
  footprint.reads.push_back(as_range(routes_));
  KvmVm::touches(footprint);
  bus_.touches(footprint);
}

}  // namespace irqloom
