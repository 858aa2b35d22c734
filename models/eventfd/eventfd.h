// An eventfd as kernel producers and listeners use it (fs/eventfd.c, kernel/sched/wait.c,
// Linux 6.1).
#pragma once

#include <memory>
#include <vector>

#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

inline constexpr std::size_t eventfd_waiters = 8;  ///< At most, on one wait queue.

struct EventfdState {
  std::uint32_t count = 0;  ///< Pending signals, saturating at the configured limit.
  std::uint8_t queue[eventfd_waiters] = {};  ///< From its head: waiter + 1; 0: none.
  std::uint8_t closed = 0;                   ///< User space has closed its descriptor.
  std::uint8_t holders = 0;                  ///< System calls that hold a reference to the file.
  std::uint8_t reserved[2] = {};
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
  std::uint16_t i = 0;      ///< The place on the wait queue.
  std::uint16_t added = 0;  ///< To the count.
};

class Eventfd : public Module, public SignalIf {
 public:
  sc_core::sc_export<SignalIf> in;
  /// Who may wait on it, at most eventfd_waiters; waiter n is the one that is bound as number n.
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

  // --- the wait queue and the count; whoever calls holds wqh.lock (std::logic_error) -------------

  /// Queues a waiter: by its priority at the head, or behind all that have priority.
  void add_wait_queue(Exec& x, unsigned waiter);
  /// eventfd_ctx_remove_wait_queue(): takes a waiter off and zeroes the count.
  void remove_wait_queue(Exec& x, unsigned waiter);
  /// eventfd_ctx_do_read(): returns the count and zeroes it.
  std::uint32_t drain(Exec& x);

  // --- without it -----------------------------------------------------------------------------

  /// read(2): takes wqh.lock, which nobody holds (std::logic_error), and drains. Atomic.
  std::uint32_t read(Exec& x);
  /// eventfd_poll(), after the waiter was queued.
  std::uint32_t count(Exec& x) const { return x.get(state_).count; }
  bool has_waiters(Exec& x) const { return x.get(state_).queue[0] != 0; }

  // --- its file -------------------------------------------------------------------------------

  /// close(2) of user space's only descriptor: -EBADF when it is closed already. The waiters hear
  /// EPOLLHUP when no system call holds the file any more. Producers may go on signalling.
  Call close(Exec& x);
  bool is_closed(Exec& x) const { return x.get(state_).closed != 0; }
  /// fdget() and fdput(): the last one is where the waiters hear EPOLLHUP.
  void get_file(Exec& x) { ++x.set(state_).holders; }
  Call put_file(Exec& x);

  /// At reset: the first `n` waiters are queued, and the count is `count`.
  void preset(unsigned n, std::uint32_t count);

  /// wqh.lock
  const Lock& lock() const { return lock_; }
  Slot<EventfdState> state() const { return state_; }

 private:
  void eventfd_signal(Exec& x, Frame& self, WalkLocals& f);
  void eventfd_release(Exec& x, Frame& self, WalkLocals& f);
  bool is_queued(Exec& x, std::size_t place) const {
    return place < eventfd_waiters && x.get(state_).queue[place] != 0;
  }
  std::uint32_t take_count(Exec& x);
  Call wake(Exec& x, std::size_t place, PollKey key);
  Call release_if_last(Exec& x);
  void check_locked(const Exec& x) const;

  std::shared_ptr<EventfdLocks> locks_;
  std::uint32_t saturation_;
  Slot<EventfdState> state_;
  Lock lock_;
  std::int64_t label_;
  RoutineId signal_;
  RoutineId release_;
  EventfdState preset_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::EventfdState, IRQLOOM_NUMBER(count), IRQLOOM_NUMBER(queue),
               IRQLOOM_FLAG(closed), IRQLOOM_NUMBER(holders), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::WalkLocals, IRQLOOM_NUMBER(i), IRQLOOM_NUMBER(added));
