// The part of a simulation that is measured: from a time at which everything has started to its
// end. Elaboration, headers of traces and the first step of every context lie before it.
#pragma once

#include <cstdint>
#include <functional>
#include <systemc>

#include "tests/bench/clock.h"

namespace irqloom::bench {

/// Simulated picoseconds; the window lasts from `start_ps` to `end_ps`.
struct Span {
  std::uint64_t start_ps = 0;
  std::uint64_t end_ps = 0;
};

/// What a simulation did within its window.
struct Sample {
  double seconds = 0;      ///< Of processor time.
  std::uint64_t done = 0;  ///< Steps, activations or interrupts: what was counted.
};

/// Starts to measure when simulated time reaches span.start_ps. To be made before the simulation
/// starts, in the simulation context that it is to measure.
class Window {
 public:
  /// `count` says how much was done so far.
  Window(const Span& span, std::function<std::uint64_t()> count) : count_(std::move(count)) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    sc_core::sc_spawn([this, span, first = true]() mutable { activated(span, first); },
                      sc_core::sc_gen_unique_name("window"), &options);
  }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// The end has come.
  Sample close() const {
    return Sample{processor_seconds() - seconds_before_, count_() - count_before_};
  }

 private:
  void activated(const Span& span, bool& first) {
    if (first) {
      first = false;
      sc_core::next_trigger(sc_core::sc_time::from_value(span.start_ps));
      return;
    }
    count_before_ = count_();
    seconds_before_ = processor_seconds();
  }

  std::function<std::uint64_t()> count_;
  std::uint64_t count_before_ = 0;
  double seconds_before_ = 0;
};

}  // namespace irqloom::bench
