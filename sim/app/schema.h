// The JSON Schema (draft-07) of a scenario, for editors that complete and check.
#pragma once

#include <string>

#include "sim/scenario/tree.h"

namespace irqloom::app {

/// The schema. Names of kernels, policies, properties and costs come from their tables.
scenario::Json scenario_schema();

/// Its text, as `irqloom schema` prints it and scenarios/scenario.schema.json holds it.
std::string scenario_schema_text();

}  // namespace irqloom::app
