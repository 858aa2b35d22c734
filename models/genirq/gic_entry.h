// A CPU's interrupt entry on a GIC: reads IAR and runs the flow handlers. On a GICv2 until nothing
// is pending any more (drivers/irqchip/irq-gic.c: gic_handle_irq(), Linux 6.1.192), on a GICv3 once
// an exception (irq-gic-v3.c: gic_handle_irq()). Hosts and guests alike.
#pragma once

#include <string>
#include <vector>

#include "models/irqchip/gic_base.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

/// A CPU's side of a GIC, real or virtual.
class GicCpuIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  /// The interrupt request input of the CPU.
  virtual bool is_signalled(Exec& x) const = 0;
  /// Acknowledges: an INTID, or gic::spurious.
  virtual unsigned read_iar(Exec& x) = 0;
};

/// That of a real GIC.
class GicCpu : public GicCpuIf {
 public:
  /// `supports_deactivate`: EOImode 1, as of a kernel that was booted at EL2. The GIC's own mode
  /// has to be the same (Gic::preset_eoi_mode_1()).
  GicCpu(Gic& gic, unsigned cpu, bool supports_deactivate = false)
      : gic_(gic), cpu_(cpu), supports_deactivate_(supports_deactivate) {}
  bool is_signalled(Exec& x) const override { return gic_.irq(x, cpu_); }
  unsigned read_iar(Exec& x) override;
  void touches(Footprint& footprint) const override { gic_.touches(footprint); }

 private:
  Gic& gic_;
  unsigned cpu_;
  bool supports_deactivate_;
};

/// Linux's driver for a GICv2 or a GICv3.
inline const char* gic_driver(bool is_v3) {
  return is_v3 ? "drivers/irqchip/irq-gic-v3.c" : "drivers/irqchip/irq-gic.c";
}

struct GicEntryLocals {
  std::uint16_t intid = 0;
  std::uint16_t reserved = 0;
};

class GicEntry : public Module {
 public:
  /// In the order of add_intid().
  sc_core::sc_port<FlowIf, 0, sc_core::SC_ZERO_OR_MORE_BOUND> flows;

  struct Config {
    std::string layer;      ///< "host kernel" or "guest".
    std::string context;    ///< Name of the hard interrupt context: "cpu0/hardirq".
    std::uint16_t cpu = 0;  ///< Number shown in traces.
    bool is_v3 = false;     ///< The driver is that of a GICv3.
  };

  /// `cpu` is not owned.
  GicEntry(const sc_core::sc_module_name& name, Fabric& fabric, Config config, GicCpuIf& cpu,
           ExecutorId executor);

  /// The domain maps `intid` to the next line that is bound to `flows`.
  void add_intid(unsigned intid) { intids_.push_back(intid); }
  ContextId context() const { return context_; }

 private:
  void gic_handle_irq(Exec& x, Frame& self, GicEntryLocals& f);
  Call handle(Exec& x, unsigned intid);
  FlowIf* line_of(unsigned intid);

  Config config_;
  GicCpuIf& cpu_;
  std::vector<unsigned> intids_;
  ContextId context_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::GicEntryLocals, IRQLOOM_NUMBER(intid), IRQLOOM_NUMBER(reserved));
