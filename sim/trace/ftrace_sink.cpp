#include "sim/trace/ftrace_sink.h"

#include <algorithm>

#include "sim/trace/append.h"
#include "sim/trace/columns.h"
#include "sim/trace/describe.h"
#include "sim/trace/format.h"

namespace irqloom::trace {

namespace {

constexpr std::size_t comm_bytes = 15;  // TASK_COMM_LEN - 1, include/linux/sched.h.
constexpr std::size_t comm_width = 16;
constexpr std::size_t pid_width = 7;
constexpr std::uint64_t first_pid = 1000;
constexpr std::string_view idle_comm = "<idle>";

std::string_view comm_of(const ContextInfo& context) {
  const std::string_view comm = context.comm;
  std::size_t bytes = std::min(comm.size(), comm_bytes);
  // Never half of a UTF-8 character.
  while (bytes < comm.size() && (static_cast<unsigned char>(comm[bytes]) & 0xc0U) == 0x80U)
    --bytes;
  return comm.substr(0, bytes);
}

std::string violation_text(const Violation& v) {
  return "irqloom_violation: property=" + v.property + " where=" + v.where + " why=" + v.message;
}

struct Atomicity {
  bool irqs_off = false;
  bool hardirq = false;
  unsigned preempt_depth = 0;
};

Atomicity atomicity(const Fabric& fabric, const World& world, ContextId id) {
  const ContextState& state = fabric.state(world, id);
  Atomicity a;
  a.hardirq = fabric.contexts()[id].level == Level::hardirq && state.outside == 0;
  a.irqs_off = a.hardirq || state.irqs_off != 0;
  a.preempt_depth = state.spins;
  return a;
}

void append_flags(std::string& to, const Atomicity& before, const Atomicity& after) {
  const unsigned depth = std::max(before.preempt_depth, after.preempt_depth);
  to += before.irqs_off || after.irqs_off ? 'd' : '.';
  to += '.';
  to += before.hardirq || after.hardirq ? 'h' : '.';
  to += depth == 0 ? '.' : "0123456789abcdef"[std::min(depth, 15U)];
  to += '.';
}

}  // namespace

void FtraceSink::begin(const Fabric& fabric, const TraceInfo& info) {
  fabric_ = &fabric;
  text_ += "# tracer: nop\n#\n";
  text_ += "# irqloom: scenario " + info.scenario + ", variant " + info.variant + ", hash " +
           info.scenario_hash + "\n";
  const std::string code = code_text(fabric, info.code);
  if (!code.empty()) text_ += "# functions of " + code + "\n";
  if (!info.timed) text_ += "# a schedule replayed: one step is one nanosecond\n";
  text_ +=
      "# columns: TASK-PID [CPU] irqs-off,need-resched,hardirq,preempt-depth,migrate-disable"
      " TIMESTAMP: EVENT: arguments\n# tasks:\n";
  for (std::size_t i = 0; i < fabric.contexts().size(); ++i) {
    const ContextInfo& c = fabric.contexts()[i];
    text_ += "#   ";
    text_ += comm_of(c);
    text_ += '-';
    append_number(text_, first_pid + i);
    text_ += " is " + c.name + " (" + c.layer + ")\n";
  }
  text_ += "#\n";
  flush();
}

void FtraceSink::start_line(const StepRecord& record) {
  const ContextInfo& context = fabric_->contexts()[record.context];
  const std::string_view comm = comm_of(context);
  task_.assign(comm_width - std::min(columns(comm), comm_width), ' ');
  task_ += comm;
  task_ += '-';
  const std::size_t pid_at = task_.size();
  append_number(task_, first_pid + record.context);
  task_.resize(std::max(task_.size(), pid_at + pid_width), ' ');

  const std::string cpu = std::to_string(context.cpu);
  task_ += " [";
  task_.append(3 - std::min<std::size_t>(cpu.size(), 3), '0');
  task_ += cpu + "] ";
  append_flags(task_, atomicity(*fabric_, *record.before, record.context),
               atomicity(*fabric_, *record.after, record.context));
  append_time(record.time_ps);
}

void FtraceSink::append_time(std::uint64_t ps) {
  task_ += ' ';
  if (options_.nanoseconds) {
    append_decimal(task_, ps / 1000, 9, 12);
  } else {
    append_decimal(task_, ps / 1'000'000, 6, 12);
  }
  task_ += ": ";
}

void FtraceSink::step(const StepRecord& record) {
  const bool broken = record.violations != nullptr && !record.violations->empty();
  if (record.events.empty() && !options_.all_steps && !broken) return;
  start_line(record);
  if (options_.all_steps) {
    text_ += task_ + "irqloom_step: routine=" + routine_of(*fabric_, record).name + " step=";
    append_step(text_, *fabric_, record);
    text_ += '\n';
  }
  for (const Event& event : record.events) {
    text_ += task_;
    append_event(text_, *fabric_, event);
    text_ += '\n';
  }
  if (broken) {
    for (const Violation& v : *record.violations) {
      text_ += task_ + violation_text(v) + "\n";
    }
  }
  flush();
}

void FtraceSink::violated(const OpenViolation& open) {
  task_.assign(comm_width - idle_comm.size(), ' ');
  task_ += idle_comm;
  task_ += "-0";
  task_.append(pid_width - 1, ' ');
  task_ += " [000] .....";
  append_time(open.time_ps);
  text_ += task_ + violation_text(open.violation);
  if (!open.reason.empty()) text_ += "; " + open.reason;
  text_ += '\n';
  flush();
}

void FtraceSink::end(std::uint64_t end_ps, const std::string& verdict) {
  text_ += "# end at ";
  append_us(text_, end_ps);
  text_ += " us: " + verdict + "\n";
  flush();
}

void FtraceSink::flush() {
  out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
}

const TraceFormats::Add ftrace_format{
    {.name = "ftrace",
     .what = "as trace-cmd reports it, for tools that read ftrace",
     .extension = ".ftrace.txt",
     .make = [](std::ostream& out, const FormatOptions& options) -> std::unique_ptr<Sink> {
       return std::make_unique<FtraceSink>(out, FtraceOptions{.nanoseconds = !options.timed});
     }}};

}  // namespace irqloom::trace
