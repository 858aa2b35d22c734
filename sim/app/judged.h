// What an exploration judged and what not, and what to do about that: for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "sim/app/counterexample.h"
#include "sim/app/scenario.h"
#include "sim/explore/explorer.h"

namespace irqloom::app {

/// A line for each thing that judgements rest on: "judged in every state: deadlock, ...". A witness
/// is given with its length and how to see it; `witnesses` are those of the result.
std::string judged_text(const Scenario& scenario, const explore::Result& result,
                        const std::vector<Counterexample>& witnesses);
/// A line for each reason: "not judged, ...: deadlock, ..."; empty where all was judged.
std::string not_judged_text(const explore::Result& result);

/// [{"property": ..., "how": ...}, ...]
scenario::Json judged_json(const explore::Result& result);
/// [{"property": ..., "reason": ...}, ...]
scenario::Json not_judged_json(const explore::Result& result);

/// What could bring an exploration that a bound ended to its end, a sentence each. Empty where no
/// bound ended it.
std::vector<std::string> advice(const Fabric& fabric, const Scenario& scenario,
                                const explore::Limits& limits, const explore::Result& result);

/// {"max_states": ..., "max_memory": BYTES, "timeout_ms": ...}; null: none.
scenario::Json limits_json(const explore::Limits& limits);

}  // namespace irqloom::app
