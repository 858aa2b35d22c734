// What GICv2 and GICv3 share: the interrupts, their selection for a CPU, and the life of one from
// acknowledge to deactivation. The versions add register banks and how interrupts find their CPU.
//
// ARM IHI 0048B.b, chapter 3; ARM IHI 0069H, chapter 4. One security state; no virtualization
// (KVM's list registers are its own code), no LPIs.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/irqchip/gic_cpu_interface.h"
#include "models/irqchip/gic_fields.h"
#include "models/irqchip/gic_irq.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

/// Controller to CPU: the two interrupt request inputs, which are levels.
class CpuRequestIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  virtual bool irq(Exec& x, unsigned cpu) const = 0;
  virtual bool fiq(Exec& x, unsigned cpu) const = 0;
};

/// GICD_CTLR, by group.
struct GicDistributor {
  std::uint8_t enable[2] = {};
};

/// The interrupt that the distributor offers to a CPU interface.
struct GicPending {
  unsigned intid = gic::spurious;
  std::uint8_t priority = 0xff;
  std::uint8_t group = 0;
};

class Gic : public Module, public PinIf, public CpuRequestIf {
 public:
  /// SPIs; a pin is an INTID.
  sc_core::sc_export<PinIf> inputs;
  sc_core::sc_export<CpuRequestIf> requests;

  void set_pin(Exec& x, unsigned intid, bool level) override;
  /// Drives a PPI, an INTID of 16 to 31.
  void set_private_pin(Exec& x, unsigned cpu, unsigned intid, bool level);
  bool irq(Exec& x, unsigned cpu) const override;
  bool fiq(Exec& x, unsigned cpu) const override;
  void touches(Footprint& footprint) const override;

  unsigned cpus() const { return shape_.cpus; }
  unsigned intids() const { return shape_.intids; }
  /// `cpu` counts for SGIs and PPIs only. std::out_of_range for an INTID or CPU that is not there.
  Slot<GicIrq> interrupt(unsigned cpu, unsigned intid) const;
  Slot<GicCpuInterface> cpu_interface(unsigned cpu) const { return interfaces_[cpu]; }
  Slot<GicDistributor> distributor() const { return distributor_; }

  // What an operating system does with interrupts of group 0 (GICv2) or 1 (GICv3), whatever the
  // version; the context of the fabric runs on `cpu`.

  /// Acknowledges: an INTID, with an SGI's source in 12:10, or gic::spurious.
  virtual unsigned read_iar(Exec& x, unsigned cpu) = 0;
  virtual void write_eoir(Exec& x, unsigned cpu, unsigned intid) = 0;
  /// DIR: deactivates, where EOIR only drops the priority (EOImode 1).
  void write_dir(Exec& x, unsigned cpu, unsigned intid) { deactivate(x, cpu, intid); }
  /// Writes 1 to that interrupt's bit of a set or clear register of the distributor.
  virtual void write_spi_bit(Exec& x, gic::Field field, unsigned intid) = 0;
  /// At reset: everything is enabled, PMR is 0xf0, and every SPI has priority 0xa0 and goes to CPU
  /// 0, as Linux's driver leaves it (irq-gic-common.c: gic_dist_config(), Linux 6.1), but none is
  /// enabled. To be called during elaboration.
  virtual void preset_running() = 0;
  /// At reset every CPU interface has EOImode 1. To be called during elaboration.
  void preset_eoi_mode_1();

 protected:
  struct Shape {
    unsigned cpus = 1;           ///< 1..8
    unsigned intids = 64;        ///< 64..1020, of which 32 are each CPU's own.
    unsigned priority_bits = 8;  ///< Of the CPU interfaces, 4..8; the distributor keeps all 8.
    bool sgi_sources = false;    ///< GICv2: SGIs are always enabled, and pending by source CPU.
    /// The INTIDs that are implemented, ascending; empty: all. The others' fields read as zero and
    /// ignore writes (IHI 0048B.b, 3.1.2; IHI 0069H, 2.2).
    std::vector<unsigned> implemented = {};
  };
  /// std::invalid_argument for a shape outside of the ranges.
  Gic(const sc_core::sc_module_name& name, Fabric& fabric, Shape wanted);

  /// Whether the interrupt's targets or route include this CPU, which takes interrupts at all.
  virtual bool is_for(Exec& x, unsigned cpu, unsigned intid, const GicIrq& irq) const = 0;

  std::optional<GicPending> highest_pending(Exec& x, unsigned cpu) const;
  /// Whether its priority suffices against the priority mask and the running priority.
  bool is_signalled(Exec& x, unsigned cpu, const GicPending& pending) const;
  /// Acknowledges it: active, with its priority running. The INTID, with an SGI's source in 12:10.
  unsigned acknowledge(Exec& x, unsigned cpu, const GicPending& pending);
  /// Drops the running priority, provided that it is of `group` (nothing: of any), and deactivates
  /// unless EOImode leaves that to DIR. Nothing happens to a CPU where no such priority runs, nor
  /// for a special INTID.
  void end_of_interrupt(Exec& x, unsigned cpu, unsigned intid, std::optional<unsigned> group);
  /// DIR; ignored unless EOImode asks for it (UNPREDICTABLE otherwise).
  void deactivate(Exec& x, unsigned cpu, unsigned intid);
  /// RPR: the group priority that runs, 0xff when idle.
  std::uint8_t running_priority(Exec& x, unsigned cpu) const;

  std::uint8_t binary_point_minimum(unsigned group) const;
  void write_binary_point(Exec& x, unsigned cpu, unsigned group, std::uint64_t value);
  void write_priority_mask(Exec& x, unsigned cpu, std::uint64_t value);

  /// The fields of the access that belong to interrupts in [first, last); the others read as zero
  /// and ignore writes.
  std::uint32_t read_fields(Exec& x, unsigned cpu, const gic::FieldAccess& access, unsigned first,
                            unsigned last) const;
  void write_fields(Exec& x, unsigned cpu, const gic::FieldAccess& access, unsigned first,
                    unsigned last, std::uint64_t value);
  bool has(unsigned intid) const;
  /// INTIDs that are implemented, ascending.
  const std::vector<unsigned>& implemented() const { return shape_.implemented; }
  void preset_running(unsigned group);
  /// TYPER.ITLinesNumber.
  std::uint32_t it_lines_number() const { return (shape_.intids + 31) / 32 - 1; }

 private:
  Slot<GicIrq> slot(unsigned cpu, unsigned intid) const {
    return intid < gic::first_spi ? private_[cpu * gic::first_spi + intid]
                                  : spis_[intid - gic::first_spi];
  }
  void reset(World& w) const;
  bool is_read_only(gic::Field field, unsigned intid) const;

  Shape shape_;
  Slot<GicDistributor> distributor_;
  std::vector<Slot<GicCpuInterface>> interfaces_;
  std::vector<Slot<GicIrq>> private_;  ///< SGIs and PPIs, CPU after CPU.
  std::vector<Slot<GicIrq>> spis_;     ///< Only those of implemented INTIDs are ever used.
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::GicDistributor, IRQLOOM_FLAG(enable));
