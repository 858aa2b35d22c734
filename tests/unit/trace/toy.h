// A small fabric whose steps exercise everything that a sink shows, and records of its steps.
//
// A device raises a wire; a hard interrupt masks it and starts a work item; the work item takes a
// spinlock, sets a register bank and emits KVM's events; the vCPU chooses, for ever. Contexts:
// 0 dev0, 1 hardirq0, 2 kworker/0:2 (or another name), 3 vcpu0, then spare ones like it.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/exec.h"
#include "sim/trace/record.h"

namespace irqloom::trace_toy {

inline constexpr std::array<std::string_view, 2> mode_names = {"idle", "pending"};

struct Wire {
  std::uint8_t line = 0;
  std::uint8_t mode = 0;
  std::uint16_t raised = 0;
};

struct Bank {
  std::uint16_t vector = 0;
  std::uint8_t irr[2] = {0, 0};
  std::uint32_t wide = 0;
};

}  // namespace irqloom::trace_toy

IRQLOOM_FIELDS(irqloom::trace_toy::Wire, IRQLOOM_FLAG(line),
               IRQLOOM_LABELS(mode, irqloom::trace_toy::mode_names), IRQLOOM_NUMBER(raised));
IRQLOOM_FIELDS(irqloom::trace_toy::Bank, IRQLOOM_HEX(vector), IRQLOOM_FLAG(irr),
               IRQLOOM_NUMBER(wide));

namespace irqloom::trace_toy {

// The kernel's formats (include/trace/events/kvm.h, arch/x86/kvm/trace.h, Linux 6.12), under a
// system of their own.
inline const EventType set_irq{"toy",
                               "kvm_set_irq",
                               {{"gsi"}, {"level", ArgKind::flag}, {"source"}},
                               "gsi {0} level {1} source {2}"};
inline const EventType ioapic_set_irq{
    "toy",
    "kvm_ioapic_set_irq",
    {{"pin"}, {"dst", ArgKind::hex}, {"vec"}, {"mode", ArgKind::name}},
    "pin {0} dst {1} vec {2} ({3})"};
inline const EventType line_event{
    "toy", "line", {{"dev", ArgKind::name}, {"level", ArgKind::flag}}};

class Toy : public Listener {
 public:
  explicit Toy(std::string worker = "kworker/0:2", std::size_t extra_contexts = 0) {
    wire_ = fabric.reserve<Wire>("dev0.pin");
    bank_ = fabric.reserve<Bank>("kvm.ioapic.pin16");
    const ExecutorId cpu0 = fabric.executor("cpu0");
    lock_ = fabric.lock("kvm.ioapic.lock", "ioapic", LockKind::spin);
    device_name_ = fabric.name("dev0");
    mode_name_ = fabric.name("Fixed|physical|level");
    const RoutineId raise =
        fabric.routine<&Toy::raise>(*this, "toy_raise", "PCI 3.0, 2.2.6 \"INTx\"");
    const RoutineId irq =
        fabric.routine<&Toy::hardirq>(*this, "toy_handler", "drivers/toy.c, Linux 6.1");
    const RoutineId work =
        fabric.routine<&Toy::work>(*this, "irqfd_inject", "virt/kvm/eventfd.c, Linux 6.1");
    const RoutineId run = fabric.routine<&Toy::run>(*this, "vcpu_run", "arch/x86/kvm/x86.c");
    add_context("dev0", "hardware", Level::thread, no_executor, true, raise);
    add_context("hardirq0", "host kernel", Level::hardirq, cpu0, true, irq);
    worker_ = add_context(std::move(worker), "kvm", Level::thread, cpu0, false, work);
    add_context("vcpu0", "guest", Level::thread, no_executor, true, run);
    for (std::size_t i = 0; i < extra_contexts; ++i) {
      add_context("spare/" + std::to_string(i), "spare layer", Level::thread, no_executor, true,
                  run);
    }
    fabric.seal();
    world = fabric.initial();
    before_ = world;
  }

  /// Takes the next step of `context` and describes it. The record is valid until the next call.
  const StepRecord& take(ContextId context, std::uint64_t time_ps, std::uint64_t duration_ps,
                         std::uint16_t choice = 0) {
    const Frame frame = *fabric.top_frame(world, context);
    record.seq = next_seq_++;
    record.time_ps = time_ps;
    record.duration_ps = duration_ps;
    record.context = context;
    record.routine = frame.routine;
    record.pc = frame.pc;
    record.events.clear();
    before_ = world;
    Exec x(fabric, world);
    x.listen(this);
    const StepResult& result = x.execute(context, choice);
    record.choice = result.choice;
    record.choices = result.choices;
    violations_ = result.violations;
    record.written.clear();
    for (SlotIndex s = 0; s < fabric.layout().slots().size(); ++s) {
      const SlotInfo& slot = fabric.layout().slots()[s];
      const auto was = before_.bytes(slot);
      if (std::memcmp(was.data(), world.bytes(slot).data(), was.size()) != 0) {
        record.written.push_back(s);
      }
    }
    record.before = &before_;
    record.after = &world;
    record.violations = &violations_;
    return record;
  }

