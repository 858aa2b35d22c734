#include "models/genirq/entry.h"

#include "models/events.h"

namespace irqloom {

CpuEntry::CpuEntry(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
                   Lapic& lapic, ExecutorId executor)
    : Module(module_name, fabric), config_(std::move(config)), lapic_(lapic) {
  const RoutineId main = fabric.routine<&CpuEntry::common_interrupt>(
      *this, "common_interrupt", "arch/x86/kernel/irq.c, Linux 6.1.192");
  context_ = fabric.context({.name = config_.context,
                             .layer = config_.layer,
                             .cpu = config_.cpu,
                             .level = Level::hardirq,
                             .executor = executor,
                             .stack_bytes = 160},
                            main);
}

FlowIf* CpuEntry::line_of(std::uint8_t vector) {
  for (std::size_t i = 0; i < vectors_.size(); ++i) {
    if (vectors_[i] == vector) return flows[static_cast<int>(i)];
  }
  return nullptr;
}

bool CpuEntry::has_vector(Exec& x) const {
  return injection_ != nullptr ? injection_->has_vector(x) : lapic_.deliverable(x).has_value();
}

std::uint8_t CpuEntry::take_vector(Exec& x) {
  return injection_ != nullptr ? injection_->take_vector(x) : lapic_.acknowledge(x);
}

Calls CpuEntry::of_injection() const {
  if (injection_ == nullptr) return {};
  return calls(*injection_);
}

void CpuEntry::common_interrupt(Exec& x, Frame& self, EntryLocals& f) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(has_vector(x), "take the interrupt", cost("irq.entry"), writes(lapic_.state()),
              calls(flows), of_injection());
    f.vector = take_vector(x);
    x.enter_hardirq();
    if (config_.guest) x.emit(event::kvm_inj_virq, {f.vector});
    if (FlowIf* line = line_of(f.vector)) {
      CALL(line->handle_irq(x));
    } else {
      // "No irq handler for vector": only the EOI.
      lapic_.end_of_interrupt(x);
      x.violate("handled-by-nobody", name(), "an interrupt arrived on a vector without a handler");
    }
    STEP("return from the interrupt", cost("irq.exit"));
    f.vector = 0;
    x.leave_hardirq();
  }
  ROUTINE_END();
}

}  // namespace irqloom
