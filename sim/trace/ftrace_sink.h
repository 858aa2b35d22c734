// Text as the kernel's trace_pipe prints it, so that whatever reads those reads these:
//
//      kworker/0:2-1003    [000] ...1.     4.639830: kvm_ioapic_set_irq: pin 20 dst 0 vec 81 (...)
//
// comm-pid, [cpu], irqs-off / need-resched / hardirq / preempt-depth / migrate-disable, seconds,
// event, arguments (kernel/trace/trace_output.c: trace_print_context(), Linux 6.12). The pid is
// 1000 + the context's id; a map of them is in the header. need-resched and migrate-disable are not
// modelled and stay '.'.
//
// An event's place within its step is not known, so it gets the stricter of the interrupt and
// preemption states before and after the step. What is broken is "irqloom_violation: property=..
// where=.. why=..", in the task that broke it or in <idle>-0, where no task did.
#pragma once

#include <ostream>
#include <string>

#include "sim/trace/record.h"

namespace irqloom::trace {

struct FtraceOptions {
  /// Nine digits after the point instead of six, as `trace-cmd report -t`. Good for replays, where
  /// a step is a nanosecond.
  bool nanoseconds = false;
  /// Steps without events appear too, every step as "irqloom_step: routine=.. step=..".
  bool all_steps = false;
};

class FtraceSink : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit FtraceSink(std::ostream& out, FtraceOptions options = {})
      : out_(out), options_(options) {}

  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& open) override;
  void end(std::uint64_t end_ps, const std::string& verdict) override;

 private:
  void start_line(const StepRecord& record);
  void append_time(std::uint64_t ps);
  void flush();

  std::ostream& out_;
  FtraceOptions options_;
  const Fabric* fabric_ = nullptr;
  std::string task_;  // Columns before the event name; the same for all events of a step.
  std::string text_;
};

}  // namespace irqloom::trace
