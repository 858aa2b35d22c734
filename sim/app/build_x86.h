// From a scenario's JSON to the description of an x86 machine.
#pragma once

#include <vector>

#include "models/platform/x86.h"
#include "sim/app/machine_parts.h"
#include "sim/scenario/cursor.h"

namespace irqloom::app {

/// Reads everything that an x86 machine is made of from a scenario's root: "platform", "kernel",
/// "policies", "devices", "guest", "scripts" and "thresholds". Throws InputError. Whether the parts
/// fit together is for x86::validate() to say.
x86::Spec read_x86(const scenario::Cursor& root, Mode mode);

/// The thresholds of that machine, those that are the same in both modes too. Throws InputError.
std::vector<Threshold> read_x86_thresholds(const scenario::Cursor& root);

}  // namespace irqloom::app
