// A schedule replayed under the sinks of a trace.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/core/fabric.h"
#include "sim/explore/replay.h"
#include "sim/explore/schedule.h"
#include "sim/trace/record.h"

namespace irqloom::app {

/// What a replay says about the schedule's property.
struct Replayed {
  /// Violations of properties that are not judged are left out.
  explore::ReplayResult result;
  Verdict verdict = Verdict::holds;
  std::string reason;  ///< Why it is not conclusive; empty otherwise.
};

/// Replays without a trace. `judged` are names of properties. `same_scenario`: the schedule was
/// found on this very scenario and variant, so that what one path cannot show (that a loss is
/// final) is taken from it.
Replayed replay(const Fabric& fabric, const explore::Schedule& schedule,
                const std::vector<std::string>& judged, bool same_scenario);

/// Replays again, for the sinks, and then as much of the schedule's continuation as fits: a step
/// takes a nanosecond. What `replayed` found broken is shown at the step that showed it, and a loss
/// that is final at the last one of the counterexample. `code` as in TraceInfo.
void trace_replay(const Fabric& fabric, const explore::Schedule& schedule, const Replayed& replayed,
                  std::vector<Sink*> sinks, std::string code = {});

}  // namespace irqloom::app
