// A scenario's machine, whatever its architecture.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/platform/parts.h"
#include "sim/app/machine_parts.h"
#include "sim/core/fabric.h"
#include "sim/scenario/cursor.h"

namespace irqloom::app {

// All of these read a scenario's root and throw InputError.

/// Whether there is an architecture by that name, which decides how the rest is read.
void check_architecture(const scenario::Cursor& root);

/// Elaborates it. What is returned owns the models. std::invalid_argument for what the reader does
/// not know to be wrong.
std::shared_ptr<void> build_machine(Fabric& fabric, const scenario::Cursor& root, Mode mode);

topology::Topology describe_machine(const scenario::Cursor& root);

/// Errors first.
std::vector<platform::Problem> problems_of_machine(const scenario::Cursor& root);

/// Names of the devices with a context that raises.
std::vector<std::string> device_names(const scenario::Cursor& root);

/// Its thresholds, those that are the same in both modes too.
std::vector<Threshold> read_thresholds(const scenario::Cursor& root);

}  // namespace irqloom::app
