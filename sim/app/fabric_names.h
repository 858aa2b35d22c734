// What a scenario can name in its machine: contexts, fields of the world, steps. For the readers of
// names, their proposals, and `irqloom list`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/fabric.h"

namespace irqloom::app {

/// A name, what it stands for in one line, and where that comes from.
struct NamedThing {
  std::string name;
  std::string what;
  std::string source;
};

/// By "before", "context" and "at_rest".
std::vector<NamedThing> contexts_of(const Fabric& fabric);
/// By "field", arrays as SLOT.FIELD[0..N]: their values and what they are at the start.
std::vector<NamedThing> fields_of(const Fabric& fabric);
/// By "routine" and "step", as "ROUTINE: STEP"; each once, whoever takes it.
std::vector<NamedThing> steps_of(const Fabric& fabric);

std::vector<std::string> context_names(const Fabric& fabric);
/// SLOT.FIELD, arrays without an index.
std::vector<std::string> field_names(const Fabric& fabric);
/// Each once, sorted.
std::vector<std::string> routine_names(const Fabric& fabric);
/// Each once, in the order of the routine.
std::vector<std::string> step_names(const Fabric& fabric, const std::string& routine);

/// The greatest value that the field can hold; the least is 0.
std::uint64_t greatest_value(const Fabric& fabric, const SlotInfo& slot, const Field& field);
/// "0 or 1", "\"idle\" or \"busy\"", "a number from 0 to 65535", "a context or \"nobody\"".
std::string values_text(const Fabric& fabric, const SlotInfo& slot, const Field& field);

}  // namespace irqloom::app
