// Predicates of a scenario: conditions over named fields of the world.
#pragma once

#include "sim/core/fabric.h"
#include "sim/core/property.h"
#include "sim/scenario/cursor.h"

namespace irqloom::app {

/// Compiles one of
///
///     {"field": "SLOT.FIELD" or "SLOT.FIELD[i]", "is"|"is_not"|"at_least"|"at_most": value}
///     {"at_rest": "CONTEXT"}
///     {"all": [predicates]}, {"any": [predicates]}, {"not": predicate}
///
/// for `fabric`, whose slots and contexts exist and which outlives the predicate. A value is a
/// number, true or false, a label of the field, or the name of a context where the field holds one
/// ("nobody" for none). Throws InputError, which names the nearest slot, field, label or context.
Predicate compile_predicate(const scenario::Cursor& cursor, const Fabric& fabric);

}  // namespace irqloom::app
