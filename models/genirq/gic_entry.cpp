#include "models/genirq/gic_entry.h"

#include <utility>

namespace irqloom {

GicEntry::GicEntry(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
                   GicCpuIf& cpu, ExecutorId executor)
    : Module(module_name, fabric), config_(std::move(config)), cpu_(cpu) {
  const RoutineId main =
      fabric.routine<&GicEntry::gic_handle_irq>(*this, "gic_handle_irq", gic_driver(config_.is_v3));
  context_ = fabric.context({.name = config_.context,
                             .layer = config_.layer,
                             .cpu = config_.cpu,
                             .level = Level::hardirq,
                             .executor = executor,
                             .stack_bytes = 384},
                            main);
}

// With EOImode 1 the priority is dropped before the interrupt is handled (gic_complete_ack() of a
// GICv3). Nobody but this CPU, whose interrupts are off, sees its running priority: one step.
unsigned GicCpu::read_iar(Exec& x) {
  const unsigned intid = gic_.read_iar(x, cpu_);
  if (supports_deactivate_ && intid < gic::first_special) gic_.write_eoir(x, cpu_, intid);
  return intid;
}

FlowIf* GicEntry::line_of(unsigned intid) {
  for (std::size_t i = 0; i < intids_.size(); ++i) {
    if (intids_[i] == intid) return flows[static_cast<int>(i)];
  }
  return nullptr;
}

Call GicEntry::handle(Exec& x, unsigned intid) {
  if (FlowIf* line = line_of(intid)) return line->handle_irq(x);
  x.violate("handled-by-nobody", name(), "an interrupt arrived that no line is mapped to");
  return Call::done();
}

// The exception and the first read of IAR are one step: what is withdrawn between them reads as
// spurious, and then nothing has happened.
void GicEntry::gic_handle_irq(Exec& x, Frame& self, GicEntryLocals& f) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(cpu_.is_signalled(x), "take the interrupt, read IAR", cost("irq.entry"), calls(cpu_),
              calls(flows));
    x.enter_hardirq();
    f.intid = static_cast<std::uint16_t>(cpu_.read_iar(x));
    while (f.intid < gic::first_special) {
      CALL(handle(x, f.intid));
      if (config_.is_v3) break;
      STEP("read IAR again", cost("irqchip"), calls(cpu_), calls(flows));
      f.intid = static_cast<std::uint16_t>(cpu_.read_iar(x));
    }
    STEP("return from the interrupt", cost("irq.exit"));
    f.intid = 0;
    x.leave_hardirq();
  }
  ROUTINE_END();
}

}  // namespace irqloom
