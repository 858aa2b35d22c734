// The order in which lock classes are taken, as lockdep would see it (kernel/locking/lockdep.c).
//
// An observer outside the world: edges accumulate over everything that was executed, so an
// inversion is found although no single execution deadlocks.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/fabric.h"

namespace irqloom {

class LockGraph {
 public:
  /// Notes that `taken` was acquired while `held` was held. A cycle of classes that this closes is
  /// returned as "a -> b -> a"; only the first time. All locks are of one fabric.
  std::optional<std::string> order(const LockInfo& held, const LockInfo& taken);

  /// Notes an acquisition in a hard interrupt, or with interrupts on. True the first time that the
  /// lock's class was seen in both ways.
  bool irq_use(const LockInfo& taken, bool in_hardirq, bool irqs_on);

 private:
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  struct ClassInfo {
    std::string_view name;  ///< The fabric's.
    bool in_hardirq = false;
    bool irqs_on = false;
    bool reported = false;
  };

  /// The lock's class, which is the node of the same number.
  ClassInfo& info(const LockInfo& lock);
  std::optional<std::string> path(std::size_t from, std::size_t to) const;

  Graph graph_;
  std::vector<ClassInfo> classes_;
};

}  // namespace irqloom
