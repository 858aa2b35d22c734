// The benchmarks, one function each. All measure in this process and in interleaved rounds, so that
// what is compared was measured at the same time.
#pragma once

#include <string>

#include "tests/bench/report.h"

namespace irqloom::bench {

/// Nanoseconds per step of the timed scheduler, without traces and with each format, beside a raw
/// SystemC loop, for fabrics of 10 to 10,000 devices.
void measure_timed(Report& report, unsigned rounds);

/// Nanoseconds per handled interrupt, beside a model of the same path with signals and threads.
void measure_interrupts(Report& report, unsigned rounds);

/// States and transitions per second, and bytes per state: the story under every policy, and with
/// more devices.
void measure_explore(Report& report, unsigned rounds);

/// The story once more, beside Spin on tests/bench/oneshot_resample.pml.
void measure_spin(Report& report, unsigned rounds);

/// Milliseconds that `program`, the irqloom binary, takes to start.
void measure_startup(Report& report, const std::string& program);

}  // namespace irqloom::bench
