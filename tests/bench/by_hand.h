// What the timed scheduler is compared with: SystemC without irqloom.
#pragma once

#include "tests/bench/window.h"

namespace irqloom::bench {

/// Method processes that do nothing but next_trigger(), as many as the contexts of that many
/// devices on islands, with their delays: counts activations.
Sample run_raw_loop(unsigned devices, const Span& span);

/// How finely the model with signals and threads waits.
enum class Grain {
  step,  ///< Where a context of the islands takes a step.
  hop    ///< Once per component: the same times, but nobody can look in between.
};

/// The islands' devices, wires, I/O APICs, CPUs and handlers, written with sc_signal, SC_METHOD and
/// SC_THREAD as one writes such a model for its own sake: counts interrupts that were handled.
Sample run_signal_model(unsigned devices, const Span& span, Grain grain);

}  // namespace irqloom::bench
