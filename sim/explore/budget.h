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
  std::uint64_t memory = 0;    ///< Bytes.
  bool second_pass = false;    ///< The graph is being built: states counts again from 0.
};

struct Limits {
  std::uint64_t max_states = 0;             ///< 0: no bound.
  std::uint64_t max_memory = 0;             ///< Bytes; 0: no bound.
  std::chrono::milliseconds timeout{0};     ///< 0: no bound. For all passes together.
  const std::atomic<bool>* stop = nullptr;  ///< Set by Ctrl-C; may be nullptr.
  std::function<void(const Progress&)>
      progress;  ///< Called about five times a second; may be empty.
};

/// Watches the limits from its construction on. Bounds on states and memory are deterministic.
class Budget {
 public:
  explicit Budget(const Limits& limits);

  /// Call once per expanded state. Looks at the clock once in a while, calls `progress`.
  Bound check(Progress now);
  /// Whether to end for another reason than states or memory. Looks at the clock every time.
  Bound is_over() const;
  bool allows_state(std::uint64_t states) const {
    return limits_.max_states == 0 || states < limits_.max_states;
  }
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool is_stopped() const;

  const Limits& limits_;
  Clock::time_point start_;
  Clock::time_point next_report_;
  std::uint32_t calls_ = 0;
};

}  // namespace irqloom::explore
