// Where a counterexample to a recoverable property ends: at the state from which what is missing
// never comes. What the fabric does after that shows what becomes of the loss.
#pragma once

#include <vector>

#include "sim/core/assume.h"
#include "sim/core/fabric.h"
#include "sim/explore/schedule.h"

namespace irqloom::app {

/// Whether this is a path to a state from which something never comes.
bool is_final_loss(const explore::Schedule& schedule);

/// One of the ways in which a final loss goes on: each context that is owed its steps goes on until
/// it has to wait, or until an assumption keeps it from its step, or until it has gone in a circle;
/// one after another, until all wait or go in a circle, or for at most 500 steps. Empty for any
/// other schedule, and for one that does not fit the fabric. `assumptions` may be empty.
std::vector<explore::ScheduleStep> continuation_of(const Fabric& fabric,
                                                   const Assumptions& assumptions,
                                                   const explore::Schedule& schedule);

/// The schedule with its continuation behind its steps, and no continuation.
explore::Schedule whole(explore::Schedule schedule);

}  // namespace irqloom::app
