// Deadlocks: cycles in the wait-for graph of one world.
//
// A lock's waiter waits for the owner; an owner that cannot run waits for whoever occupies its
// executor. The search looks at one world only, so a deadlock is found although the rest of the
// fabric still moves. Source of the idea: the design's rule 3; the kernel's lockdep sees only the
// lock edges (kernel/locking/lockdep.c), the hung-task watchdog only the silence.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/exec.h"

namespace irqloom {

inline const PropertyTypes::Named deadlock(
    {"deadlock", "contexts wait for one another's locks and executors in a circle",
     "sim/core/deadlock.h"});
inline const PropertyTypes::Named self_deadlock({"self-deadlock",
                                                 "code waits for itself, within one executor",
                                                 "sim/core/deadlock.h"});

/// `from` cannot take another step before `to` takes one.
struct WaitEdge {
  ContextId from = 0;
  ContextId to = 0;
  LockId lock = no_lock;              ///< The lock that `to` owns, or no_lock...
  ExecutorId executor = no_executor;  ///< ...and then the executor that `to` occupies.

  friend bool operator==(const WaitEdge&, const WaitEdge&) = default;
};

/// A closed chain of edges, which starts with that of the smallest context. Nobody in it will ever
/// step again.
using WaitCycle = std::vector<WaitEdge>;

/// Whether the whole cycle lies within one executor, or is one context: the code waits for itself.
bool is_self_deadlock(const Fabric& fabric, const World& world, const WaitCycle& cycle);

/// The locks of the cycle: "kvm.ioapic.lock", or "a.lock, b.lock".
std::string where_of(const Fabric& fabric, const WaitCycle& cycle);

/// The violation of `deadlock` or `self-deadlock`: "irq0 waits for lock a.lock held by work0; ...".
Violation describe(const Fabric& fabric, const World& world, const WaitCycle& cycle);

/// Finds the cycles of one world after another. Owns scratch memory, so make one and keep it.
class WaitForGraph {
 public:
  explicit WaitForGraph(const Fabric& fabric);

  /// All cycles that a depth-first search closes, in the order of the contexts' ids; empty unless
  /// somebody waits for a lock. `blocked` holds Exec::blocked() of every context of x's world.
  ///
  /// A guard that reads an owned lock (STEP_WHEN(x.can_lock(l) && ..., ...)) is taken as a waiter
  /// for that lock: guards are conjunctions as far as locks are concerned.
  const std::vector<WaitCycle>& find(Exec& x, std::span<const Blocked> blocked);
  /// The same, asking `x` itself who is blocked.
  const std::vector<WaitCycle>& find(Exec& x);

 private:
  bool some_lock_is_owned(const World& world) const;
  void add_lock_edges(Exec& x, std::span<const Blocked> blocked);
  void add_executor_edges(const World& world, ContextId c);
  void visit(const World& world, ContextId c);
  void close(const WaitEdge& back);

  const Fabric& fabric_;
  std::vector<LockId> lock_of_slot_;
  std::vector<std::vector<WaitEdge>> out_;
  std::vector<std::uint8_t> color_;
  std::vector<WaitEdge> path_;
  std::vector<SlotIndex> reads_;
  std::vector<Blocked> asked_;
  std::vector<WaitCycle> cycles_;
};

}  // namespace irqloom
