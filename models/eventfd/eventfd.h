// An eventfd as kernel producers and listeners use it (fs/eventfd.c, Linux 6.1).
#pragma once

#include <memory>
#include <vector>

#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct EventfdState {
  std::uint32_t count = 0;   ///< Pending signals, saturating at the configured limit.
  std::uint32_t hooked = 0;  ///< Bit per waiter on the wait queue.
};

/// The wait-queue locks of all eventfds of a fabric: whether a task is inside a wake walk.
class EventfdLocks {
 public:
  void add(const Lock& lock) { locks_.push_back(lock); }
  /// task->in_eventfd: the context is in the wake walk of some eventfd.
  bool in_eventfd(const Exec& x) const {
    for (const Lock& l : locks_) {
      if (x.holds(l)) return true;
    }
    return false;
  }

 private:
  std::vector<Lock> locks_;
};

struct WalkLocals {
  std::uint16_t i = 0;      ///< The waiter to call.
  std::uint16_t added = 0;  ///< To the count.
};

class Eventfd : public Module, public SignalIf {
 public:
  sc_core::sc_export<SignalIf> in;
  /// At most 32; the order of binding is the order of the wait queue (an irqfd, which adds itself
  /// with priority at the head, comes first).
  sc_core::sc_port<WakeIf, 0, sc_core::SC_ZERO_OR_MORE_BOUND> waiters;

  /// `saturation`: the largest count that is told apart. In-kernel listeners only ask whether it is
  /// zero, so 1 is exact for them; a reader in user space needs the real count.
  Eventfd(const sc_core::sc_module_name& name, Fabric& fabric, std::shared_ptr<EventfdLocks> locks,
          std::uint32_t saturation = 1);

  /// eventfd_signal(): a signal from inside a wake callback of the same task is dropped.
  Call signal(Exec& x) override;
  /// A write(2) of `n` by user space (eventfd_write); one of 0 wakes the waiters too.
  Call write(Exec& x, std::uint16_t n);
  void touches(Footprint& footprint) const override;

  /// Adds waiter `index` to the wait queue / takes it off. Atomic (under wqh.lock).
  void hook(Exec& x, unsigned index) { x.set(state_).hooked |= 1U << index; }
  void unhook(Exec& x, unsigned index) { x.set(state_).hooked &= ~(1U << index); }
  /// eventfd_ctx_do_read(): returns the count and zeroes it.
  std::uint32_t drain(Exec& x);
  std::uint32_t count(Exec& x) const { return x.get(state_).count; }
  /// At reset: the first `n` waiters are hooked, and the count is `count`.
  void preset(std::uint32_t hooked, std::uint32_t count);

  const Lock& lock() const { return lock_; }
  Slot<EventfdState> state() const { return state_; }

 private:
  void eventfd_signal(Exec& x, Frame& self, WalkLocals& f);
  bool is_hooked(Exec& x, unsigned index) const {
    return (x.get(state_).hooked >> index & 1U) != 0;
  }

  std::shared_ptr<EventfdLocks> locks_;
  std::uint32_t saturation_;
  Slot<EventfdState> state_;
  Lock lock_;
  std::int64_t label_;
  RoutineId signal_;
  EventfdState preset_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::EventfdState, IRQLOOM_NUMBER(count), IRQLOOM_HEX(hooked));
IRQLOOM_FIELDS(irqloom::WalkLocals, IRQLOOM_NUMBER(i), IRQLOOM_NUMBER(added));
