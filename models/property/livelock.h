// livelock: a fair cycle in which a vCPU is entered and leaves before its guest has run, nothing is
// raised and nothing is served.
#pragma once

#include "sim/core/fabric.h"

namespace irqloom {

/// Adds it, for all vCPUs in one.
void add_livelock_property(Fabric& fabric);

}  // namespace irqloom
