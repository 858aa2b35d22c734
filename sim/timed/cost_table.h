// What the steps of a timed run cost.
#pragma once

#include <map>
#include <string>

#include "sim/core/cost.h"

namespace irqloom::timed {

using core::CostKind;

struct StepCost {
  core::CostSpec spec;  ///< Picoseconds.
  CostKind kind = CostKind::busy;
};

/// By cost key, as in StepInfo::cost_key.
using CostTable = std::map<std::string, StepCost, std::less<>>;

}  // namespace irqloom::timed
