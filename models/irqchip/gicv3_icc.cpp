// The CPU interface of GICv3 behind its system registers: IHI 0069H, 12.2.
#include <algorithm>

#include "models/irqchip/gicv3.h"

namespace irqloom {

namespace {

// ICC_CTLR_EL1, 12.2.8.
constexpr std::uint64_t ctlr_cbpr = 1U << 0;
constexpr std::uint64_t ctlr_eoi_mode = 1U << 1;
constexpr unsigned ctlr_pri_bits_shift = 8;
constexpr std::uint64_t ctlr_id_bits_24 = 1U << 11;
constexpr std::uint64_t ctlr_a3v = 1U << 15;

constexpr std::uint64_t sre_and_no_bypass = 7;  // ICC_SRE_EL1: SRE, DFB, DIB.
constexpr std::uint64_t intid_bits = 0xffffff;

}  // namespace

// 12.2.14 and 12.2.15: a register acknowledges interrupts of its group alone.
std::uint32_t GicV3::acknowledge_group(Exec& x, unsigned cpu, unsigned group) {
  const auto p = highest_pending(x, cpu);
  if (!p || p->group != group || !is_signalled(x, cpu, *p)) return gic::spurious;
  return acknowledge(x, cpu, *p);
}

std::uint32_t GicV3::pending_of_group(Exec& x, unsigned cpu, unsigned group) const {
  const auto p = highest_pending(x, cpu);
  return p && p->group == group ? p->intid : gic::spurious;
}

// 12.2.6: with CBPR, BPR1 shows BPR0 plus one and ignores writes.
std::uint8_t GicV3::read_binary_point(Exec& x, unsigned cpu, unsigned group) const {
  const GicCpuInterface& c = x.get(cpu_interface(cpu));
  if (group == 0 || c.cbpr == 0) return c.binary_point[group];
  return static_cast<std::uint8_t>(std::min(c.binary_point[0] + 1, 7));
}

// 12.2.20: Aff3 55:48, RS 47:44, IRM 40, Aff2 39:32, INTID 27:24, Aff1 23:16, TargetList 15:0.
void GicV3::generate_sgi(Exec& x, unsigned cpu, unsigned group, std::uint64_t value) {
  const bool all_but_self = (value >> 40 & 1) != 0;
  const std::uint64_t cluster =
      (value >> 48 & 0xff) << 24 | (value >> 32 & 0xff) << 16 | (value >> 16 & 0xff) << 8;
  const std::uint64_t first = (value >> 44 & 0xf) * 16;
  if (!has(static_cast<unsigned>(value >> 24 & 0xf))) return;
  for (unsigned target = 0; target < cpus(); ++target) {
    const bool listed = cluster == 0 && target >= first && target < first + 16 &&
                        (value >> (target - first) & 1) != 0;
    if (all_but_self ? target == cpu : !listed) continue;
    const Slot<GicIrq> sgi = interrupt(target, static_cast<unsigned>(value >> 24 & 0xf));
    if (x.get(sgi).group == group) x.set(sgi).latch = 1;
  }
}

std::optional<std::uint64_t> GicV3::read_icc(Exec& x, unsigned cpu, Icc reg) {
  const GicCpuInterface& c = x.get(cpu_interface(cpu));
  switch (reg) {
    case Icc::pmr:
      return c.priority_mask;
    case Icc::iar0:
      return acknowledge_group(x, cpu, 0);
    case Icc::iar1:
      return acknowledge_group(x, cpu, 1);
    case Icc::hppir0:
      return pending_of_group(x, cpu, 0);
    case Icc::hppir1:
      return pending_of_group(x, cpu, 1);
    case Icc::bpr0:
      return read_binary_point(x, cpu, 0);
    case Icc::bpr1:
      return read_binary_point(x, cpu, 1);
    case Icc::ap0r0:
      return c.active_priorities[0][0];
    case Icc::ap1r0:
      return c.active_priorities[1][0];
    case Icc::rpr:
      return running_priority(x, cpu);
    case Icc::ctlr:
      return (c.cbpr != 0 ? ctlr_cbpr : 0) | (c.eoi_mode != 0 ? ctlr_eoi_mode : 0) |
             static_cast<std::uint64_t>(pri_bits_) << ctlr_pri_bits_shift | ctlr_id_bits_24 |
             ctlr_a3v;
    case Icc::sre:
      return sre_and_no_bypass;
    case Icc::igrpen0:
      return c.enable[0];
    case Icc::igrpen1:
      return c.enable[1];
    default:
      return std::nullopt;
  }
}

bool GicV3::write_icc(Exec& x, unsigned cpu, Icc reg, std::uint64_t value) {
  GicCpuInterface& c = x.set(cpu_interface(cpu));
  const auto intid = static_cast<unsigned>(value & intid_bits);
  switch (reg) {
    case Icc::pmr:
      write_priority_mask(x, cpu, value);
      return true;
    case Icc::eoir0:
      end_of_interrupt(x, cpu, intid, 0);
      return true;
    case Icc::eoir1:
      end_of_interrupt(x, cpu, intid, 1);
      return true;
    case Icc::dir:
      deactivate(x, cpu, intid);
      return true;
    case Icc::bpr0:
      write_binary_point(x, cpu, 0, value);
      return true;
    case Icc::bpr1:
      if (c.cbpr == 0) write_binary_point(x, cpu, 1, value);
      return true;
    case Icc::ap0r0:
      c.active_priorities[0][0] = static_cast<std::uint32_t>(value);
      return true;
    case Icc::ap1r0:
      c.active_priorities[1][0] = static_cast<std::uint32_t>(value);
      return true;
    case Icc::sgi0r:
      generate_sgi(x, cpu, 0, value);
      return true;
    case Icc::sgi1r:
      generate_sgi(x, cpu, 1, value);
      return true;
    case Icc::ctlr:
      c.cbpr = (value & ctlr_cbpr) != 0 ? 1 : 0;
      c.eoi_mode = (value & ctlr_eoi_mode) != 0 ? 1 : 0;
      return true;
    case Icc::igrpen0:
      c.enable[0] = static_cast<std::uint8_t>(value & 1);
      return true;
    case Icc::igrpen1:
      c.enable[1] = static_cast<std::uint8_t>(value & 1);
      return true;
    case Icc::sre:
    case Icc::asgi1r:
      return true;  // Read-only here; to the other security state, which is not there.
    default:
      return false;
  }
}

void GicV3::transport_icc(int cpu, tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const auto n = static_cast<unsigned>(cpu);
  const auto reg = [](std::uint64_t address) { return static_cast<Icc>(address / 8); };
  const bool is_there = payload.get_data_length() == 8 && payload.get_address() / 8 <= 0xffff;
  serve(
      payload,
      [&](std::uint64_t address, unsigned /*size*/) -> std::optional<std::uint64_t> {
        if (!is_there) return std::nullopt;
        return read_icc(external(), n, reg(address));
      },
      [&](std::uint64_t address, unsigned /*size*/, std::uint64_t value) {
        return is_there && write_icc(external(), n, reg(address), value);
      });
}

}  // namespace irqloom
