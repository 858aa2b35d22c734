#include "models/irqchip/ioapic_chip.h"

namespace irqloom {

Lapic* IoapicChip::current_lapic(Exec& x) const {
  const unsigned executor = x.fabric().state(x.world(), x.self()).executor;
  for (const Cpu& c : cpus_) {
    if (c.executor + 1U == executor) return c.lapic;
  }
  return nullptr;
}

Call IoapicChip::irq_mask(Exec& x, unsigned hwirq) {
  ioapic_.write_mask(x, hwirq, true);
  return Call::done();
}

Call IoapicChip::irq_unmask(Exec& x, unsigned hwirq) {
  ioapic_.write_mask(x, hwirq, false);
  return Call::done();
}

// The EOI names no vector: it ends the highest one in service, and a level one is broadcast.
Call IoapicChip::irq_eoi(Exec& x, unsigned /*hwirq*/) {
  Lapic* lapic = current_lapic(x);
  if (lapic == nullptr) return Call::done();
  const std::optional<std::uint8_t> vector = lapic->end_of_interrupt(x);
  if (!vector) return Call::done();
  return ioapic_.eoi(x, *vector, lapic->trigger(x, *vector));
}

Call IoapicChip::irq_ack(Exec& x, unsigned hwirq) {
  return irq_eoi(x, hwirq);
}

// apic_retrigger_irq(): an IPI with the line's own vector; the APIC takes it as edge-triggered.
Call IoapicChip::irq_retrigger(Exec& x, unsigned hwirq) {
  const IoapicPin& pin = x.get(ioapic_.pin(hwirq));
  for (const Cpu& c : cpus_) {
    if (c.lapic->apic_id() == pin.dest) c.lapic->accept(x, pin.vector, Trigger::edge);
  }
  return Call::done();
}

void IoapicChip::touches(Footprint& footprint) const {
  ioapic_.touches(footprint);
  for (const Cpu& c : cpus_)
    footprint.writes.push_back(range(c.lapic->state()));
}

IRQLOOM_MODEL("irqchip/ioapic_chip", "the host's irqchip over the I/O APIC",
              "arch/x86/kernel/apic/io_apic.c, Linux 6.1");

}  // namespace irqloom
