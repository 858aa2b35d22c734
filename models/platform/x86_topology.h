// The topology of an x86 machine, from its description alone: nothing is elaborated.
#pragma once

#include <vector>

#include "models/platform/parts.h"
#include "models/platform/x86.h"

namespace irqloom::x86 {

using namespace platform;  // NOLINT(google-build-using-namespace): its words are this one's.
using platform::validate;

/// Every possible connection of that machine, from the devices to the guest's drivers and back
/// along the acknowledge path. GSIs, pins and CPUs that no device and no line uses are left out.
/// Takes descriptions with mistakes too: what would lead to something that does not exist leads
/// nowhere. std::invalid_argument when two parts have one name or the resample policy is unknown.
topology::Topology describe(const Spec& spec);

/// Errors first. When names, numbers or references are wrong, only those are reported: what the
/// graph would show follows from them.
std::vector<Problem> validate(const Spec& spec);

}  // namespace irqloom::x86
