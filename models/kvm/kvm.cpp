#include "models/kvm/kvm.h"

#include "models/events.h"
#include "models/kvm/resample/policy.h"
#include "models/kvm/resampler.h"
#include "models/kvm/whole_irqchip.h"

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

Call Kvm::set_irq(Exec& x, unsigned source, unsigned n, bool level) {
  if (whole_) return whole_->set_irq(x, source, n, level, false);
  x.emit(event::kvm_set_irq, {n, level, source});
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

unsigned Kvm::set_msi(Exec& x, unsigned n) { return bus_.send(x, msi_of(x.get(routes_[n]))); }

bool Kvm::set_irq_inatomic(Exec& x, unsigned n) {
  if (n >= routes_.size || x.get(routes_[n]).type != RouteType::msi) return false;
  (void)set_msi(x, n);
  return true;
}

void Kvm::ack_notifiers_changed(Exec& x) {
  if (whole_) whole_->eoi_exits().request(x);
}

Resampler* Kvm::registered_resampler(Exec& x, unsigned pin, IrqChip chip) const {
  if (!whole_) return registered_resampler(x, pin);
  const std::uint32_t n = whole_->gsi_of(x, chip, pin);
  for (Resampler* r : resamplers_) {
    if (n != no_gsi && r->gsi() == n && r->is_registered(x)) return r;
  }
  return nullptr;
}

Resampler* Kvm::registered_resampler(Exec& x, unsigned pin) const {
  if (whole_) return registered_resampler(x, pin, IrqChip::ioapic);
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
  return x.call<PinLocals>(ack_window_, {.pin = static_cast<std::uint8_t>(pin),
                                         .source = static_cast<std::uint8_t>(IrqChip::ioapic)});
}

Call Kvm::notify_acked_irq(Exec& x, unsigned pin, IrqChip chip) {
  if (registered_resampler(x, pin, chip) == nullptr) return Call::done();
  return x.call<PinLocals>(ack_window_, {.pin = static_cast<std::uint8_t>(pin),
                                         .source = static_cast<std::uint8_t>(chip)});
}

// The walk over the ack notifiers, inside irq_srcu. f.source: the chip.
void Kvm::ack_window(Exec& x, Frame& self, PinLocals& f) {
  ROUTINE();
  ++x.set(state_).ack_readers;
  CALL(registered_resampler(x, f.pin, static_cast<IrqChip>(f.source))->policy().ack(x));
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
  for (const Resampler* r : resamplers_) footprint.writes.push_back(range(r->state()));
  bus_.touches(footprint);
  if (whole_) whole_->touches(footprint);
}

}  // namespace irqloom
