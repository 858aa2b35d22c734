// The readable timeline: one row per step, in 120 columns.
//
// Two styles. `lanes` has one column per context, and everything about a step stands in the lane of
// the context that took it; up to 8 contexts. `compact` has, for any number of contexts, a strip
// with one character per context (up to 12), the context's name, the step and what it changed.
//
//     time (us)        context   step            what changed, ~ events
//         0.000  *| |  dev0      raise the line  dev0.line 0>1
//         1.250  |* |  hardirq0  mask and wake   ~ irq_mask: irq=16 chip=IO-APIC
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "sim/trace/columns.h"
#include "sim/trace/diff.h"

namespace irqloom::trace {

enum class TextStyle : std::uint8_t {
  automatic,  ///< Lanes for up to 4 contexts (labels stay readable), compact for more.
  lanes,      ///< Lanes for up to 8 contexts, compact for more.
  compact
};

struct TextOptions {
  TextStyle style = TextStyle::automatic;
  bool color = false;  ///< For a terminal whose user did not ask for NO_COLOR.
};

class TextSink : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit TextSink(std::ostream& out, TextOptions options = {}) : out_(out), options_(options) {}

  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& open) override;
  void end(std::uint64_t end_ps, const std::string& verdict) override;

 private:
  void choose_columns();
  void print_title(const TraceInfo& info);
  void lanes_row(const StepRecord& record);
  void compact_row(const StepRecord& record);
  void fill_details(const StepRecord& record, Cell& cell);
  void print_violations(const StepRecord& record);
  void print_alarm(std::string time);
  std::string_view color_of(ContextId context) const;
  void flush();

  std::ostream& out_;
  TextOptions options_;
  const Fabric* fabric_ = nullptr;
  bool lanes_ = false;
  std::vector<Cell> cells_;  // Reused for every row. Compact: time, strip, context, step, details.
  std::vector<Change> changes_;
  std::string item_;
  std::string text_;
};

}  // namespace irqloom::trace
