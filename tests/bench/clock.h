// What the benchmarks measure with: processor time, so that other programs on the machine cost
// accuracy but do not count, and medians of rounds, so that one disturbed round does not count.
#pragma once

#include <ctime>
#include <vector>

namespace irqloom::bench {

/// Seconds of processor time that this process has used.
inline double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// The middle one, or the mean of the two middle ones. `values` must not be empty.
double median(std::vector<double> values);

}  // namespace irqloom::bench
