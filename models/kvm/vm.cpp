#include "models/kvm/vm.h"

#include <algorithm>
#include <stdexcept>

#include "models/events.h"
#include "models/kvm/irqfd.h"
#include "models/kvm/resampler.h"

namespace irqloom {

KvmVm::KvmVm(const sc_core::sc_module_name& module_name, Fabric& fabric, std::string_view irqchip,
             std::string_view resample_policy)
    : Module(module_name, fabric),
      state_(fabric.reserve<KvmState>(std::string(name()))),
      resampler_lock_(fabric.lock(std::string(name()) + ".resampler_lock",
                                  "kvm->irqfds.resampler_lock", LockKind::sleep)),
      irqchip_label_(fabric.name(irqchip)),
      ack_window_(fabric.routine<&KvmVm::ack_window>(*this, "kvm_notify_acked_irq",
                                                     "virt/kvm/eventfd.c, Linux 6.1.192")),
      resample_(ResamplePolicy::find(resample_policy)) {
  gsi.bind(*this);
}

Call KvmVm::set_irq(Exec& x, unsigned source, unsigned n, bool level) {
  x.emit(event::kvm_set_irq, {n, level, source});
  return set_routed_irq(x, source, n, level);
}

Resampler* KvmVm::registered_resampler(Exec& x, unsigned pin) const {
  const auto found = std::find_if(resamplers_.begin(), resamplers_.end(), [&](Resampler* r) {
    return leads_to(x, r->gsi(), pin) && r->is_registered(x);
  });
  return found == resamplers_.end() ? nullptr : *found;
}

bool KvmVm::has_resampler(Exec& x, unsigned pin) const {
  return registered_resampler(x, pin) != nullptr;
}

Call KvmVm::notify_acked_irq(Exec& x, unsigned pin) {
  x.emit(event::kvm_ack_irq, {irqchip_label_, pin});
  return acked(x, pin);
}

Call KvmVm::acked(Exec& x, unsigned pin) {
  if (registered_resampler(x, pin) == nullptr) return Call::done();
  return x.call<AckLocals>(ack_window_, {.pin = static_cast<std::uint16_t>(pin)});
}

// The walk over the ack notifiers, inside irq_srcu.
void KvmVm::ack_window(Exec& x, Frame& self, AckLocals& f) {
  ROUTINE();
  ++x.set(state_).ack_readers;
  CALL(registered_resampler(x, f.pin)->policy().ack(x));
  STEP("leave irq_srcu", writes(state_));
  --x.set(state_).ack_readers;
  RETURN(0);
  ROUTINE_END();
}

Call KvmVm::notify_irqfd_resampler(Exec& x, unsigned pin) {
  return registered_resampler(x, pin)->notify_all(x);
}

bool KvmVm::has_irqfd_on(Exec& x, const Eventfd& eventfd) const {
  return std::any_of(irqfds_.begin(), irqfds_.end(), [&](const Irqfd* i) {
    return &i->eventfd() == &eventfd && x.get(i->state()).active != 0;
  });
}

const Lock& KvmVm::mask_lock() const {
  throw std::logic_error("this architecture has no mask notifiers");
}

bool KvmVm::is_masked(Exec& /*x*/, unsigned /*gsi*/) const {
  throw std::logic_error("this architecture has no mask notifiers");
}

void KvmVm::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  for (const Resampler* r : resamplers_)
    footprint.writes.push_back(range(r->state()));
}

}  // namespace irqloom
