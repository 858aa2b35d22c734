// JSON Lines: the complete trace for programs. Every line is one object with a "type":
//
// - "header", once, first: format "irqloom-trace", format_version, scenario, variant,
//   scenario_hash, code (whose functions are cited), timed, loop_start (or null), contexts [{id,
//   name, layer, comm, cpu, level}] and event_types [{system, name, args: [{name, kind}], format}].
// - "step", per step: seq, t_ps, dur_ps, ctx (id), context, routine, step, source, choice, choices,
//   cause (a seq or null), flow (a number or null), events [{system, name, args: {..}}],
//   changes [{slot, field, index?, old, new, text?}], returned? {routine, value}, where a
//   routine ended with another value than 0, violations [{property, where, message}].
//   old and new are always numbers; index stands at array fields only; text ("idle>pending") where
//   the values have names, or are a set's members.
// - "violation", between two steps or after the last, where no step shows it: t_ps, after (the seq
//   of the last step or null), property, where, message, reason.
// - "end", once, last: end_ps, steps, verdict. A file without it was cut off.
//
// Times are integers in picoseconds. All keys but the three with a question mark are always there.
// The version grows when a key changes its meaning or disappears, not when one is added.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "sim/trace/diff.h"

namespace irqloom::trace {

inline constexpr int jsonl_format_version = 1;

class JsonlSink : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit JsonlSink(std::ostream& out) : out_(out) {}

  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& open) override;
  void end(std::uint64_t end_ps, const std::string& verdict) override;

 private:
  void add_contexts();
  void add_event_types();
  void add_event(const Event& event);
  void add_change(const Change& change);
  void add_violations(const StepRecord& record);
  void flush_line();

  std::ostream& out_;
  const Fabric* fabric_ = nullptr;
  std::uint64_t steps_ = 0;
  std::vector<Change> changes_;
  std::string line_;
};

}  // namespace irqloom::trace
