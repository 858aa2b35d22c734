// What an exploration found out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/ids.h"
#include "sim/core/verdict.h"

namespace irqloom::explore {

/// One scheduling decision.
struct PathStep {
  ContextId context = 0;
  std::uint16_t choice = 0;

  friend bool operator==(const PathStep&, const PathStep&) = default;
};

inline constexpr std::size_t no_loop = ~std::size_t{0};

/// A broken property with a shortest counterexample. At most one per (property, where).
struct Finding {
  std::string property;
  std::string where;  ///< A step's label, a lock, a device; may be empty.
  std::string message;
  FindingKind kind = FindingKind::safety;
  /// From the initial state. Empty for a `reachable` that never came true.
  std::vector<PathStep> path;
  /// A lasso: after the last step the state is again that before path[loop_start].
  std::size_t loop_start = no_loop;
};

struct Stats {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint32_t depth = 0;  ///< Steps on the longest of the shortest paths.
  double seconds = 0;
  double states_per_second = 0;  ///< Of the first pass.
  double bytes_per_state = 0;    ///< Of the first pass's store, without the frontier.
};

}  // namespace irqloom::explore
