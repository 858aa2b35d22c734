#include "models/irqchip/gic_base.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <stdexcept>
#include <string>

namespace irqloom {

Gic::Gic(const sc_core::sc_module_name& module_name, Fabric& fabric, Shape wanted)
    : Module(module_name, fabric), shape_(std::move(wanted)) {
  if (shape_.cpus < 1 || shape_.cpus > 8) throw std::invalid_argument("a GIC has 1 to 8 CPUs");
  if (shape_.intids < 64 || shape_.intids > gic::first_special) {
    throw std::invalid_argument("a GIC has 64 to 1020 interrupts");
  }
  if (shape_.implemented.empty()) {
    shape_.implemented.resize(shape_.intids);
    std::iota(shape_.implemented.begin(), shape_.implemented.end(), 0U);
  }
  const std::string prefix = name();
  distributor_ = fabric.reserve<GicDistributor>(prefix + ".gicd");
  private_.resize(std::size_t{shape_.cpus} * gic::first_spi);
  spis_.resize(shape_.intids - gic::first_spi);
  for (unsigned cpu = 0; cpu < shape_.cpus; ++cpu) {
    const std::string banked = prefix + ".cpu" + std::to_string(cpu);
    interfaces_.push_back(fabric.reserve<GicCpuInterface>(banked));
    for (const unsigned n : shape_.implemented) {
      if (n >= gic::first_spi) continue;
      private_[cpu * gic::first_spi + n] =
          fabric.reserve<GicIrq>(banked + ".irq" + std::to_string(n));
    }
  }
  for (const unsigned n : shape_.implemented) {
    if (n < gic::first_spi) continue;
    spis_.at(n - gic::first_spi) = fabric.reserve<GicIrq>(prefix + ".irq" + std::to_string(n));
  }
  inputs.bind(*this);
  requests.bind(*this);
  fabric.at_reset([this](World& w) { reset(w); });
}

bool Gic::has(unsigned intid) const {
  return std::ranges::binary_search(shape_.implemented, intid);
}

void Gic::preset_running(unsigned group) {
  fabric_.at_reset([this, group](World& w) {
    w.mut(distributor_).enable[group] = 1;
    for (const Slot<GicCpuInterface>& s : interfaces_) {
      w.mut(s).enable[group] = 1;
      w.mut(s).priority_mask = 0xf0;
    }
    for (const unsigned n : shape_.implemented) {
      if (n < gic::first_spi) continue;
      GicIrq& irq = w.mut(slot(0, n));
      irq.group = static_cast<std::uint8_t>(group);
      irq.priority = 0xa0;
      irq.targets = 1;
    }
  });
}

void Gic::preset_eoi_mode_1() {
  fabric_.at_reset([this](World& w) {
    for (const Slot<GicCpuInterface>& s : interfaces_)
      w.mut(s).eoi_mode = 1;
  });
}

void Gic::reset(World& w) const {
  for (const Slot<GicCpuInterface>& s : interfaces_) {
    w.mut(s).binary_point[0] = binary_point_minimum(0);
    w.mut(s).binary_point[1] = binary_point_minimum(1);
  }
  for (unsigned cpu = 0; cpu < shape_.cpus; ++cpu) {
    for (const unsigned sgi : shape_.implemented) {
      if (sgi >= gic::first_ppi) break;
      w.mut(slot(cpu, sgi)).edge = 1;
      w.mut(slot(cpu, sgi)).enable = shape_.sgi_sources ? 1 : 0;
    }
  }
}

Slot<GicIrq> Gic::interrupt(unsigned cpu, unsigned intid) const {
  if (cpu >= shape_.cpus || !has(intid)) {
    throw std::out_of_range(std::string(name()) + " has no interrupt " + std::to_string(intid) +
                            " of CPU " + std::to_string(cpu));
  }
  return slot(cpu, intid);
}

void Gic::set_pin(Exec& x, unsigned intid, bool level) {
  if (intid < gic::first_spi) throw std::out_of_range("a wire is no SPI");
  gic::set_line(x.set(interrupt(0, intid)), level);
}

void Gic::set_private_pin(Exec& x, unsigned cpu, unsigned intid, bool level) {
  if (intid < gic::first_ppi || intid >= gic::first_spi) throw std::out_of_range("no PPI");
  gic::set_line(x.set(interrupt(cpu, intid)), level);
}

// --- from the distributor to the CPU
// --------------------------------------------------------------

// IHI 0048B.b, 3.2.1; IHI 0069H, 4.6. A group that is disabled, there or at the CPU interface, does
// not compete. Among equal priorities the choice is ours: the lowest INTID.
std::optional<GicPending> Gic::highest_pending(Exec& x, unsigned cpu) const {
  const GicDistributor& d = x.get(distributor_);
  const GicCpuInterface& c = x.get(interfaces_[cpu]);
  const bool groups[2] = {d.enable[0] != 0 && c.enable[0] != 0,
                          d.enable[1] != 0 && c.enable[1] != 0};
  std::optional<GicPending> best;
  if (!groups[0] && !groups[1]) return best;
  for (const unsigned n : shape_.implemented) {
    const GicIrq& irq = x.get(slot(cpu, n));
    if (irq.enable == 0 || irq.active != 0 || !gic::is_pending(irq) || !groups[irq.group]) continue;
    if (best && irq.priority >= best->priority) continue;
    if (is_for(x, cpu, n, irq)) best = GicPending{n, irq.priority, irq.group};
  }
  return best;
}

// IHI 0048B.b, 3.3.3 and 3.3.4; IHI 0069H, 4.8.2 to 4.8.5. Group priorities decide pre-emption.
bool Gic::is_signalled(Exec& x, unsigned cpu, const GicPending& p) const {
  const GicCpuInterface& c = x.get(interfaces_[cpu]);
  const unsigned implemented = 0xff00U >> shape_.priority_bits & 0xffU;
  const unsigned priority = p.priority & implemented;
  if (priority >= c.priority_mask) return false;
  if (!gic::highest_active(c)) return true;
  return (priority & gic::group_priority_bits(c, p.group)) < running_priority(x, cpu);
}

bool Gic::irq(Exec& x, unsigned cpu) const {
  const auto p = highest_pending(x, cpu);
  if (!p || !is_signalled(x, cpu, *p)) return false;
  return p->group == 1 || x.get(interfaces_[cpu]).fiq_enable == 0;
}

bool Gic::fiq(Exec& x, unsigned cpu) const {
  const auto p = highest_pending(x, cpu);
  if (!p || !is_signalled(x, cpu, *p)) return false;
  return p->group == 0 && x.get(interfaces_[cpu]).fiq_enable != 0;
}

// --- the life of an interrupt
// ---------------------------------------------------------------------

namespace {

/// Preemption levels are as fine as group priorities can be: never finer than 7 bits.
unsigned level_shift(unsigned priority_bits) {
  return 8 - std::min(priority_bits, 7U);
}

}  // namespace

// A line that is still high leaves a level-sensitive interrupt active and pending.
unsigned Gic::acknowledge(Exec& x, unsigned cpu, const GicPending& p) {
  GicIrq& irq = x.set(slot(cpu, p.intid));
  unsigned source = 0;
  if (shape_.sgi_sources && p.intid < gic::first_ppi) {
    source = static_cast<unsigned>(std::countr_zero(irq.latch));
    irq.latch = static_cast<std::uint8_t>(irq.latch & (irq.latch - 1));
  } else {
    irq.latch = 0;
  }
  irq.active = 1;
  GicCpuInterface& c = x.set(interfaces_[cpu]);
  const unsigned running = p.priority & gic::group_priority_bits(c, p.group);
  gic::set_active(c, {running >> level_shift(shape_.priority_bits), p.group});
  return p.intid | source << 10;
}

void Gic::end_of_interrupt(Exec& x, unsigned cpu, unsigned intid, std::optional<unsigned> group) {
  if (intid >= gic::first_special) return;
  const auto active = gic::highest_active(x.get(interfaces_[cpu]));
  if (!active || (group && active->group != *group)) return;
  GicCpuInterface& c = x.set(interfaces_[cpu]);
  gic::clear_active(c, *active);
  if (c.eoi_mode == 0 && has(intid)) x.set(slot(cpu, intid)).active = 0;
}

void Gic::deactivate(Exec& x, unsigned cpu, unsigned intid) {
  if (!has(intid) || x.get(interfaces_[cpu]).eoi_mode == 0) return;
  x.set(slot(cpu, intid)).active = 0;
}

std::uint8_t Gic::running_priority(Exec& x, unsigned cpu) const {
  const auto active = gic::highest_active(x.get(interfaces_[cpu]));
  if (!active) return 0xff;
  return static_cast<std::uint8_t>(active->level << level_shift(shape_.priority_bits));
}

// IHI 0048B.b, 4.4.3 and 4.4.8; IHI 0069H, 12.2.5 and 12.2.6: as many bits as there are priorities.
std::uint8_t Gic::binary_point_minimum(unsigned group) const {
  const unsigned minimum = level_shift(shape_.priority_bits) - 1;
  return static_cast<std::uint8_t>(group == 0 ? minimum : minimum + 1);
}

void Gic::write_binary_point(Exec& x, unsigned cpu, unsigned group, std::uint64_t value) {
  const auto wanted = static_cast<std::uint8_t>(value & 7);
  x.set(interfaces_[cpu]).binary_point[group] = std::max(wanted, binary_point_minimum(group));
}

void Gic::write_priority_mask(Exec& x, unsigned cpu, std::uint64_t value) {
  const std::uint64_t implemented = 0xff00U >> shape_.priority_bits & 0xffU;
  x.set(interfaces_[cpu]).priority_mask = static_cast<std::uint8_t>(value & implemented);
}

// --- registers with a field per interrupt
// ---------------------------------------------------------

std::uint32_t Gic::read_fields(Exec& x, unsigned cpu, const gic::FieldAccess& a, unsigned first,
                               unsigned last) const {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < a.count; ++i) {
    const unsigned n = a.first + i;
    if (n < first || n >= last || !has(n)) continue;
    value |= gic::read(x.get(slot(cpu, n)), a.field) << (i * a.bits);
  }
  return value;
}

