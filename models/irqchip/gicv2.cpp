// The distributor of GICv2: IHI 0048B.b, 4.3.
#include "models/irqchip/gicv2.h"

#include <string>
#include <utility>

namespace irqloom {

namespace {

constexpr std::uint64_t distributor_bytes = 0x1000;
constexpr std::uint32_t iidr = 0x0000043b;  // Implementer: Arm; no product.
constexpr std::uint32_t pidr2 = 0x2b;       // ArchRev 2.

}  // namespace

GicV2::GicV2(const sc_core::sc_module_name& module_name, Fabric& fabric, unsigned cpus,
             unsigned intids, std::vector<unsigned> implemented)
    : Gic(module_name, fabric,
          {.cpus = cpus,
           .intids = intids,
           .priority_bits = 8,
           .sgi_sources = true,
           .implemented = std::move(implemented)}) {
  for (unsigned cpu = 0; cpu < cpus; ++cpu) {
    const std::string number = std::to_string(cpu);
    distributor_sockets_.push_back(std::make_unique<Socket>(("gicd" + number).c_str()));
    distributor_sockets_.back()->register_b_transport(this, &GicV2::distributor_transport,
                                                      static_cast<int>(cpu));
    cpu_sockets_.push_back(std::make_unique<Socket>(("gicc" + number).c_str()));
    cpu_sockets_.back()->register_b_transport(this, &GicV2::cpu_transport, static_cast<int>(cpu));
  }
}

// 4.3.12: with one CPU, ITARGETSR is not there and everything goes to it.
bool GicV2::is_for(Exec& /*x*/, unsigned cpu, unsigned intid, const GicIrq& irq) const {
  return intid < gic::first_spi || cpus() == 1 || (irq.targets >> cpu & 1) != 0;
}

std::uint32_t GicV2::read_targets(Exec& x, unsigned cpu, const gic::FieldAccess& access) const {
  if (cpus() == 1) return 0;
  if (access.first >= gic::first_spi) {
    return read_fields(x, cpu, access, gic::first_spi, intids());
  }
  // An SGI or PPI shows the CPU that asks.
  std::uint32_t value = 0;
  for (unsigned i = 0; i < access.count; ++i)
    value |= 1U << cpu << (i * access.bits);
  return value;
}

std::uint32_t GicV2::read_gicd(Exec& x, std::uint64_t offset) const {
  switch (offset) {
    case gicd_ctlr: {
      const GicDistributor& d = x.get(distributor());
      return d.enable[0] | static_cast<std::uint32_t>(d.enable[1]) << 1;
    }
    case gicd_typer:
      return it_lines_number() | (cpus() - 1) << 5;
    case gicd_iidr:
      return iidr;
    case gicd_pidr2:
      return pidr2;
    default:
      return 0;
  }
}

std::optional<std::uint32_t> GicV2::read_distributor(Exec& x, unsigned cpu, std::uint64_t offset,
                                                     unsigned size) {
  if (offset >= distributor_bytes) return std::nullopt;
  if (const auto access = gic::decode(offset, size)) {
    if (access->field == gic::Field::targets) return read_targets(x, cpu, *access);
    return read_fields(x, cpu, *access, 0, intids());
  }
  if (size != 4) return std::nullopt;
  return read_gicd(x, offset);
}

// Bits of CPUs that are not there read as zero and ignore writes.
void GicV2::write_interrupts(Exec& x, unsigned cpu, const gic::FieldAccess& access,
                             std::uint64_t value) {
  const std::uint64_t present = all_cpus() * 0x01010101U;
  if (access.field == gic::Field::targets) {
    if (cpus() > 1) write_fields(x, cpu, access, gic::first_spi, intids(), value & present);
  } else if (access.field == gic::Field::set_sgi_source) {
    write_fields(x, cpu, access, 0, gic::first_ppi, value & present);
  } else {
    write_fields(x, cpu, access, 0, intids(), value);
  }
}

bool GicV2::write_distributor(Exec& x, unsigned cpu, std::uint64_t offset, std::uint64_t value,
                              unsigned size) {
  if (offset >= distributor_bytes) return false;
  if (const auto access = gic::decode(offset, size)) {
    write_interrupts(x, cpu, *access, value);
    return true;
  }
  if (size != 4) return false;
  if (offset == gicd_ctlr) {
    GicDistributor& d = x.set(distributor());
    d.enable[0] = static_cast<std::uint8_t>(value & 1);
    d.enable[1] = static_cast<std::uint8_t>(value >> 1 & 1);
  }
  if (offset == gicd_sgir) write_sgir(x, cpu, static_cast<std::uint32_t>(value));
  return true;
}

void GicV2::write_spi_bit(Exec& x, gic::Field field, unsigned intid) {
  write_interrupts(x, 0, {.field = field, .first = intid, .count = 1}, 1);
}

// 4.3.15: TargetListFilter 25:24, CPUTargetList 23:16, SGIINTID 3:0.
void GicV2::write_sgir(Exec& x, unsigned cpu, std::uint32_t value) {
  const unsigned self = 1U << cpu;
  const unsigned filters[4] = {value >> 16 & 0xff, ~self, self, 0};
  const unsigned targets = filters[value >> 24 & 3] & all_cpus();
  if (!has(value & 0xf)) return;
  for (unsigned target = 0; target < cpus(); ++target) {
    if ((targets >> target & 1) == 0) continue;
    gic::write(x.set(interrupt(target, value & 0xf)), gic::Field::set_sgi_source, self);
  }
}

void GicV2::distributor_transport(int cpu, tlm::tlm_generic_payload& payload,
                                  sc_core::sc_time& /*delay*/) {
  const auto n = static_cast<unsigned>(cpu);
  serve(
      payload,
      [&](std::uint64_t offset, unsigned size) {
        return read_distributor(external(), n, offset, size);
      },
      [&](std::uint64_t offset, unsigned size, std::uint64_t value) {
        return write_distributor(external(), n, offset, value, size);
      });
}

IRQLOOM_MODEL("irqchip/gicv2", "a GICv2: distributor and memory-mapped CPU interfaces",
              "ARM IHI 0048B.b, chapters 3 and 4");

}  // namespace irqloom
