#include "models/pci/wire.h"

namespace irqloom {

Wire::Wire(const sc_core::sc_module_name& module_name, Fabric& fabric, unsigned pin)
    : Module(module_name, fabric),
      pin_(pin),
      state_(fabric.reserve<WireState>(std::string(name()))) {
  in.bind(*this);
}

void Wire::drive(Exec& x, unsigned source, bool level) {
  const std::uint16_t before = x.get(state_).drivers;
  const auto bit = static_cast<std::uint16_t>(1U << source);
  const auto after = static_cast<std::uint16_t>(level ? before | bit : before & ~bit);
  if (after == before) return;
  x.set(state_).drivers = after;
  if ((before != 0) != (after != 0)) out->set_pin(x, pin_, after != 0);
}

void Wire::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  out[0]->touches(footprint);
}

IRQLOOM_MODEL("pci/wire", "a level interrupt line", "PCI Local Bus 2.3, 2.2.6");

}  // namespace irqloom
