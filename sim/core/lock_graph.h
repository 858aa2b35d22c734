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

namespace irqloom {

class LockGraph {
 public:
  /// Notes that `taken` was acquired while `held` was held. A cycle that this closes is returned as
  /// "a -> b -> a"; only the first time.
  std::optional<std::string> order(std::string_view held, std::string_view taken);

  /// Notes an acquisition in a hard interrupt, or with interrupts on. The class is returned the
  /// first time that it was seen in both ways.
  bool irq_use(std::string_view lock_class, bool in_hardirq, bool irqs_on);

 private:
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  struct ClassInfo {
    std::string name;
    bool in_hardirq = false;
    bool irqs_on = false;
    bool reported = false;
  };

  std::size_t node(std::string_view lock_class);
  std::optional<std::string> path(std::size_t from, std::size_t to) const;

  Graph graph_;
  std::vector<ClassInfo> classes_;
};

}  // namespace irqloom
