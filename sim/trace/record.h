// One step as observers see it, and what a trace format implements.
//
// Schedulers (timed run, replay) feed a Tracer; the Tracer adds causes and flows and hands records
// to the sinks. Nothing flows back: a sink never influences a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/fabric.h"

namespace irqloom {

inline constexpr std::uint64_t no_step = ~std::uint64_t{0};

/// What a routine gave its caller; 0 too where none returned.
struct Returned {
  RoutineId routine = 0;
  std::int32_t value = 0;
};

/// Valid during Sink::step() only.
struct StepRecord {
  std::uint64_t seq = 0;          ///< 0, 1, 2, ... in the order of execution.
  std::uint64_t time_ps = 0;      ///< When the step happened; in a replay, seq nanoseconds.
  std::uint64_t duration_ps = 0;  ///< Its cost, which elapses after it; 1 ns in a replay.
  ContextId context = 0;
  RoutineId routine = 0;   ///< Of the step that was chosen; fused local steps have no record.
  std::uint8_t pc = 0;     ///< Label of the step in routines()[routine].steps.
  std::uint8_t depth = 0;  ///< Frames below it on the context's stack.
  std::uint16_t choice = 0;
  std::uint16_t choices = 1;
  std::uint64_t cause = no_step;  ///< The step of another context that made this one ready.
  std::uint64_t flow = 0;         ///< One number per interrupt occurrence; 0: none.
  std::vector<Event> events;      ///< In the order in which they were emitted.
  /// By the routine that ended in this step: the step's, or one that called it and ended too.
  Returned returned;
  std::vector<SlotIndex> written;  ///< Slots whose bytes changed, ascending.
  const World* before = nullptr;
  const World* after = nullptr;
  const std::vector<Violation>* violations = nullptr;
};

/// What is broken although no step breaks it: an obligation that stays open for too long or at the
/// end, a cycle of contexts that wait for each other, what an outsider wrote.
struct OpenViolation {
  Violation violation;
  std::uint64_t time_ps = 0;    ///< When it was broken.
  std::uint64_t seq = no_step;  ///< Of the last step before that.
  std::string reason;           ///< What says so, as a sentence without a stop; may be empty.
};

/// What a trace is of.
struct TraceInfo {
  std::string scenario;
  std::string variant;
  std::string scenario_hash;
  std::string code;                    ///< Whose functions are cited: "Linux 6.1.192".
  bool timed = true;                   ///< False for a replayed counterexample: 1 step = 1 ns.
  std::uint64_t loop_start = no_step;  ///< For a replayed lasso: the step to which it returns.
  /// For a replayed loss: the first step of what follows it, see Schedule::continuation.
  std::uint64_t continuation = no_step;
};

/// A file that belongs beside a trace's.
struct SideFile {
  std::string name;
  std::string text;
};

/// What writes or shows a trace.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void begin(const Fabric& fabric, const TraceInfo& info) = 0;
  virtual void step(const StepRecord& record) = 0;
  /// Between two steps, or after the last one; its time lies between theirs.
  virtual void violated(const OpenViolation& /*open*/) {}
  /// `end_ps`: the time at which the run ended.
  virtual void end(std::uint64_t end_ps, const std::string& verdict) = 0;
  /// After end(), while the fabric lives: what belongs beside a file of that stem.
  virtual std::vector<SideFile> side_files(const std::string& /*stem*/) const { return {}; }
  /// After end(): one line for the user, such as that steps were left out; empty: nothing to say.
  virtual std::string notice() const { return {}; }
};

}  // namespace irqloom
