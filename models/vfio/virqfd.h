// A virqfd: an eventfd of user space's that makes VFIO do something.
//
// drivers/vfio/virqfd.c, Linux 6.1.192. Unlike an irqfd it waits without priority and consumes
// nothing: who stands before it on the wait queue decides whether it hears a signal.
#pragma once

#include <memory>
#include <string>

#include "models/eventfd/eventfd.h"
#include "models/seam.h"
#include "sim/core/work.h"

namespace irqloom {

/// What a virqfd makes VFIO do.
class VirqfdHandlerIf : virtual public Touches {
 public:
  /// In the context of whoever signals, under wqh.lock. The value is positive when the rest is
  /// wanted, which is left to a work item.
  virtual Call virqfd_handler(Exec& x) = 0;
};

struct VirqfdState {
  std::uint8_t enabled = 0;  ///< *pvirqfd points to it.
  std::uint8_t reserved = 0;
};

struct VirqfdLocals {
  std::uint8_t events = 0;  ///< What vfs_poll() returned: EPOLLIN or not.
  std::uint8_t reserved[3] = {};
};

class Virqfd : public WakeIf {
 public:
  /// `inject`: the rest of what `handler` does; nullptr: nothing. Nothing is owned.
  Virqfd(Fabric& fabric, std::string name, VirqfdHandlerIf& handler, WorkItem* inject);

  /// The eventfd, on which it is waiter number `waiter`. Not owned.
  void attach(Eventfd& eventfd, unsigned waiter) {
    eventfd_ = &eventfd;
    waiter_ = waiter;
  }
  /// At reset: enabled (the eventfd's wait queue has to be preset beside).
  void preset_enabled() { reset_.enabled = 1; }

  /// vfio_virqfd_enable(): an event that is counted already is handled now, and stays counted. 0,
  /// -EBADF of an eventfd that is closed, or -EBUSY when it is enabled.
  Call enable(Exec& x);
  /// Makes the work that shuts it down: for disable(), and for an eventfd that is closed. During
  /// elaboration.
  void can_go();
  /// vfio_virqfd_disable(): when it returns, nothing is handled any more. Sleeps. The result is 0.
  Call disable(Exec& x);

  Call wake(Exec& x, PollKey key) override;
  /// Atomic parts; not those of the handler.
  void touches(Footprint& footprint) const override;
  Slot<VirqfdState> state() const { return state_; }

 private:
  void virqfd_wakeup(Exec& x, Frame& self);
  void vfio_virqfd_enable(Exec& x, Frame& self, VirqfdLocals& f);
  void vfio_virqfd_disable(Exec& x, Frame& self);
  void virqfd_shutdown(Exec& x, Frame& self);
  void deactivate(Exec& x);
  Calls of_inject() const;

  Fabric& fabric_;
  std::string name_;
  VirqfdHandlerIf& handler_;
  WorkItem* inject_;
  Eventfd* eventfd_ = nullptr;
  unsigned waiter_ = 0;
  Slot<VirqfdState> state_;
  VirqfdState reset_;
  Lock virqfd_lock_;
  RoutineId wakeup_;
  RoutineId enable_;
  RoutineId disable_ = 0;
  std::unique_ptr<WorkItem> shutdown_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::VirqfdState, IRQLOOM_FLAG(enabled), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::VirqfdLocals, IRQLOOM_FLAG(events), IRQLOOM_NUMBER(reserved));
