// Small fabrics and a sink for the tests of the timed scheduler. No interrupts here: the engine
// knows none.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/exec.h"
#include "sim/core/fabric.h"
#include "sim/timed/simcontext.h"
#include "sim/timed/timed.h"

namespace irqloom::test {

struct Number {
  std::uint32_t n = 0;
};

/// What one step of a toy does.
struct Act {
  std::string label;
  std::string cost_key;
  std::function<void(Exec&)> act = [](Exec&) {};
  std::function<bool(Exec&)> guard = [](Exec&) { return true; };
};

struct ScriptLocals {
  std::uint32_t at = 0;
};

/// A routine of up to six steps, made of Acts, once or in a circle.
class Script {
 public:
  std::vector<Act> acts;
  bool circle = false;

  void run(Exec& x, Frame& self);

 private:
  const Act& act(std::size_t i) const { return acts[i]; }
  bool ready(Exec& x, std::size_t i) const { return acts[i].guard(x); }
};

/// A step as a sink saw it, with names instead of ids.
struct Seen {
  std::uint64_t time_ns = 0;
  std::string context;
  std::string label;
  std::uint64_t duration_ns = 0;
  std::uint64_t cause = no_step;
  std::uint64_t flow = 0;
  ContextId id = 0;
  std::uint16_t choice = 0;
  std::vector<std::string> written;
  std::vector<std::string> violated;
};

/// "30 dev raise" for each step: what most tests compare.
std::vector<std::string> lines(const std::vector<Seen>& steps);

class Recorder : public Sink {
 public:
  std::vector<Seen> steps;
  std::vector<std::string> open;  ///< "30 lost: reason" for each OpenViolation, in ns.
  std::uint64_t end_ps = 0;
  std::string verdict;

  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& violation) override;
  void end(std::uint64_t end, const std::string& text) override;

 private:
  const Fabric* fabric_ = nullptr;
};

/// A simulation context with a fabric of scripts. Costs are whole nanoseconds here.
class Rig {
 public:
  timed::FreshSimcontext fresh;
  Fabric fabric;
  timed::CostTable costs;
  timed::TimedOptions options;
  Recorder recorder;

  Rig();

  Slot<Number> number(const std::string& name) { return fabric.reserve<Number>(name); }
  /// Every cost key is "<kind letter><nanoseconds>": "b10" busy, "s10" sleep, "e10" elsewhere.
  ContextId context(const std::string& name, std::vector<Act> acts, bool circle = false,
                    ContextInfo info = {});
  ContextId on(ExecutorId cpu, const std::string& name, std::vector<Act> acts, bool circle = false);
  /// A hardirq-level context that runs `acts` in a circle.
  ContextId irq(ExecutorId cpu, const std::string& name, std::vector<Act> acts);
  /// An optional context that does `act` once, at `ns`.
  ContextId device(const std::string& name, std::uint64_t ns, std::function<void(Exec&)> act);

  /// Ends elaboration; prepare() and run() do it where it was not done.
  void seal();
  /// Runs it with the recorder as sink, and the guards scanned.
  timed::TimedResult run();
  /// For tests that do something before run().
  timed::TimedRun& prepare();

 private:
  std::deque<Script> scripts_;
  std::unique_ptr<timed::TimedRun> run_;
  bool sealed_ = false;
};

/// Common acts: `slot` counts up; a guard that waits for it to be at least `n`.
std::function<void(Exec&)> add_one(Slot<Number> slot);
std::function<bool(Exec&)> at_least(Slot<Number> slot, std::uint32_t n);

}  // namespace irqloom::test

IRQLOOM_FIELDS(irqloom::test::Number, IRQLOOM_NUMBER(n));
IRQLOOM_FIELDS(irqloom::test::ScriptLocals, IRQLOOM_NUMBER(at));
