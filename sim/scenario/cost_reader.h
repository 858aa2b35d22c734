#pragma once

#include "sim/core/cost.h"
#include "sim/scenario/cursor.h"

namespace irqloom::scenario {

/// Reads how long something takes; in the forms
///
///     "20us"                                              fixed
///     "5us..10us" or {"uniform": ["5us", "10us"]}         uniform, both ends included
///     {"choice": {"5us": 3, "50us": 1}}                   weighted; whole weights from 1 to 2^32-1
///     {"exponential": {"mean": "20us", "max": "200us"}}   exponential, never above max >= mean > 0
///
/// The choices come out sorted by time: the order of the document makes no difference to a draw.
/// Throws InputError.
core::CostSpec read_cost(const Cursor& cursor);

}  // namespace irqloom::scenario
