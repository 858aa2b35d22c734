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

/// Measures from open() to close(). `count` says how much was done so far.
class Stopwatch {
 public:
  explicit Stopwatch(std::function<std::uint64_t()> count) : count_(std::move(count)) {}

  void open() {
    count_before_ = count_();
    seconds_before_ = processor_seconds();
  }
  Sample close() const {
    return Sample{processor_seconds() - seconds_before_, count_() - count_before_};
  }

 private:
  std::function<std::uint64_t()> count_;
  std::uint64_t count_before_ = 0;
  double seconds_before_ = 0;
};

/// A process of SystemC's that opens the stopwatch when simulated time reaches `start_ps`. To be
/// made before the simulation starts, in the simulation context that it is to measure.
class Opener {
 public:
  Opener(Stopwatch& stopwatch, std::uint64_t start_ps) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    sc_core::sc_spawn(
        [&stopwatch, start_ps, first = true]() mutable {
          if (first) {
            sc_core::next_trigger(sc_core::sc_time::from_value(start_ps));
          } else {
            stopwatch.open();
          }
          first = false;
        },
        sc_core::sc_gen_unique_name("opener"), &options);
  }
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;
};

}  // namespace irqloom::bench
