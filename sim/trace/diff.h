// What a step changed in the world, field by field, from the field tables.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/trace/record.h"

namespace irqloom::trace {

/// One element of one field that a step changed.
struct Change {
  SlotIndex slot = 0;
  const Field* field = nullptr;  ///< Of the slot's table; static.
  std::uint16_t index = 0;       ///< Element of an array field; 0 otherwise.
  std::uint64_t before = 0;      ///< Zero-extended, as read_field() returns it.
  std::uint64_t after = 0;
};

/// Contexts' stacks have no field table; their headers (ContextState) do.
enum class Stacks : std::uint8_t { skip, headers };

/// What monitors note for themselves, in slots named "ghost....": nothing that the model did.
enum class Ghosts : std::uint8_t { skip, show };

/// Replaces `changes` by those of the step, ascending by slot, then in the order of the table.
void diff(const Fabric& fabric, const StepRecord& record, std::vector<Change>& changes,
          Stacks stacks = Stacks::skip, Ghosts ghosts = Ghosts::skip);

}  // namespace irqloom::trace
