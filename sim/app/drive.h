// The two schedulers on a scenario, with what the scenario says about them.
#pragma once

#include <vector>

#include "sim/app/setup.h"
#include "sim/check/outcome.h"
#include "sim/explore/explorer.h"
#include "sim/timed/timed.h"

namespace irqloom::app {

/// A run of a setup made for Mode::run, once. `sinks` may be empty. Ctrl-C ends it early.
timed::TimedResult run_timed(Setup& setup, const Scenario& scenario, std::uint64_t seed,
                             std::vector<Sink*> sinks);

/// Explores a setup made for Mode::explore. Ctrl-C ends it early.
explore::Result explore_all(const Setup& setup, const Scenario& scenario, explore::Limits limits,
                            bool fuse);

/// What can be compared of them.
check::Outcome outcome_of(const timed::TimedResult& result);
check::Outcome outcome_of(const explore::Result& result, const Fabric& fabric, bool fuse);

/// 16 hexadecimal digits.
std::string fingerprint_text(const timed::TimedResult& result);

/// The sentences that say what an exploration takes for granted: smaller thresholds, assumptions.
std::vector<std::string> assumptions_of(const Scenario& scenario, const Setup& setup);

/// "SCENARIO" or "SCENARIO-VARIANT": what files about it are called.
std::string stem_of(const Scenario& scenario);

}  // namespace irqloom::app
