// How much memory an exploration may take when nobody said it.
#pragma once

#include <cstdint>

namespace irqloom::app {

/// Bytes: half of what the machine has free (MemAvailable of /proc/meminfo), and at most half of
/// what this control group may have (memory.max of cgroup v2), shared by `jobs` (at least 1)
/// explorations at a time. 0, no bound, where the system does not say.
std::uint64_t default_max_memory(unsigned jobs = 1);

}  // namespace irqloom::app