// SGIs are edge-triggered for ever. GICv2: they are also always enabled, and what makes them
// pending are SGIR and SPENDSGIR alone (IHI 0048B.b, 4.3.5 and 4.3.7).
bool Gic::is_read_only(gic::Field field, unsigned intid) const {
  if (intid >= gic::first_ppi) return false;
  if (field == gic::Field::config) return true;
  return shape_.sgi_sources &&
         (field == gic::Field::set_enable || field == gic::Field::clear_enable ||
          field == gic::Field::set_pending || field == gic::Field::clear_pending);
}

void Gic::write_fields(Exec& x, unsigned cpu, const gic::FieldAccess& a, unsigned first,
                       unsigned last, std::uint64_t value) {
  const std::uint64_t bits = (std::uint64_t{1} << a.bits) - 1;
  for (unsigned i = 0; i < a.count; ++i) {
    const unsigned n = a.first + i;
    if (n < first || n >= last || !has(n) || is_read_only(a.field, n)) continue;
    gic::write(x.set(slot(cpu, n)), a.field, static_cast<unsigned>(value >> (i * a.bits) & bits));
  }
}

void Gic::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(distributor_));
  for (const auto& s : interfaces_)
    footprint.writes.push_back(range(s));
  for (const unsigned n : shape_.implemented) {
    for (unsigned cpu = 0; cpu < (n < gic::first_spi ? shape_.cpus : 1); ++cpu)
      footprint.writes.push_back(range(slot(cpu, n)));
  }
}

IRQLOOM_MODEL("irqchip/gic_base",
              "what GICv2 and GICv3 share: the life of an interrupt, its selection",
              "ARM IHI 0048B.b, chapter 3; ARM IHI 0069H, chapter 4");

}  // namespace irqloom
