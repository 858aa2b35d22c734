// What the steps of a timed run cost.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sim/core/cost.h"

namespace irqloom::timed {

/// What the time of a step does to the executor of its context.
enum class CostKind : std::uint8_t {
  busy,      ///< Holds it; stands still while a higher level runs there.
  sleep,     ///< Frees it.
  elsewhere  ///< Passes in a device or a timer and concerns no executor.
};

struct StepCost {
  core::CostSpec spec;  ///< Picoseconds.
  CostKind kind = CostKind::busy;
};

/// By cost key, as in StepInfo::cost_key.
using CostTable = std::map<std::string, StepCost, std::less<>>;

}  // namespace irqloom::timed
