// The CPU interface of GICv2: IHI 0048B.b, 4.4.
#include "models/irqchip/gicv2.h"

namespace irqloom {

namespace {

constexpr std::uint64_t cpu_interface_bytes = 0x2000;
constexpr std::uint32_t iidr = 0x0002043b;  // Architecture version 2; implementer: Arm.

// GICC_CTLR without the Security Extensions, 4.4.1.
constexpr unsigned ctlr_ack_ctl = 2;
constexpr unsigned ctlr_fiq_enable = 3;
constexpr unsigned ctlr_cbpr = 4;
constexpr unsigned ctlr_eoi_mode = 9;

std::uint8_t bit(std::uint32_t value, unsigned n) {
  return static_cast<std::uint8_t>(value >> n & 1);
}

}  // namespace

std::uint32_t GicV2::read_gicc_ctlr(Exec& x, unsigned cpu) const {
  const GicCpuInterface& c = x.get(cpu_interface(cpu));
  const auto at = [](std::uint8_t flag, unsigned n) {
    return static_cast<std::uint32_t>(flag) << n;
  };
  return at(c.enable[0], 0) | at(c.enable[1], 1) | at(c.ack_ctl, ctlr_ack_ctl) |
         at(c.fiq_enable, ctlr_fiq_enable) | at(c.cbpr, ctlr_cbpr) | at(c.eoi_mode, ctlr_eoi_mode);
}

void GicV2::write_gicc_ctlr(Exec& x, unsigned cpu, std::uint32_t value) {
  GicCpuInterface& c = x.set(cpu_interface(cpu));
  c.enable[0] = bit(value, 0);
  c.enable[1] = bit(value, 1);
  c.ack_ctl = bit(value, ctlr_ack_ctl);
  c.fiq_enable = bit(value, ctlr_fiq_enable);
  c.cbpr = bit(value, ctlr_cbpr);
  c.eoi_mode = bit(value, ctlr_eoi_mode);
}

// 4.4.4 and 4.4.11. The alias sees group 1 alone; IAR sees it only if AckCtl says so.
std::uint32_t GicV2::read_iar(Exec& x, unsigned cpu, bool alias) {
  const auto p = highest_pending(x, cpu);
  if (!p || !is_signalled(x, cpu, *p)) return gic::spurious;
  if (alias && p->group == 0) return gic::spurious;
  if (!alias && p->group == 1 && x.get(cpu_interface(cpu)).ack_ctl == 0) {
    return gic::group1_pending;
  }
  return acknowledge(x, cpu, *p);
}

// 4.4.7 and 4.4.13: whatever its priority is worth.
std::uint32_t GicV2::read_hppir(Exec& x, unsigned cpu, bool alias) const {
  const auto p = highest_pending(x, cpu);
  if (!p || (alias && p->group == 0)) return gic::spurious;
  if (!alias && p->group == 1 && x.get(cpu_interface(cpu)).ack_ctl == 0) {
    return gic::group1_pending;
  }
  if (p->intid >= gic::first_ppi) return p->intid;
  unsigned source = 0;
  while ((x.get(interrupt(cpu, p->intid)).latch >> source & 1) == 0)
    ++source;
  return p->intid | source << 10;
}

std::uint32_t GicV2::read_gicc(Exec& x, unsigned cpu, std::uint64_t offset) {
  const GicCpuInterface& c = x.get(cpu_interface(cpu));
  switch (offset) {
    case gicc_ctlr:
      return read_gicc_ctlr(x, cpu);
    case gicc_pmr:
      return c.priority_mask;
    case gicc_bpr:
      return c.binary_point[0];
    case gicc_abpr:
      return c.binary_point[1];
    case gicc_iar:
      return read_iar(x, cpu, false);
    case gicc_aiar:
      return read_iar(x, cpu, true);
    case gicc_hppir:
      return read_hppir(x, cpu, false);
    case gicc_ahppir:
      return read_hppir(x, cpu, true);
    case gicc_rpr:
      return running_priority(x, cpu);
    case gicc_iidr:
      return iidr;
    default:
      break;
  }
  if (offset >= gicc_apr0 && offset < gicc_nsapr0 + 0x10) {
    return c.active_priorities[offset >= gicc_nsapr0 ? 1 : 0][offset % 0x10 / 4];
  }
  return 0;
}

std::optional<std::uint32_t> GicV2::read_cpu_interface(Exec& x, unsigned cpu, std::uint64_t offset,
                                                       unsigned size) {
  if (offset >= cpu_interface_bytes || size != 4) return std::nullopt;
  return read_gicc(x, cpu, offset);
}

bool GicV2::write_cpu_interface(Exec& x, unsigned cpu, std::uint64_t offset, std::uint64_t value,
                                unsigned size) {
  if (offset >= cpu_interface_bytes || size != 4) return false;
  const auto word = static_cast<std::uint32_t>(value);
  const unsigned intid = word & 0x3ff;
  if (offset == gicc_ctlr) write_gicc_ctlr(x, cpu, word);
  if (offset == gicc_pmr) write_priority_mask(x, cpu, word);
  if (offset == gicc_bpr) write_binary_point(x, cpu, 0, word);
  if (offset == gicc_abpr) write_binary_point(x, cpu, 1, word);
  if (offset == gicc_eoir) end_of_interrupt(x, cpu, intid, std::nullopt);
  if (offset == gicc_aeoir) end_of_interrupt(x, cpu, intid, 1);
  if (offset == gicc_dir) deactivate(x, cpu, intid);
  if (offset >= gicc_apr0 && offset < gicc_nsapr0 + 0x10) {
    x.set(cpu_interface(cpu)).active_priorities[offset >= gicc_nsapr0 ? 1 : 0][offset % 0x10 / 4] =
        word;
  }
  return true;
}

void GicV2::cpu_transport(int cpu, tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const auto n = static_cast<unsigned>(cpu);
  serve(
      payload,
      [&](std::uint64_t offset, unsigned size) {
        return read_cpu_interface(external(), n, offset, size);
      },
      [&](std::uint64_t offset, unsigned size, std::uint64_t value) {
        return write_cpu_interface(external(), n, offset, value, size);
      });
}

}  // namespace irqloom
