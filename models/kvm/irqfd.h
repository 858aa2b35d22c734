// KVM_IRQFD: an eventfd that raises a GSI (virt/kvm/eventfd.c, Linux 6.1.192).
#pragma once

#include <memory>

#include "models/eventfd/eventfd.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vm.h"
#include "models/module.h"
#include "models/seam.h"
#include "sim/core/work.h"

namespace irqloom {

struct IrqfdState {
  std::uint8_t active = 0;  ///< On kvm->irqfds.items.
  std::uint8_t reserved = 0;
};

struct AssignLocals {
  std::uint8_t events = 0;  ///< What vfs_poll() returned: EPOLLIN or not.
  std::uint8_t srcu = 0;    ///< What srcu_read_lock() returned.
  std::uint8_t reserved[2] = {};
};

struct DeassignLocals {
  std::uint32_t shutdowns = 0;  ///< Of which irqfds were queued when the flush began.
};

/// One binding of an eventfd to a GSI, which may come and go. KVM makes a new object at every
/// assignment; here the next one waits until the former one is shut down.
class Irqfd : public Module, public WakeIf {
 public:
  sc_core::sc_export<WakeIf> waiter;

  /// `resampler` nullptr: a plain irqfd, which pulses source 0. `member`: its number on the
  /// resampler's list. `waiter_index`: its number among the eventfd's waiters. Nothing is owned.
  Irqfd(const sc_core::sc_module_name& name, Fabric& fabric, KvmVm& kvm, Eventfd& eventfd,
        unsigned waiter_index, unsigned gsi, Resampler* resampler, unsigned member);

  /// irqfd_wakeup(). A signal: drains the counter, and injects here if the architecture does;
  /// otherwise the work item does. The eventfd's end: deactivates, unless somebody else has.
  Call wake(Exec& x, PollKey key) override;
  bool has_priority() const override { return true; }
  /// KVM_IRQFD, run by a VMM context: 0, -EAGAIN before there is a controller to raise, -EBADF of
  /// an eventfd that is closed, -EBUSY when it has an irqfd already.
  Call assign(Exec& x);
  void touches(Footprint& footprint) const override;

  // --- how it goes; only after can_go(), during elaboration ------------------------------------

  /// Makes its shutdown work.
  void can_go();
  /// KVM_IRQFD with DEASSIGN, run by a VMM context: after it nothing is injected any more. 0, or
  /// -EBADF of an eventfd that is closed.
  Call deassign(Exec& x);
  /// irqfd_deactivate(), if it is active: off the list, and its shutdown is queued.
  void deactivate(Exec& x);
  /// nullptr before can_go().
  const WorkItem* shutdown_work() const { return shutdown_.get(); }

  /// At reset: assigned.
  void preset_assigned() { reset_.active = 1; }
  WorkItem& inject_work() { return *inject_; }
  Slot<IrqfdState> state() const { return state_; }
  const Eventfd& eventfd() const { return eventfd_; }
  unsigned gsi() const { return gsi_; }
  bool is_active(Exec& x) const { return x.get(state_).active != 0; }

 private:
  void irqfd_wakeup(Exec& x, Frame& self);
  void irqfd_inject(Exec& x, Frame& self);
  void kvm_irqfd_assign(Exec& x, Frame& self, AssignLocals& f);
  void kvm_irqfd_deassign(Exec& x, Frame& self, DeassignLocals& f);
  void irqfd_shutdown(Exec& x, Frame& self);
  void irqfd_resampler_shutdown(Exec& x, Frame& self);
  bool is_shut_down(Exec& x) const { return shutdown_ == nullptr || shutdown_->is_idle(x); }
  Calls of_shutdown() const;

  KvmVm& kvm_;
  Eventfd& eventfd_;
  unsigned waiter_index_;
  unsigned gsi_;
  Resampler* resampler_;
  unsigned member_;
  Slot<IrqfdState> state_;
  IrqfdState reset_;
  Lock resampler_lock_;
  std::unique_ptr<WorkItem> inject_;
  std::unique_ptr<WorkItem> shutdown_;
  RoutineId wakeup_;
  RoutineId assign_;
  RoutineId resampler_shutdown_;
  RoutineId deassign_ = 0;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::IrqfdState, IRQLOOM_FLAG(active), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::AssignLocals, IRQLOOM_FLAG(events), IRQLOOM_NUMBER(srcu),
               IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::DeassignLocals, IRQLOOM_HEX(shutdowns));
