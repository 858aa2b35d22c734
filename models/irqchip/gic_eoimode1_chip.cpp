#include "models/irqchip/gic_eoimode1_chip.h"

#include <algorithm>
#include <cerrno>
#include <string>

namespace irqloom {

void GicEoimode1Chip::add_forwardable(unsigned hwirq) {
  const std::string slot = std::string(name()) + ".irq" + std::to_string(hwirq);
  forwardable_.push_back({hwirq, fabric_.reserve<ForwardedIrq>(slot)});
}

const GicEoimode1Chip::Forwardable* GicEoimode1Chip::find(unsigned hwirq) const {
  const auto found = std::ranges::find(forwardable_, hwirq, &Forwardable::hwirq);
  return found == forwardable_.end() ? nullptr : &*found;
}

bool GicEoimode1Chip::is_forwarded_to_vcpu(Exec& x, unsigned hwirq) const {
  const Forwardable* f = find(hwirq);
  return f != nullptr && x.get(f->state).forwarded_to_vcpu != 0;
}

// Masked means disabled for good: no guest will be there to deactivate it.
Call GicEoimode1Chip::irq_mask(Exec& x, unsigned hwirq) {
  (void)GicChip::irq_mask(x, hwirq);
  if (is_forwarded_to_vcpu(x, hwirq)) gic().write_spi_bit(x, gic::Field::clear_active, hwirq);
  return Call::done();
}

Call GicEoimode1Chip::irq_eoi(Exec& x, unsigned hwirq) {
  if (!is_forwarded_to_vcpu(x, hwirq)) gic().write_dir(x, current_cpu(x), hwirq);
  return Call::done();
}

std::int32_t GicEoimode1Chip::irq_set_vcpu_affinity(Exec& x, unsigned hwirq, bool forwarded) {
  const Forwardable* f = find(hwirq);
  if (f == nullptr) return -EINVAL;
  x.set(f->state).forwarded_to_vcpu = forwarded ? 1 : 0;
  return 0;
}

void GicEoimode1Chip::touches(Footprint& footprint) const {
  GicChip::touches(footprint);
  for (const Forwardable& f : forwardable_)
    footprint.writes.push_back(range(f.state));
}

IRQLOOM_MODEL("irqchip/gic_eoimode1_chip",
              "the same with EOImode 1: EOIR at the entry, DIR at the end",
              "drivers/irqchip/irq-gic.c, irq-gic-v3.c, Linux 6.1");

}  // namespace irqloom
