// The kernel that a VM was recorded on, as policies.
#pragma once

#include "sim/app/conform/record.h"
#include "sim/app/kernel.h"

namespace irqloom::app::conform {

/// What a kernel version that nobody here knows counts as.
enum class UnknownKernel : std::uint8_t {
  refused,   ///< As a mistake in the program.
  linux_6_1  ///< And so does a program that names none.
};

/// What the recorded kernel does at every seam: that of "kernel", a version of kernels() without
/// "linux-" that anything may follow after a dot, as in "6.1.0-56-arm64"; and what "policies", by
/// PolicySeam::key, says of patches that it carries. Throws BadRecord.
Policies recorded_policies(const Record& config, UnknownKernel unknown);

}  // namespace irqloom::app::conform
