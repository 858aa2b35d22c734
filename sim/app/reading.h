// What a counterexample says: which of its steps matter, whose work it is about, what injected the
// interrupt and where a loss becomes one. Read from the models' events and from what the steps
// change.
#pragma once

#include <string>
#include <vector>

#include "sim/app/traced_replay.h"
#include "sim/core/fabric.h"
#include "sim/explore/schedule.h"
#include "sim/trace/table_sink.h"

namespace irqloom::app {

struct Reading {
  trace::StepNotes notes;
  /// Without full stops: "dev0's work, raised in step 3, was served in step 50".
  std::vector<std::string> sentences;
};

/// Of a schedule, with its continuation, that was `replayed` on the fabric. Empty where the replay
/// does not show the schedule's violation.
Reading read(const Fabric& fabric, const explore::Schedule& schedule, const Replayed& replayed);

}  // namespace irqloom::app
