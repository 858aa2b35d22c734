// The topology of an arm64 machine, from its description alone: nothing is elaborated.
#pragma once

#include <vector>

#include "models/platform/arm.h"
#include "models/platform/parts.h"

namespace irqloom::arm {

/// Every possible connection of that machine, from the devices to the guest's drivers and back
/// along the acknowledge path. std::invalid_argument when two parts have one name.
topology::Topology describe(const Spec& spec);

/// Errors first.
std::vector<platform::Problem> validate(const Spec& spec);

}  // namespace irqloom::arm
