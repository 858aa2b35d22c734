// storm: a fair cycle in which handlers run for ever, nothing is raised and nothing is served.
#pragma once

#include "sim/core/fabric.h"

namespace irqloom {

/// Adds it for the host's and for the guest's handlers.
void add_storm_properties(Fabric& fabric);

}  // namespace irqloom
