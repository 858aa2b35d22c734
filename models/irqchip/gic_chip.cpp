#include "models/irqchip/gic_chip.h"

#include <stdexcept>

namespace irqloom {

Call GicChip::irq_mask(Exec& x, unsigned hwirq) {
  gic_.write_spi_bit(x, gic::Field::clear_enable, hwirq);
  return Call::done();
}

Call GicChip::irq_unmask(Exec& x, unsigned hwirq) {
  gic_.write_spi_bit(x, gic::Field::set_enable, hwirq);
  return Call::done();
}

unsigned GicChip::current_cpu(const Exec& x) const {
  const unsigned executor = x.fabric().state(x.world(), x.self()).executor;
  for (unsigned cpu = 0; cpu < cpus_.size(); ++cpu) {
    if (cpus_[cpu] + 1U == executor) return cpu;
  }
  throw std::logic_error("an end of interrupt of a context that is on no CPU of the GIC");
}

// EOIR of the CPU that runs the flow handler: the only place where a level line is looked at again.
Call GicChip::irq_eoi(Exec& x, unsigned hwirq) {
  gic_.write_eoir(x, current_cpu(x), hwirq);
  return Call::done();
}

Call GicChip::irq_retrigger(Exec& x, unsigned hwirq) {
  gic_.write_spi_bit(x, gic::Field::set_pending, hwirq);
  return Call::done();
}

IRQLOOM_MODEL("irqchip/gic_chip", "the host's irqchip over a GIC",
              "drivers/irqchip/irq-gic.c, irq-gic-v3.c, Linux 6.1");

}  // namespace irqloom
