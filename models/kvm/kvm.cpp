#include "models/kvm/kvm.h"

#include "models/events.h"
#include "models/kvm/resample/policy.h"
#include "models/kvm/resampler.h"

namespace irqloom {

Kvm::Kvm(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config, ApicBus& bus)
    : Module(module_name, fabric),
      routes_(fabric.reserve_array<RouteState>(std::string(name()) + ".route", config.gsis)),
      state_(fabric.reserve<KvmState>(std::string(name()))),
      resampler_lock_(fabric.lock(std::string(name()) + ".resampler_lock",
                                  "kvm->irqfds.resampler_lock", LockKind::sleep)),
      bus_(bus),
      ioapic_label_(fabric.name("IOAPIC")),
      ack_window_(fabric.routine<&Kvm::ack_window>(*this, "kvm_notify_acked_irq",
                                                   "virt/kvm/eventfd.c, Linux 6.1.192")),
      resample_(ResamplePolicy::find(config.resample_policy)),
      ioapic_(std::make_unique<KvmIoapic>("ioapic", fabric, config.ioapic, *this, bus)) {
  gsi.bind(*this);
  const unsigned pins = config.ioapic.pins;
  fabric.at_reset([this, pins](World& w) {
    for (unsigned n = 0; n < routes_.size && n < pins; ++n) {
      w.mut(routes_[n]) = RouteState{RouteType::ioapic, static_cast<std::uint8_t>(n), 0, 0};
    }
  });
}

Kvm::~Kvm() = default;

Call Kvm::set_irq(Exec& x, unsigned source, unsigned n, bool level) {
  x.emit(event::kvm_set_irq, {n, level, source});
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

Resampler* Kvm::registered_resampler(Exec& x, unsigned pin) const {
  for (Resampler* r : resamplers_) {
    const RouteState& route = x.get(routes_[r->gsi()]);
    if (route.type == RouteType::ioapic && route.pin == pin && r->is_registered(x)) return r;
  }
  return nullptr;
}

bool Kvm::has_resampler(Exec& x, unsigned pin) const {
  return registered_resampler(x, pin) != nullptr;
}

Call Kvm::notify_acked_irq(Exec& x, unsigned pin) {
  x.emit(event::kvm_ack_irq, {ioapic_label_, pin});
  if (registered_resampler(x, pin) == nullptr) return Call::done();
  return x.call<PinLocals>(ack_window_, {.pin = static_cast<std::uint8_t>(pin)});
}

// The walk over the ack notifiers, inside irq_srcu.
void Kvm::ack_window(Exec& x, Frame& self, PinLocals& f) {
  ROUTINE();
  ++x.set(state_).ack_readers;
  CALL(registered_resampler(x, f.pin)->policy().ack(x));
  STEP("leave irq_srcu", writes(state_));
  --x.set(state_).ack_readers;
  RETURN(0);
  ROUTINE_END();
}

Call Kvm::fire_mask_notifiers(Exec& x, unsigned pin, bool masked) {
  for (Resampler* r : resamplers_) {
    const RouteState& route = x.get(routes_[r->gsi()]);
    if (route.type == RouteType::ioapic && route.pin == pin && r->hears_mask(x)) {
      return r->policy().mask_changed(x, masked);
    }
  }
  return Call::done();
}

Call Kvm::notify_irqfd_resampler(Exec& x, unsigned pin) {
  return registered_resampler(x, pin)->notify_all(x);
}

void Kvm::touches(Footprint& footprint) const {
  footprint.reads.push_back(as_range(routes_));
  footprint.writes.push_back(range(state_));
  for (const Resampler* r : resamplers_)
    footprint.writes.push_back(range(r->state()));
  bus_.touches(footprint);
}

}  // namespace irqloom
