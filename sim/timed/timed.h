// The timed scheduler: SystemC's kernel runs every context as a process in simulated time.
//
// A step executes, then its cost elapses. Who is blocked sleeps until a slot that its guard read is
// written. The same enabled() and execute() drive the exhaustive scheduler, so that every timed run
// is one path of the exploration.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/assume.h"
#include "sim/core/exec.h"
#include "sim/core/fabric.h"
#include "sim/timed/cost_table.h"
#include "sim/timed/judge.h"
#include "sim/trace/record.h"

namespace irqloom::timed {

#ifdef NDEBUG
inline constexpr bool scans_by_default = false;
#else
inline constexpr bool scans_by_default = true;
#endif

struct TimedOptions {
  /// Seeds a generator for each context, together with the context's name.
  std::uint64_t seed = 1;
  /// Steps at this time and later are not taken; never_ps: until nothing moves any more.
  std::uint64_t until_ps = never_ps;
  /// A `recoverable` property that stays false for longer is violated, and so is a no_cycle
  /// property whose mark comes again and again for longer with nothing that would end it; never_ps:
  /// the one only at quiescence, the other not at all.
  std::uint64_t patience_ps = never_ps;
  /// More steps than this at one instant end the run: its costs are zero in a circle.
  std::uint64_t steps_per_instant = 1'000'000;
  /// Asks every guard after each step: an enabled sleeper is an InternalError. Slow.
  bool scan_guards = scans_by_default;
  /// Names of the properties to judge, the engine's own among them. Empty: all.
  std::vector<std::string> properties;
  /// Of the scenario; may be null. Must outlive the run.
  const Assumptions* assumptions = nullptr;
  /// Ends the run as soon as it is true; may be null. A signal handler may set it.
  const std::atomic<bool>* interrupted = nullptr;
  /// For the sinks.
  TraceInfo trace;
};

/// Why a run ended.
enum class End : std::uint8_t {
  quiescence,  ///< Nothing was ready or waited for time.
  until,       ///< At TimedOptions::until_ps.
  capacity,    ///< A queue or a stack of the world is full, or time stands still.
  interrupted  ///< By TimedOptions::interrupted.
};

/// A step that an ordering assumption rules out; each assumption is listed once.
struct BrokenAssumption {
  const Assumption* assumption = nullptr;  ///< Owned by TimedOptions::assumptions.
  std::uint64_t seq = 0;
  std::uint64_t time_ps = 0;
};

struct TimedResult {
  /// violated: something is in `findings`; else inconclusive: the run ended before its end.
  Verdict verdict = Verdict::holds;
  End end = End::quiescence;
  std::string reason;             ///< For End::capacity: what was exceeded.
  std::vector<Finding> findings;  ///< The first of each (property, where), by time.
  std::vector<BrokenAssumption> broken_assumptions;
  std::vector<std::string> not_judged;  ///< Names of properties that this run says nothing about.
  std::uint64_t steps = 0;
  std::uint64_t end_time_ps = 0;  ///< Of the last thing that happened, or until_ps.
  std::uint64_t fingerprint = 0;  ///< Of the steps, see TraceFingerprint.
};

class Scheduler;

/// One run of a sealed fabric in the current simulation context.
class TimedRun {
 public:
  /// The fabric and the sinks must outlive the run; the fabric must be sealed. Attaches itself to
  /// the fabric as the execution of outside accesses: who gets it by Fabric::external() and uses it
  /// at once need not poke. Throws std::invalid_argument when a cost key is missing.
  TimedRun(Fabric& fabric, const CostTable& costs, const TimedOptions& options,
           std::vector<Sink*> sinks = {});
  ~TimedRun();
  TimedRun(const TimedRun&) = delete;
  TimedRun& operator=(const TimedRun&) = delete;

  /// Runs SystemC's simulation from now on to the end. Once. Throws what a sink throws, and
  /// InternalError when the engine, a model or SystemC is wrong.
  TimedResult run();

  /// To be called after an outsider wrote the world through exec(): wakes who waited for that and
  /// judges the new state. From any SystemC process, or between elaboration and run().
  void poke();
  Exec& exec();
  const World& world() const;

 private:
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace irqloom::timed
