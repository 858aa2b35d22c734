// storm: a fair cycle in which interrupts are taken for ever, whether or not their handlers run,
// nothing is raised and nothing is served.
#pragma once

#include "sim/core/fabric.h"

namespace irqloom {

/// Adds it for the host's and for the guest's handlers.
void add_storm_properties(Fabric& fabric);

}  // namespace irqloom
