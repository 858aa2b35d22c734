// From a scenario's JSON to the description of an arm64 machine.
#pragma once

#include <string>
#include <vector>

#include "models/platform/arm.h"
#include "sim/app/machine_parts.h"
#include "sim/scenario/cursor.h"

namespace irqloom::app {

/// Reads everything that an arm64 machine is made of from a scenario's root: "platform", "kernel",
/// "policies", "devices", "guest" and "scripts". Throws InputError. Whether the parts fit together
/// is for arm::validate() to say; what an interface of KVM answers, for the machine.
arm::Spec read_arm(const scenario::Cursor& root, Mode mode);

}  // namespace irqloom::app
