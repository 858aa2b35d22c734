// What is judged on the graph: recoverable, eventually, leads_to, no_cycle.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/core/fabric.h"
#include "sim/explore/finding.h"
#include "sim/explore/graph.h"

namespace irqloom::explore {

struct GraphJudgement {
  std::vector<Finding> findings;        ///< At most one for each property, in their order.
  std::vector<std::string> unexamined;  ///< Names of properties for which no time was left.
  Bound bound = Bound::none;            ///< Why it ended early.
};

/// Judges the properties of the graph one after the other until `budget` is over. Of a graph that
/// is not whole, a finding is as good: it rests on states all of whose edges are known. `fuse`: as
/// in the exploration that built the graph.
GraphJudgement judge_graph(const Fabric& fabric, const Graph& graph, const StateStore& store,
                           bool fuse, const Budget& budget);

/// A shortest fair execution that breaks an eventually, leads_to or no_cycle property: one that
/// ends for good (fairness owes nobody a step), or a stem and a loop. Its message is the
/// property's.
std::optional<Finding> find_fair_violation(const Graph& graph, const GraphProperty& property);

}  // namespace irqloom::explore
