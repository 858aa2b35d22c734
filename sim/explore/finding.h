// What an exploration found out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
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

/// A broken property with its counterexample, or a `reachable` one with its witness. At most one
/// per (property, where). The path is a shortest one if all states were visited, or if its end
/// shows what it says; of what never comes again, a bound may hide a shorter one.
struct Finding {
  std::string property;
  std::string where;  ///< A step's label, a lock, a device; may be empty.
  std::string message;
  FindingKind kind = FindingKind::safety;
  /// From the initial state. Empty where that one shows it, and for what cannot be reached.
  std::vector<PathStep> path;
  /// A lasso: after the last step the state is again that before path[loop_start].
  std::size_t loop_start = no_loop;
};

/// What a judgement of a property rests on.
enum class How : std::uint8_t {
  counterexample,  ///< An execution that breaks it was found.
  witness,         ///< A state that a `reachable` property asks for was found.
  every_state,     ///< Every reachable state, and every step from each, was looked at.
  every_path       ///< Every fair execution was, on the graph of all states.
};

/// "counterexample", "witness", "every-state" or "every-path".
std::string_view to_string(How how);

/// A property of this name is decided. If it is broken, it may be so at other places too, unless
/// all states were visited.
struct Judged {
  std::string property;
  How how = How::every_state;
};

struct NotJudged {
  std::string property;
  std::string reason;  ///< A clause: "not broken in the 500 states that were visited".
};

struct Stats {
  std::uint64_t states = 0;
  std::uint64_t expanded = 0;  ///< Those from which all steps were taken.
  std::uint64_t transitions = 0;
  std::uint32_t depth = 0;  ///< Steps on the longest of the shortest paths.
  double seconds = 0;
  double states_per_second = 0;  ///< Of the search, without the judging on the graph.
  double bytes_per_state = 0;    ///< Of the store of states, without the graph and the queue.
};

}  // namespace irqloom::explore
