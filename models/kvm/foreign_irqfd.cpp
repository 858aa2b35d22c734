#include "models/kvm/foreign_irqfd.h"

namespace irqloom {

ForeignIrqfd::ForeignIrqfd(const sc_core::sc_module_name& module_name, Fabric& fabric,
                           Eventfd& eventfd, unsigned waiter)
    : Module(module_name, fabric),
      eventfd_(eventfd),
      waiter_(waiter),
      assign_(fabric.routine<&ForeignIrqfd::kvm_irqfd_assign>(
          *this, "kvm_irqfd_assign", "virt/kvm/eventfd.c, Linux 6.1.192")) {}

Call ForeignIrqfd::wake(Exec& x, PollKey key) {
  if (key == PollKey::hup) return Call::done();
  eventfd_.drain(x);
  return Call::done(1);  // An exclusive waiter: the event is consumed.
}

void ForeignIrqfd::kvm_irqfd_assign(Exec& x, Frame& self) {
  ROUTINE();
  LOCK_IRQ(eventfd_.lock(), "vfs_poll: hook the wait queue", cost("kvm.assign"), calls(eventfd_));
  eventfd_.add_wait_queue(x, waiter_);
  x.unlock_irq(eventfd_.lock());
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
