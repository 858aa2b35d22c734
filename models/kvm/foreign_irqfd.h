// An irqfd of another VM on an eventfd of this one (virt/kvm/eventfd.c, Linux 6.1.192). KVM refuses
// a second irqfd of an eventfd within one VM only; since Linux 6.17 it refuses it anywhere.
#pragma once

#include "models/eventfd/eventfd.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

/// What it hears is lost for this VM.
class ForeignIrqfd : public Module, public WakeIf {
 public:
  /// `waiter`: its number among the eventfd's waiters. Nothing is owned.
  ForeignIrqfd(const sc_core::sc_module_name& name, Fabric& fabric, Eventfd& eventfd,
               unsigned waiter);

  /// KVM_IRQFD by the other VM's VMM. At most once. The result is 0.
  Call assign(Exec& x) { return x.call(assign_); }
  Call wake(Exec& x, PollKey key) override;
  bool has_priority() const override { return true; }
  void touches(Footprint& footprint) const override { eventfd_.touches(footprint); }

 private:
  void kvm_irqfd_assign(Exec& x, Frame& self);

  Eventfd& eventfd_;
  unsigned waiter_;
  RoutineId assign_;
};

}  // namespace irqloom
