// GICv2 as hardware: the distributor and the banked CPU interfaces with their memory-mapped
// registers.
//
// ARM IHI 0048B.b, chapters 3 and 4, without the Security Extensions (two groups exist).
// Permanently enabled SGIs as in GIC-400. An SPI with several targets is pending for all of them
// and goes to the first that acknowledges it.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <tlm>
#include <vector>

#include "models/irqchip/gic_base.h"
#include "models/irqchip/gicd.h"
#include "models/irqchip/register_bank.h"

namespace irqloom {

/// The offset in the distributor's 4 KiB, beside those of gicd.h.
inline constexpr unsigned gicd_pidr2 = 0xfe8;

/// Offsets in a CPU interface's 8 KiB.
enum GiccOffset : std::uint64_t {
  gicc_ctlr = 0x00,
  gicc_pmr = 0x04,
  gicc_bpr = 0x08,
  gicc_iar = 0x0c,
  gicc_eoir = 0x10,
  gicc_rpr = 0x14,
  gicc_hppir = 0x18,
  gicc_abpr = 0x1c,
  gicc_aiar = 0x20,
  gicc_aeoir = 0x24,
  gicc_ahppir = 0x28,
  gicc_apr0 = 0xd0,
  gicc_nsapr0 = 0xe0,
  gicc_iidr = 0xfc,
  gicc_dir = 0x1000
};

class GicV2 : public Gic {
 public:
  using Socket = tlm_utils::simple_target_socket_tagged_optional<GicV2>;

  /// `cpus`: 1..8. `intids`: 64..1020. 8 priority bits. `implemented`: as of Gic::Shape.
  GicV2(const sc_core::sc_module_name& name, Fabric& fabric, unsigned cpus, unsigned intids,
        std::vector<unsigned> implemented = {});

  /// The register banks as that CPU sees them.
  Socket& distributor_socket(unsigned cpu) { return *distributor_sockets_[cpu]; }
  Socket& cpu_interface_socket(unsigned cpu) { return *cpu_sockets_[cpu]; }

  /// The registers as a context of the fabric that runs on `cpu` uses them. Offsets are multiples
  /// of `size`. No value, or false: there is no register of that size.
  std::optional<std::uint32_t> read_distributor(Exec& x, unsigned cpu, std::uint64_t offset,
                                                unsigned size = 4);
  bool write_distributor(Exec& x, unsigned cpu, std::uint64_t offset, std::uint64_t value,
                         unsigned size = 4);
  std::optional<std::uint32_t> read_cpu_interface(Exec& x, unsigned cpu, std::uint64_t offset,
                                                  unsigned size = 4);
  bool write_cpu_interface(Exec& x, unsigned cpu, std::uint64_t offset, std::uint64_t value,
                           unsigned size = 4);

  unsigned read_iar(Exec& x, unsigned cpu) override { return read_iar(x, cpu, false); }
  void write_eoir(Exec& x, unsigned cpu, unsigned intid) override {
    write_cpu_interface(x, cpu, gicc_eoir, intid);
  }
  void write_spi_bit(Exec& x, gic::Field field, unsigned intid) override;
  void preset_running() override { Gic::preset_running(0); }

 private:
  bool is_for(Exec& x, unsigned cpu, unsigned intid, const GicIrq& irq) const override;

  unsigned all_cpus() const { return (1U << cpus()) - 1; }
  std::uint32_t read_gicd(Exec& x, std::uint64_t offset) const;
  std::uint32_t read_targets(Exec& x, unsigned cpu, const gic::FieldAccess& access) const;
  void write_interrupts(Exec& x, unsigned cpu, const gic::FieldAccess& access, std::uint64_t value);
  void write_sgir(Exec& x, unsigned cpu, std::uint32_t value);

  std::uint32_t read_gicc(Exec& x, unsigned cpu, std::uint64_t offset);
  std::uint32_t read_gicc_ctlr(Exec& x, unsigned cpu) const;
  void write_gicc_ctlr(Exec& x, unsigned cpu, std::uint32_t value);
  std::uint32_t read_iar(Exec& x, unsigned cpu, bool alias);
  std::uint32_t read_hppir(Exec& x, unsigned cpu, bool alias) const;

  void distributor_transport(int cpu, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void cpu_transport(int cpu, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  std::vector<std::unique_ptr<Socket>> distributor_sockets_;
  std::vector<std::unique_ptr<Socket>> cpu_sockets_;
};

}  // namespace irqloom
