// What is judged on the graph: recoverable, eventually, leads_to, no_cycle.
#pragma once

#include <optional>
#include <vector>

#include "sim/core/fabric.h"
#include "sim/explore/finding.h"
#include "sim/explore/graph.h"

namespace irqloom::explore {

/// Judges the properties of the graph one after the other until `budget` is over; at most one
/// finding for each, appended to `findings`. Returns why it ended early, or Bound::none. `fuse`: as
/// in the exploration that built the graph.
Bound judge_graph(const Fabric& fabric, const Graph& graph, const StateStore& store, bool fuse,
                  const Budget& budget, std::vector<Finding>& findings);

/// A shortest fair execution that breaks an eventually, leads_to or no_cycle property: one that
/// ends for good (fairness owes nobody a step), or a stem and a loop. Its message is the
/// property's.
std::optional<Finding> find_fair_violation(const Graph& graph, const GraphProperty& property);

}  // namespace irqloom::explore
