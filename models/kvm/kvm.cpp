#include "models/kvm/kvm.h"

#include "models/events.h"
#include "models/kvm/resample/policy.h"
#include "models/kvm/resampler.h"
#include "models/kvm/whole_irqchip.h"

namespace irqloom {

Kvm::Kvm(const sc_core::sc_module_name& module_name, Fabric& fabric, const Config& config,
         ApicBus& bus)
    : KvmVm(module_name, fabric, "IOAPIC", config.resample_policy),
      routes_(fabric.reserve_array<RouteState>(std::string(name()) + ".route", config.gsis)),
      bus_(bus),
      ioapic_(std::make_unique<KvmIoapic>("ioapic", fabric, config.ioapic, *this, bus)) {
  if (config.whole_for != 0) {
    whole_ = std::make_unique<WholeIrqchip>("irqchip", fabric, *this, config.whole_for);
    return;
  }
  const unsigned pins = config.ioapic.pins;
  fabric.at_reset([this, pins](World& w) {
    for (unsigned n = 0; n < routes_.size && n < pins; ++n) {
      w.mut(routes_[n]) = RouteState{RouteType::ioapic, static_cast<std::uint8_t>(n)};
    }
  });
}

Kvm::~Kvm() = default;

Call Kvm::set_routed_irq(Exec& x, unsigned source, unsigned n, bool level) {
  if (whole_) return whole_->set_irq(x, source, n, level, false);
  if (n >= routes_.size) return Call::done(-1);
  const RouteState& route = x.get(routes_[n]);
  switch (route.type) {
    case RouteType::ioapic:
      return ioapic_->set_irq(x, source, route.pin, level);
    case RouteType::msi:
      if (!level) return Call::done(-1);
      return Call::done(static_cast<std::int32_t>(set_msi(x, n)));
    case RouteType::none:
      break;
  }
  return Call::done(-1);
}

unsigned Kvm::set_msi(Exec& x, unsigned n) {
  return bus_.send(x, msi_of(x.get(routes_[n])));
}

void Kvm::ack_notifiers_changed(Exec& x) {
  if (whole_) whole_->eoi_exits().request(x);
}

bool Kvm::leads_to(Exec& x, unsigned n, unsigned pin) const {
  if (whole_) return whole_->gsi_of(x, pin) == n;
  const RouteState& route = x.get(routes_[n]);
  return route.type == RouteType::ioapic && route.pin == pin;
}

bool Kvm::can_set_irq_inatomic(Exec& x, unsigned n) const {
  return n < routes_.size && x.get(routes_[n]).type == RouteType::msi;
}

Call Kvm::set_irq_inatomic(Exec& x, unsigned /*source*/, unsigned n) {
  return Call::done(static_cast<std::int32_t>(set_msi(x, n)));
}

bool Kvm::is_masked(Exec& x, unsigned n) const {
  return x.get(ioapic_->pin(x.get(routes_[n]).pin)).mask != 0;
}

Call Kvm::notify_pic_acked(Exec& x, unsigned line) {
  x.emit(event::kvm_ack_irq, {whole_->pic_label(line), line});
  return acked(x, first_pic_pin + line);
}

Call Kvm::fire_mask_notifiers(Exec& x, unsigned pin, bool masked) {
  for (Resampler* r : resamplers()) {
    if (leads_to(x, r->gsi(), pin) && r->hears_mask(x)) return r->policy().mask_changed(x, masked);
  }
  return Call::done();
}

void Kvm::touches(Footprint& footprint) const {
  footprint.reads.push_back(as_range(routes_));
  if (ioapic_) ioapic_->touches(footprint);
  KvmVm::touches(footprint);
  bus_.touches(footprint);
  if (whole_) whole_->touches(footprint);
}

IRQLOOM_MODEL("kvm/kvm", "GSI routing, kvm_set_irq(), ack and mask notifiers",
              "virt/kvm/irqchip.c, virt/kvm/eventfd.c, Linux 6.1");

}  // namespace irqloom
