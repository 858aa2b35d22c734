// Runs of the islands on the timed scheduler.
#pragma once

#include "tests/bench/window.h"

namespace irqloom::bench {

enum class Format { none, text, jsonl, vcd, perfetto, ftrace };

/// What is counted.
enum class Count {
  steps,      ///< Steps of all contexts.
  interrupts  ///< Devices' interrupts that a driver has handled.
};

/// Who else lives in the simulation context.
enum class Company {
  none,  ///< Nobody.
  other  ///< A process of SystemC's own, so that every instant is one of the kernel's.
};

/// A run of that many devices, traced to a stream that drops everything. Without a trace the steps
/// of the window are counted by running twice: an observer would cost time.
class TimedIslands {
 public:
  TimedIslands(unsigned devices, const Span& span, Count count);

  Sample run(Format format, Company company = Company::none) const;
  /// Contexts of the fabric: processes.
  std::uint64_t contexts() const { return contexts_; }

 private:
  std::uint64_t steps_until(std::uint64_t ps);

  unsigned devices_;
  Span span_;
  Count count_;
  std::uint64_t contexts_ = 0;
  std::uint64_t steps_ = 0;  ///< Of the window; the same in every run.
};

}  // namespace irqloom::bench
