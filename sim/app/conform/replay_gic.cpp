#include "sim/app/conform/replay_gic.h"

namespace irqloom::app::conform {

void GicReplayer::drive(const Record& op, bool level) {
  const auto intid = static_cast<unsigned>(op.number("pin", gic().intids() - 1));
  if (intid < gic::first_ppi) op.fail("pin", "an SGI has no line", "a PPI (16..31) or an SPI");
  if (intid < gic::first_spi) {
    gic().set_private_pin(rig_.exec(), cpu(op), intid, level);
  } else {
    gic().set_pin(rig_.exec(), intid, level);
  }
}

Json GicReplayer::observe(const Record& op) {
  const std::string& what = op.text("what");
  const bool is_irq = what == "cpu_irq";
  if (!is_irq && what != "cpu_fiq") op.fail_name("what", {"cpu_irq", "cpu_fiq"});
  Json cpus = Json::array();
  for (unsigned n = 0; n < gic().cpus(); ++n) {
    const bool request = is_irq ? gic().irq(rig_.exec(), n) : gic().fiq(rig_.exec(), n);
    cpus.push_back(request ? 1 : 0);
  }
  return cpus;
}

// What software can set at will (active, active priorities) has no impossible combination; that
// both requests are up at once is one, since there is only one highest pending interrupt.
std::string GicReplayer::impossible() {
  for (unsigned n = 0; n < gic().cpus(); ++n) {
    if (gic().irq(rig_.exec(), n) && gic().fiq(rig_.exec(), n)) {
      return "IRQ and FIQ are requested at once of CPU " + std::to_string(n);
    }
  }
  return RegisterReplayer::impossible();
}

}  // namespace irqloom::app::conform
