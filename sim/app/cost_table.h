// What the steps of the models cost unless a scenario says otherwise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/cursor.h"
#include "sim/timed/cost_table.h"

namespace irqloom::app {

/// One row of the default table.
struct DefaultCost {
  std::string_view key;   ///< As in STEP(..., cost("key")).
  std::string_view time;  ///< Fixed; as parse_duration reads it.
  timed::CostKind kind = timed::CostKind::busy;
  std::string_view what;    ///< What takes that long.
  std::string_view source;  ///< Where the time comes from: an observation, the code, or "estimate".
};

/// All defaults, sorted by key. Every cost key of the models is there (a test compares).
const std::vector<DefaultCost>& default_costs();

/// "busy", "sleep" or "elsewhere".
std::string_view to_string(timed::CostKind kind);

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
