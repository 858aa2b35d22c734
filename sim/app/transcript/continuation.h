// Where a counterexample to a liveness property ends: at the state from which what is missing never
// comes. What the interrupt controller and the guest do after that is what a recorder can see of
// the loss.
#pragma once

#include <vector>

#include "sim/app/setup.h"
#include "sim/app/transcript/extraction.h"
#include "sim/explore/schedule.h"

namespace irqloom::app::transcript {

/// The schedule with further steps behind it if it ends in a final loss: each context that is owed
/// its steps goes on until it has to wait, one after another, until all do, or for at most 500
/// steps. Any other schedule, or one under assumptions, as it is. `end`: the world after its last
/// step.
explore::Schedule carried_on(const Setup& setup, const explore::Schedule& schedule, World end);

/// The items with a note where the counterexample ends, if it `holds` what it promises.
std::vector<Item> with_verdict(std::vector<Item> items, const explore::Schedule& schedule,
                               bool holds);

}  // namespace irqloom::app::transcript
