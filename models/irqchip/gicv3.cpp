// The distributor and the redistributors of GICv3: IHI 0069H, 12.9 and 12.11.
#include "models/irqchip/gicv3.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "models/irqchip/gicd.h"

namespace irqloom {

namespace {

constexpr std::uint64_t frame_bytes = 0x10000;
constexpr std::uint64_t gicr_iidr = 0x0004;
constexpr std::uint64_t gicr_typer_low = 0x0008;
constexpr std::uint64_t gicr_typer_high = 0x000c;
constexpr std::uint64_t gicr_waker = 0x0014;
constexpr std::uint64_t pidr2 = 0xffe8;

constexpr std::uint32_t ctlr_are_and_ds = 1U << 4 | 1U << 6;
constexpr std::uint32_t typer_a3v = 1U << 24;
constexpr std::uint32_t typer_id_bits = 9U << 19;          // 10 bits.
constexpr std::uint32_t iidr = 0x0000043b;                 // Implementer: Arm; no product.
constexpr std::uint32_t pidr2_arch_rev = 0x3b;             // ArchRev 3.
constexpr std::uint32_t waker_sleeps = 1U << 1 | 1U << 2;  // ProcessorSleep, ChildrenAsleep.

bool is_route(std::uint64_t offset, unsigned intids) {
  const std::uint64_t first = gicd_irouter + 8 * gic::first_spi;
  return offset >= first && offset < gicd_irouter + std::uint64_t{8} * intids;
}

// Targets and SGI sources are GICv2's; here their places are reserved.
std::optional<gic::FieldAccess> decode(std::uint64_t offset, unsigned size) {
  std::optional<gic::FieldAccess> access = gic::decode(offset, size);
  if (access &&
      (access->field == gic::Field::targets || access->field == gic::Field::set_sgi_source ||
       access->field == gic::Field::clear_sgi_source)) {
    access->count = 0;
  }
  return access;
}

}  // namespace

GicV3::GicV3(const sc_core::sc_module_name& module_name, Fabric& fabric, unsigned cpus,
             unsigned intids, unsigned priority_bits, std::vector<unsigned> implemented)
    : Gic(module_name, fabric,
          {.cpus = cpus,
           .intids = intids,
           .priority_bits = priority_bits,
           .implemented = std::move(implemented)}),
      distributor_socket("gicd"),
      redistributor_socket("gicr"),
      pri_bits_(priority_bits - 1) {
  if (priority_bits < 4 || priority_bits > 5) throw std::invalid_argument("4 or 5 priority bits");
  const std::string prefix = name();
  routes_.resize(intids - gic::first_spi);
  for (const unsigned n : this->implemented()) {
    if (n < gic::first_spi) continue;
    routes_[n - gic::first_spi] = fabric.reserve<GicRoute>(prefix + ".route" + std::to_string(n));
  }
  distributor_socket.register_b_transport(this, &GicV3::transport_distributor);
  redistributor_socket.register_b_transport(this, &GicV3::transport_redistributor);
  for (unsigned cpu = 0; cpu < cpus; ++cpu) {
    const std::string number = std::to_string(cpu);
    redistributors_.push_back(fabric.reserve<GicRedistributor>(prefix + ".gicr" + number));
    system_register_sockets_.push_back(std::make_unique<CpuBank>(("icc" + number).c_str()));
    system_register_sockets_.back()->register_b_transport(this, &GicV3::transport_icc,
                                                          static_cast<int>(cpu));
  }
  fabric.at_reset([this](World& w) {
    for (unsigned cpu = 0; cpu < this->cpus(); ++cpu) {
      w.mut(redistributors_[cpu]) = GicRedistributor{};
      w.mut(cpu_interface(cpu)).fiq_enable = 1;  // Group 0 is FIQ, always: 4.6.2.
    }
  });
}

bool GicV3::is_for(Exec& x, unsigned cpu, unsigned intid, const GicIrq& /*irq*/) const {
  if (x.get(redistributors_[cpu]).processor_sleep != 0) return false;
  if (intid < gic::first_spi) return true;
  const GicRoute& route = x.get(routes_[intid - gic::first_spi]);
  return route.any != 0 || route.affinity == cpu;
}

// --- the distributor
// ------------------------------------------------------------------------------

std::uint64_t GicV3::read_route(Exec& x, unsigned intid) const {
  if (!has(intid)) return 0;
  const GicRoute& r = x.get(routes_[intid - gic::first_spi]);
  const std::uint64_t aff3 = r.affinity >> 24;
  return aff3 << 32 | static_cast<std::uint64_t>(r.any) << 31 | (r.affinity & 0xffffff);
}

void GicV3::write_route(Exec& x, unsigned intid, std::uint64_t value) {
  if (!has(intid)) return;
  GicRoute& r = x.set(routes_[intid - gic::first_spi]);
  r.affinity = static_cast<std::uint32_t>((value >> 32 & 0xff) << 24 | (value & 0xffffff));
  r.any = static_cast<std::uint8_t>(value >> 31 & 1);
}

std::uint32_t GicV3::read_gicd(Exec& x, std::uint64_t offset) const {
  if (offset == gicd_ctlr) {
    const GicDistributor& d = x.get(distributor());
    return ctlr_are_and_ds | d.enable[0] | static_cast<std::uint32_t>(d.enable[1]) << 1;
  }
  if (offset == gicd_typer) return it_lines_number() | typer_id_bits | typer_a3v;
  if (offset == gicd_iidr) return iidr;
  return offset == pidr2 ? pidr2_arch_rev : 0;
}

// With affinity routing, SGIs and PPIs are the redistributors': 12.9.
std::optional<std::uint64_t> GicV3::read_distributor(Exec& x, std::uint64_t offset, unsigned size) {
  if (offset >= frame_bytes) return std::nullopt;
  if (const auto access = decode(offset, size)) {
    return read_fields(x, 0, *access, gic::first_spi, intids());
  }
  if (is_route(offset, intids()) && size >= 4) {
    const std::uint64_t route =
        read_route(x, static_cast<unsigned>(offset - gicd_irouter) / 8) >> (offset % 8 * 8);
    return size == 4 ? route & 0xffffffff : route;
  }
  if (size < 4) return std::nullopt;
  return read_gicd(x, offset);
}

bool GicV3::write_distributor(Exec& x, std::uint64_t offset, std::uint64_t value, unsigned size) {
  if (offset >= frame_bytes) return false;
  if (const auto access = decode(offset, size)) {
    write_fields(x, 0, *access, gic::first_spi, intids(), value);
    return true;
  }
  if (size < 4) return false;
  if (is_route(offset, intids())) {
    const unsigned intid = static_cast<unsigned>(offset - gicd_irouter) / 8;
    const std::uint64_t shift = offset % 8 * 8;
    const std::uint64_t mask = (size == 8 ? ~std::uint64_t{0} : std::uint64_t{0xffffffff}) << shift;
    write_route(x, intid, (read_route(x, intid) & ~mask) | (value << shift & mask));
  } else if (offset == gicd_ctlr) {
    GicDistributor& d = x.set(distributor());
    d.enable[0] = static_cast<std::uint8_t>(value & 1);
    d.enable[1] = static_cast<std::uint8_t>(value >> 1 & 1);
  }
  return true;
}

// --- the redistributors
// ---------------------------------------------------------------------------

// 12.11.37: Affinity_Value 63:32, Processor_Number 23:8, Last 4.
std::uint64_t GicV3::gicr_typer(unsigned cpu) const {
  const std::uint64_t last = cpu + 1 == cpus() ? 1 : 0;
  return static_cast<std::uint64_t>(cpu) << 32 | cpu << 8 | last << 4;
}

std::uint32_t GicV3::read_gicr(Exec& x, unsigned cpu, std::uint64_t offset) const {
  switch (offset) {
    case gicr_iidr:
      return iidr;
    case gicr_typer_low:
      return static_cast<std::uint32_t>(gicr_typer(cpu));
    case gicr_typer_high:
      return static_cast<std::uint32_t>(gicr_typer(cpu) >> 32);
    case gicr_waker:
      return x.get(redistributors_[cpu]).processor_sleep != 0 ? waker_sleeps : 0;
    case pidr2:
    case frame_bytes + pidr2:
      return pidr2_arch_rev;
    default:
      return 0;
  }
}

std::optional<std::uint64_t> GicV3::read_redistributor(Exec& x, unsigned cpu, std::uint64_t offset,
                                                       unsigned size) {
  if (offset >= redistributor_bytes) return std::nullopt;
  if (offset >= frame_bytes) {
    if (const auto access = decode(offset - frame_bytes, size)) {
      return read_fields(x, cpu, *access, 0, gic::first_spi);
    }
  }
  if (offset == gicr_typer_low && size == 8) return gicr_typer(cpu);
  if (size < 4) return std::nullopt;
  return read_gicr(x, cpu, offset);
}

bool GicV3::write_redistributor(Exec& x, unsigned cpu, std::uint64_t offset, std::uint64_t value,
                                unsigned size) {
  if (offset >= redistributor_bytes) return false;
  if (offset >= frame_bytes) {
    if (const auto access = decode(offset - frame_bytes, size)) {
      write_fields(x, cpu, *access, 0, gic::first_spi, value);
      return true;
    }
  }
  if (size < 4) return false;
  if (offset == gicr_waker) {
    x.set(redistributors_[cpu]).processor_sleep = static_cast<std::uint8_t>(value >> 1 & 1);
  }
  return true;
}

void GicV3::write_spi_bit(Exec& x, gic::Field field, unsigned intid) {
  write_fields(x, 0, {.field = field, .first = intid, .count = 1}, gic::first_spi, intids(), 1);
}

void GicV3::preset_running() {
  Gic::preset_running(1);
  fabric_.at_reset([this](World& w) {
    for (const auto& s : redistributors_)
      w.mut(s).processor_sleep = 0;
  });
}

void GicV3::touches(Footprint& footprint) const {
  Gic::touches(footprint);
  for (const unsigned n : implemented()) {
    if (n >= gic::first_spi) footprint.writes.push_back(range(routes_[n - gic::first_spi]));
  }
  for (const auto& s : redistributors_)
    footprint.writes.push_back(range(s));
}

// --- TLM
// ------------------------------------------------------------------------------------------

void GicV3::transport_distributor(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  serve(
      payload,
      [&](std::uint64_t offset, unsigned size) {
        return read_distributor(external(), offset, size);
      },
      [&](std::uint64_t offset, unsigned size, std::uint64_t value) {
        return write_distributor(external(), offset, value, size);
      });
}

void GicV3::transport_redistributor(tlm::tlm_generic_payload& payload,
                                    sc_core::sc_time& /*delay*/) {
  const auto cpu = static_cast<unsigned>(payload.get_address() / redistributor_bytes);
  const auto is_there = payload.get_address() < cpus() * redistributor_bytes;
  serve(
      payload,
      [&](std::uint64_t address, unsigned size) -> std::optional<std::uint64_t> {
        if (!is_there) return std::nullopt;
        return read_redistributor(external(), cpu, address % redistributor_bytes, size);
      },
      [&](std::uint64_t address, unsigned size, std::uint64_t value) {
        return is_there &&
               write_redistributor(external(), cpu, address % redistributor_bytes, value, size);
      });
}

IRQLOOM_MODEL("irqchip/gicv3",
              "a GICv3: distributor, redistributors, CPU interfaces as system registers",
              "ARM IHI 0069H");

}  // namespace irqloom
