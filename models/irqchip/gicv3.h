// GICv3 as hardware: the distributor, a redistributor per CPU, and the CPU interfaces behind the
// ICC_* system registers.
//
// ARM IHI 0069H, chapters 4 and 12, with affinity routing and one security state (GICD_CTLR.ARE and
// DS read as one). An SPI routed to any PE (IROUTER.IRM) is pending for all that are awake and goes
// to the first that acknowledges it.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <tlm>
#include <vector>

#include "models/irqchip/gic_base.h"
#include "models/irqchip/icc.h"
#include "models/irqchip/register_bank.h"

namespace irqloom {

/// GICD_IROUTER of one SPI.
struct GicRoute {
  std::uint32_t affinity = 0;  ///< Aff3 in bits 31:24 to Aff0 in bits 7:0.
  std::uint8_t any = 0;        ///< IRM.
  std::uint8_t reserved[3] = {};
};

struct GicRedistributor {
  std::uint8_t processor_sleep = 1;  ///< GICR_WAKER: nothing is forwarded to the CPU.
};

class GicV3 : public Gic {
 public:
  using Bank = tlm_utils::simple_target_socket_optional<GicV3>;
  using CpuBank = tlm_utils::simple_target_socket_tagged_optional<GicV3>;

  /// Bytes of a redistributor: the RD frame and the SGI frame.
  static constexpr std::uint64_t redistributor_bytes = 0x20000;

  /// 64 KiB.
  Bank distributor_socket;
  /// All redistributors, in the order of the CPUs.
  Bank redistributor_socket;

  /// `cpus`: 1..8, with affinities 0.0.0.0, 0.0.0.1, ... `intids`: 64..1020. `priority_bits` of the
  /// CPU interfaces: 4 or 5, for which ICC_AP0R0 and ICC_AP1R0 suffice. `implemented`: as of
  /// Gic::Shape.
  GicV3(const sc_core::sc_module_name& name, Fabric& fabric, unsigned cpus, unsigned intids,
        unsigned priority_bits = 5, std::vector<unsigned> implemented = {});

  /// That CPU's system registers: the address is 8 times the Icc, accesses have 8 bytes.
  CpuBank& system_register_socket(unsigned cpu) { return *system_register_sockets_[cpu]; }

  /// The registers as a context of the fabric uses them. Offsets are multiples of `size`, which is
  /// 1, 2, 4 or 8. No value, or false: there is no register of that size. A redistributor's offset
  /// is from the start of that CPU's.
  std::optional<std::uint64_t> read_distributor(Exec& x, std::uint64_t offset, unsigned size = 4);
  bool write_distributor(Exec& x, std::uint64_t offset, std::uint64_t value, unsigned size = 4);
  std::optional<std::uint64_t> read_redistributor(Exec& x, unsigned cpu, std::uint64_t offset,
                                                  unsigned size = 4);
  bool write_redistributor(Exec& x, unsigned cpu, std::uint64_t offset, std::uint64_t value,
                           unsigned size = 4);
  /// MRS and MSR, executed on that CPU. No value, or false: the instruction is UNDEFINED.
  std::optional<std::uint64_t> read_icc(Exec& x, unsigned cpu, Icc reg);
  bool write_icc(Exec& x, unsigned cpu, Icc reg, std::uint64_t value);

  void touches(Footprint& footprint) const override;

  unsigned read_iar(Exec& x, unsigned cpu) override { return acknowledge_group(x, cpu, 1); }
  void write_eoir(Exec& x, unsigned cpu, unsigned intid) override {
    end_of_interrupt(x, cpu, intid, 1);
  }
  void write_spi_bit(Exec& x, gic::Field field, unsigned intid) override;
  /// The redistributors are awake too.
  void preset_running() override;

 private:
  bool is_for(Exec& x, unsigned cpu, unsigned intid, const GicIrq& irq) const override;

  std::uint32_t read_gicd(Exec& x, std::uint64_t offset) const;
  std::uint64_t read_route(Exec& x, unsigned intid) const;
  void write_route(Exec& x, unsigned intid, std::uint64_t value);
  std::uint64_t gicr_typer(unsigned cpu) const;
  std::uint32_t read_gicr(Exec& x, unsigned cpu, std::uint64_t offset) const;

  std::uint32_t acknowledge_group(Exec& x, unsigned cpu, unsigned group);
  std::uint32_t pending_of_group(Exec& x, unsigned cpu, unsigned group) const;
  std::uint8_t read_binary_point(Exec& x, unsigned cpu, unsigned group) const;
  void generate_sgi(Exec& x, unsigned cpu, unsigned group, std::uint64_t value);

  void transport_distributor(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void transport_redistributor(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void transport_icc(int cpu, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  std::uint32_t pri_bits_;
  std::vector<Slot<GicRoute>> routes_;  ///< From INTID 32.
  std::vector<Slot<GicRedistributor>> redistributors_;
  std::vector<std::unique_ptr<CpuBank>> system_register_sockets_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::GicRoute, IRQLOOM_HEX(affinity), IRQLOOM_FLAG(any),
               IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::GicRedistributor, IRQLOOM_FLAG(processor_sleep));
