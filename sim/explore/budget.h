// The bounds of an exploration, and what to tell its user meanwhile.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

namespace irqloom::explore {

/// Why an exploration ended before it had visited everything.
enum class Bound : std::uint8_t { none, max_states, max_memory, timeout, interrupted };

/// For the progress line.
struct Progress {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  double states_per_second = 0;
  std::uint64_t frontier = 0;  ///< States that are known but not expanded.
  std::uint32_t depth = 0;     ///< Steps from the initial state to those that are expanded now.
  std::uint64_t memory = 0;    ///< Bytes, with all else that the process holds.
  std::uint64_t judging = 0;   ///< Bytes more to judge on the graph; 0: no graph is kept.
};

struct Limits {
  std::uint64_t max_states = 0;             ///< 0: no bound.
  std::uint64_t max_memory = 0;             ///< Bytes of the whole process; 0: no bound.
  std::chrono::milliseconds timeout{0};     ///< 0: no bound. For search and judging together.
  const std::atomic<bool>* stop = nullptr;  ///< Set by Ctrl-C; may be nullptr.
  std::function<void(const Progress&)>
      progress;  ///< Called about five times a second; may be empty.
};

/// Watches the limits from its construction on. The bound on states is deterministic; that on
/// memory nearly so: it counts what was allocated since, and what the process held before.
class Budget {
 public:
  explicit Budget(const Limits& limits);

  /// Call before a state is expanded, with `now.memory` without what the process held before. Looks
  /// at the clock once in a while, calls `progress`. Room and time for judging on the graph, if one
  /// is kept, count as used.
  Bound check(Progress now);
  /// Whether to end for another reason than states or memory. Looks at the clock every time.
  Bound is_over() const;
  bool allows_state(std::uint64_t states) const { return states < most_states_; }
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool is_stopped() const;
  bool has_passed(std::chrono::milliseconds time) const;

  const Limits& limits_;
  std::uint64_t most_states_;
  std::uint64_t held_before_;  ///< Bytes.
  Clock::time_point start_;
  Clock::time_point next_report_;
  std::uint32_t calls_ = 0;
};

/// Bytes of memory that the process holds (its resident set, by /proc/self/statm); 0: unknown.
std::uint64_t resident_memory();

}  // namespace irqloom::explore
