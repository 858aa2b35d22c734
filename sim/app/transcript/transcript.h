// Counterexamples as transcripts: what the VMM and the guest do in them, in the format of the
// recordings (docs/conformance.md), for somebody who can play that on a real kernel.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "sim/app/scenario.h"
#include "sim/app/setup.h"
#include "sim/app/transcript/machine.h"
#include "sim/explore/schedule.h"

namespace irqloom::app::transcript {

/// Throws InputError if the scenario's machine cannot be expressed in a transcript. To be called
/// before an exploration that may take long.
void check_expressible(const Scenario& scenario);

/// The program of one counterexample: the operations of its schedule, their results as the model
/// shows them when they are done one after another, and in notes what a recorder cannot do. A loss
/// that is final is carried on with to where everybody waits. `id` names it; `same_scenario` as in
/// replay(). Throws InputError.
Json program_of(const Scenario& scenario, const Setup& setup, const explore::Schedule& schedule,
                const std::string& id, bool same_scenario);

/// Writes them to a file, one in a line, that appears when it is complete; not at all if there is
/// none. Tells `err` about each what a recorder cannot place and where the sequence departs from
/// the counterexample. Whether the file was written. Throws OutputError.
bool save(const std::string& file, const std::vector<Json>& programs, std::ostream& err);

}  // namespace irqloom::app::transcript