  void on_event(const Event& event) override { record.events.push_back(event); }

  Fabric fabric;
  World world;
  StepRecord record;

 private:
  ContextId add_context(std::string name, std::string layer, Level level, ExecutorId executor,
                        bool starts, RoutineId main) {
    ContextInfo info;
    info.name = std::move(name);
    info.layer = std::move(layer);
    info.level = level;
    info.executor = executor;
    info.starts = starts;
    return fabric.context(std::move(info), main);
  }

  void raise(Exec& x, Frame& self) {
    ROUTINE();
    STEP("raise the line", writes(wire_));
    ++x.set(wire_).raised;
    x.set(wire_).line = 1;
    x.set(wire_).mode = 1;
    x.emit(line_event, {device_name_, 1});
    STEP("rest", writes(wire_));
    x.set(wire_).mode = 0;
    RETURN(0);
    ROUTINE_END();
  }

  void hardirq(Exec& x, Frame& self) {
    ROUTINE();
    STEP_WHEN(x.get(wire_).line == 1, "enter");
    x.enter_hardirq();
    STEP("lower the line and start the work", writes(wire_));
    x.set(wire_).line = 0;
    x.start(worker_);
    x.emit(line_event, {device_name_, 0});
    STEP("leave");
    x.leave_hardirq();
    RETURN(0);
    ROUTINE_END();
  }

  void work(Exec& x, Frame& self) {
    ROUTINE();
    STEP("begin");
    x.emit(set_irq, {20, 1, 1});
    LOCK(lock_, "take the ioapic's lock");
    STEP("set the pin and drop the lock", writes(bank_));
    x.set(bank_).vector = 0x51;
    x.set(bank_).irr[1] = 1;
    x.set(bank_).wide = 70000;
    x.emit(ioapic_set_irq, {20, 0, 81, mode_name_});
    x.unlock(lock_);
    RETURN(0);
    ROUTINE_END();
  }

  void run(Exec& x, Frame& self) {
    ROUTINE();
    for (;;) {
      STEP("choose; \"quoted\" <1> #2");
      if (x.choose(3) == 2) x.violate({"lost-interrupt"}, "dev0", "nobody will serve the device");
    }
    ROUTINE_END();
  }

  Slot<Wire> wire_;
  Slot<Bank> bank_;
  Lock lock_;
  ContextId worker_ = 0;
  std::int64_t device_name_ = 0;
  std::int64_t mode_name_ = 0;
  World before_;
  std::vector<Violation> violations_;
  std::uint64_t next_seq_ = 0;
};

inline constexpr std::uint64_t us = 1'000'000;  // In picoseconds.

inline TraceInfo info(bool timed = true) {
  TraceInfo i;
  i.scenario = "toy";
  i.variant = "mainline";
  i.scenario_hash = "00c0ffee";
  i.timed = timed;
  return i;
}

/// The whole story through `sink`: nine steps, the last of which breaks a property. All but the
/// last belong to interrupt occurrence 1; step 1 is caused by step 0, step 5 by step 2.
inline void tell(Toy& toy, Sink& sink, const TraceInfo& trace = info()) {
  struct Line {
    ContextId context;
    std::uint64_t time_ps;
    std::uint64_t cause;
  };
  constexpr std::array<Line, 8> story = {{{0, 0, no_step},
                                          {1, us, 0},
                                          {1, 2 * us, no_step},
                                          {0, 2 * us, no_step},
                                          {1, 3 * us, no_step},
                                          {2, 4'639'826 * us, 2},
                                          {2, 4'639'828 * us, no_step},
                                          {2, 4'639'830 * us, no_step}}};
  sink.begin(toy.fabric, trace);
  std::uint64_t n = 0;
  for (const Line& line : story) {
    const std::uint64_t time = trace.timed ? line.time_ps : n * 1000;
    toy.record.cause = line.cause;
    toy.record.flow = line.context == 3 ? 0 : 1;
    sink.step(toy.take(line.context, time, trace.timed ? us / 2 : 1000));
    ++n;
  }
  toy.record.cause = no_step;
  toy.record.flow = 0;
  const std::uint64_t last = trace.timed ? 4'639'831 * us : n * 1000;
  sink.step(toy.take(3, last, trace.timed ? us / 2 : 1000, 2));
  sink.end(last + (trace.timed ? us / 2 : 1000), "violated");
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

/// What `make_sink(stream)` writes about the story.
template <class MakeSink>
std::string told_by(MakeSink make_sink, const TraceInfo& trace = info()) {
  Toy toy;
  std::ostringstream out;
  auto sink = make_sink(out);
  tell(toy, sink, trace);
  return out.str();
}

}  // namespace irqloom::trace_toy
