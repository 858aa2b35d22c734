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
      irq_srcu_(fabric, std::string(name()) + ".irq_srcu"),
      resampler_lock_(fabric.lock(std::string(name()) + ".resampler_lock",
                                  "kvm->irqfds.resampler_lock", LockKind::sleep)),
      irq_lock_(fabric.lock(std::string(name()) + ".irq_lock", "kvm->irq_lock", LockKind::sleep)),
      irqfds_lock_(
          fabric.lock(std::string(name()) + ".irqfds.lock", "kvm->irqfds.lock", LockKind::spin)),
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

Resampler* KvmVm::listed_resampler(Exec& x, unsigned pin) const {
  const auto found = std::find_if(resamplers_.begin(), resamplers_.end(), [&](Resampler* r) {
    return leads_to(x, r->gsi(), pin) && r->is_listed(x);
  });
  return found == resamplers_.end() ? nullptr : *found;
}

bool KvmVm::has_resampler(Exec& x, unsigned pin) const {
  return listed_resampler(x, pin) != nullptr;
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
  f.srcu = irq_srcu_.read_lock(x);
  CALL(registered_resampler(x, f.pin)->policy().ack(x));
  STEP("leave irq_srcu", calls(irq_srcu_));
  irq_srcu_.read_unlock(x, f.srcu);
  RETURN(0);
  ROUTINE_END();
}

Call KvmVm::notify_irqfd_resampler(Exec& x, unsigned pin) {
  return listed_resampler(x, pin)->notify_all(x);
}

bool KvmVm::has_irqfd_on(Exec& x, const Eventfd& eventfd) const {
  return std::any_of(irqfds_.begin(), irqfds_.end(), [&](const Irqfd* i) {
    return &i->eventfd() == &eventfd && x.get(i->state()).active != 0;
  });
}

std::uint32_t KvmVm::shutdowns(Exec& x) const {
  std::uint32_t under_way = 0;
  std::uint32_t bit = 1;
  for (const Irqfd* i : irqfds_) {
    if (i->shutdown_work() == nullptr) continue;
    if (!i->shutdown_work()->is_idle(x)) under_way |= bit;
    bit <<= 1U;
  }
  return under_way;
}

Calls KvmVm::of_shutdowns() const {
  Calls c;
  for (const Irqfd* i : irqfds_) {
    if (i->shutdown_work() != nullptr) c.callees.push_back(i->shutdown_work());
  }
  return c;
}

const Lock& KvmVm::mask_lock() const {
  throw std::logic_error("this architecture has no mask notifiers");
}

bool KvmVm::is_masked(Exec& /*x*/, unsigned /*gsi*/) const {
  throw std::logic_error("this architecture has no mask notifiers");
}

void KvmVm::touches(Footprint& footprint) const {
  irq_srcu_.touches(footprint);
  for (const Resampler* r : resamplers_)
    footprint.writes.push_back(range(r->state()));
}

}  // namespace irqloom
