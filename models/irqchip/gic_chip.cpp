#include "models/irqchip/gic_chip.h"

namespace irqloom {

Call GicChip::irq_mask(Exec& x, unsigned hwirq) {
  gic_.write_spi_bit(x, gic::Field::clear_enable, hwirq);
  return Call::done();
}

Call GicChip::irq_unmask(Exec& x, unsigned hwirq) {
  gic_.write_spi_bit(x, gic::Field::set_enable, hwirq);
  return Call::done();
}

// EOIR of the CPU that runs the flow handler: the only place where a level line is looked at again.
Call GicChip::irq_eoi(Exec& x, unsigned hwirq) {
  const unsigned executor = x.fabric().state(x.world(), x.self()).executor;
  for (unsigned cpu = 0; cpu < cpus_.size(); ++cpu) {
    if (cpus_[cpu] + 1U == executor) gic_.write_eoir(x, cpu, hwirq);
  }
  return Call::done();
}

Call GicChip::irq_retrigger(Exec& x, unsigned hwirq) {
  gic_.write_spi_bit(x, gic::Field::set_pending, hwirq);
  return Call::done();
}

}  // namespace irqloom
