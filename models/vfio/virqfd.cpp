#include "models/vfio/virqfd.h"

#include <cerrno>
#include <utility>

namespace irqloom {

namespace {

const char* const virqfd_c = "drivers/vfio/virqfd.c, Linux 6.1.192";

}  // namespace

Virqfd::Virqfd(Fabric& fabric, std::string name, VirqfdHandlerIf& handler, WorkItem* inject)
    : fabric_(fabric),
      name_(std::move(name)),
      handler_(handler),
      inject_(inject),
      state_(fabric.reserve<VirqfdState>(name_)),
      virqfd_lock_(fabric.lock(name_ + ".virqfd_lock", "virqfd_lock", LockKind::spin)),
      wakeup_(fabric.routine<&Virqfd::virqfd_wakeup>(*this, "virqfd_wakeup", virqfd_c)),
      enable_(fabric.routine<&Virqfd::vfio_virqfd_enable>(*this, "vfio_virqfd_enable", virqfd_c)) {
  fabric.at_reset([this](World& w) { w.mut(state_) = reset_; });
}

// The count is drained here, whoever else waits.
Call Virqfd::wake(Exec& x, PollKey key) {
  if (key == PollKey::hup) {
    deactivate(x);
    return Call::done();
  }
  eventfd_->drain(x);
  return x.call(wakeup_);
}

void Virqfd::virqfd_wakeup(Exec& x, Frame& self) {
  ROUTINE();
  STEP("the resamplefd wakes the virqfd", calls(handler_));
  CALL(handler_.virqfd_handler(x));
  if (inject_ != nullptr) {
    STEP("schedule the re-send if it is wanted", of_inject());
    if (self.result > 0) inject_->schedule(x);
    RETURN(0);
  }
  LOCAL("handled");
  RETURN(0);
  ROUTINE_END();
}

Call Virqfd::enable(Exec& x) {
  if (eventfd_->is_closed(x)) return Call::done(-EBADF);
  x.pass_lock_irq(virqfd_lock_);
  if (x.get(state_).enabled != 0) return Call::done(-EBUSY);
  x.set(state_).enabled = 1;
  eventfd_->get_file(x);
  return x.call<VirqfdLocals>(enable_);
}

// It is hooked before the count is looked at, as an irqfd is, and nobody reads the count. The file
// is held meanwhile, so that the eventfd does not end.
void Virqfd::vfio_virqfd_enable(Exec& x, Frame& self, VirqfdLocals& f) {
  ROUTINE();
  LOCK_IRQ(eventfd_->lock(), "vfs_poll: hook the wait queue", calls(*eventfd_));
  eventfd_->add_wait_queue(x, waiter_);
  x.unlock_irq(eventfd_->lock());
  STEP("unmask if it was signalled before", calls(*eventfd_), calls(handler_));
  f.events = eventfd_->count(x) != 0 ? 1 : 0;
  if (f.events != 0) {
    CALL(handler_.virqfd_handler(x));
    STEP("schedule the re-send of an early signal", of_inject(), calls(*eventfd_));
    if (inject_ != nullptr && self.result > 0) inject_->schedule(x);
  }
  CALL(eventfd_->put_file(x));
  LOCAL("enabled");
  RETURN(0);
  ROUTINE_END();
}

void Virqfd::can_go() {
  if (shutdown_) return;
  disable_ = fabric_.routine<&Virqfd::vfio_virqfd_disable>(*this, "vfio_virqfd_disable", virqfd_c);
  shutdown_ = std::make_unique<WorkItem>(
      fabric_, name_ + ".shutdown", "host kernel",
      fabric_.routine<&Virqfd::virqfd_shutdown>(*this, "virqfd_shutdown", virqfd_c));
}

void Virqfd::deactivate(Exec& x) {
  x.pass_lock_irq(virqfd_lock_);
  if (x.get(state_).enabled == 0) return;
  x.set(state_).enabled = 0;
  shutdown_->schedule(x);
}

Call Virqfd::disable(Exec& x) {
  return x.call(disable_);
}

void Virqfd::vfio_virqfd_disable(Exec& x, Frame& self) {
  ROUTINE();
  STEP("virqfd_deactivate", cost("ioctl"), writes(state_), calls(*shutdown_));
  deactivate(x);
  SLEEP_WHEN(shutdown_->is_idle(x), "flush_workqueue(vfio_irqfd_cleanup_wq)", calls(*shutdown_));
  RETURN(0);
  ROUTINE_END();
}

void Virqfd::virqfd_shutdown(Exec& x, Frame& self) {
  ROUTINE();
  LOCK_IRQ(eventfd_->lock(), "eventfd_ctx_remove_wait_queue", calls(*eventfd_));
  eventfd_->remove_wait_queue(x, waiter_);
  x.unlock_irq(eventfd_->lock());
  if (inject_ != nullptr) {
    SLEEP_WHEN(inject_->is_idle(x), "flush_work(inject)", of_inject());
  }
  RETURN(0);
  ROUTINE_END();
}

Calls Virqfd::of_inject() const {
  if (inject_ == nullptr) return {};
  return calls(*inject_);
}

void Virqfd::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  if (eventfd_ != nullptr) footprint.writes.push_back(range(eventfd_->state()));
  if (inject_ != nullptr) inject_->touches(footprint);
  if (shutdown_ != nullptr) shutdown_->touches(footprint);
}

}  // namespace irqloom
