// handled-by-nobody: an interrupt that no handler wants.
#pragma once

#include "sim/core/property.h"

namespace irqloom {

inline const PropertyTypes::Named handled_by_nobody(
    {"handled-by-nobody", "an interrupt arrives for which there is no handler, or nobody cares",
     "kernel/irq/spurious.c, __report_bad_irq()"});

}  // namespace irqloom
