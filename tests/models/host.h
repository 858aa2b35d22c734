// A host without devices: I/O APIC, two CPUs with local APICs, and one line of the generic IRQ
// layer with handlers that do what the test says. The test drives the pin.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/events.h"
#include "models/genirq/desc.h"
#include "models/genirq/entry.h"
#include "models/irqchip/apic_bus.h"
#include "models/irqchip/ioapic.h"
#include "models/irqchip/ioapic_chip.h"
#include "tests/models/bench.h"

namespace irqloom::bench {

inline constexpr unsigned line_pin = 16;
inline constexpr std::uint8_t line_vector = 0x31;

/// An action of the line: one step that is the hard handler, one that is the thread's function.
class Action : public Module, public ActionIf {
 public:
  sc_core::sc_export<ActionIf> action;
  /// What the handler does and returns; may be replaced at any time.
  Hand::Op on_interrupt;
  std::int32_t hard_result = irq_handled;
  std::int32_t thread_result = irq_handled;

  Action(const sc_core::sc_module_name& name, Fabric& fabric);

  Call handler(Exec& x) override { return x.call(hard_); }
  Call thread_fn(Exec& x) override { return x.call(thread_); }
  void touches(Footprint& /*footprint*/) const override {}

 private:
  void hard_handler(Exec& x, Frame& self);
  void thread_function(Exec& x, Frame& self);

  RoutineId hard_;
  RoutineId thread_;
};

struct HostConfig {
  DescConfig desc = {};     ///< irq, hwirq and layer are filled in.
  std::size_t actions = 1;  ///< Named "a", "b", ...
  bool threaded = false;    ///< Each action has a thread, which its handler wakes.
  bool wakeup = false;      ///< irq_set_irq_wake() was called.
};

/// The modules, before elaboration ends. The line is requested and enabled, its pin goes to CPU 0,
/// and both CPUs know its vector.
class HostParts {
 private:
  timed::FreshSimcontext simcontext_;

 public:
  explicit HostParts(const HostConfig& config);

  Fabric fabric;
  ApicBus bus;
  Ioapic ioapic;
  IoapicChip chip;
  std::vector<ExecutorId> executors;
  std::vector<std::unique_ptr<Lapic>> lapics;
  std::vector<std::unique_ptr<CpuEntry>> entries;
  IrqDesc desc;
  std::vector<std::unique_ptr<Action>> actions;
  Hand task;  ///< A process of the host.

 private:
  void add_cpu();
};

class Host : public HostParts {
 public:
  explicit Host(const HostConfig& config) : HostParts(config), go(fabric) {}

  Steps go;

  void set_line(bool level) { ioapic.set_pin(go.exec(), line_pin, level); }
  /// An interrupt message that is already on its way to a CPU.
  void send(std::size_t cpu, Trigger trigger) {
    lapics[cpu]->accept(go.exec(), line_vector, trigger);
  }
  const IoapicPin& pin() const { return go[ioapic.pin(line_pin)]; }
  const DescState& line() const { return go[desc.state()]; }

  void disable();
  void enable();
  /// How often a CPU took an interrupt, and how often an action's hard handler ran.
  std::size_t hard_interrupts(std::size_t cpu = 0) const;
  std::size_t handled() const { return go.count(event::irq_handler_entry); }
  bool has_request(std::size_t cpu) const;
  bool has_violation(std::string_view property) const;
};

inline constexpr const char* cpu0 = "cpu0/hardirq";
inline constexpr const char* cpu1 = "cpu1/hardirq";
inline constexpr const char* thread_a = "host-irq/16-a";
inline constexpr const char* thread_b = "host-irq/16-b";

}  // namespace irqloom::bench
