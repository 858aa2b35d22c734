// The costs of the models (models/cost.h) as a scenario changes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/cost.h"
#include "sim/scenario/cursor.h"
#include "sim/timed/cost_table.h"

namespace irqloom::app {

/// "busy", "sleep" or "elsewhere".
std::string_view to_string(core::CostKind kind);

/// The defaults, changed by `costs`, the "costs" object of a scenario (which may be missing): each
/// member is a cost as scenario::read_cost takes it, or {"cost": ..., "kind": ...}. Besides the
/// default keys, "NAME.period" sets the time between the raises of one of `devices`, or before
/// the operations of a script that is listed there; it is in the result only if the scenario names
/// it. Throws InputError.
timed::CostTable read_costs(const scenario::Cursor& costs, const std::vector<std::string>& devices);

/// The key of the time between the raises of `device`.
std::string period_key(std::string_view device);

/// The key of the time between raises of devices without one of their own.
inline constexpr std::string_view common_period_key = "device.period";

}  // namespace irqloom::app
