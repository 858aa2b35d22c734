// A Mermaid sequence diagram of a (counterexample) trace, for Markdown and issue trackers.
//
// An arrow per step, from the context of its cause to its own, and a note with what it changed. At
// most 60 steps are drawn, the first 20 and the last 40 (the end is where things went wrong), with
// a note about what is left out. Written at end(), since participants come first.
#pragma once

#include <deque>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "sim/trace/diff.h"

namespace irqloom::trace {

class MermaidSink : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit MermaidSink(std::ostream& out) : out_(out) {}

  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& open) override;
  void end(std::uint64_t end_ps, const std::string& verdict) override;

 private:
  struct Drawn {
    std::uint64_t seq = 0;
    ContextId from = 0;
    ContextId to = 0;
    std::string text;  // The arrow and its notes.
  };

  void draw(Drawn drawn);
  void append_notes(std::string& to, const StepRecord& record);
  /// The contexts that are drawn.
  std::set<ContextId> participants() const;
  void print_steps(const std::string& across);

  std::ostream& out_;
  const Fabric* fabric_ = nullptr;
  TraceInfo info_;
  std::vector<ContextId> contexts_;  // [seq]: who took the step, to find the context of a cause.
  std::vector<Drawn> first_;
  std::deque<Drawn> last_;
  std::vector<Change> changes_;
};

}  // namespace irqloom::trace
