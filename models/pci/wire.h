// An interrupt wire: the OR of its drivers, into one controller input (PCI INTx is shared by
// wiring the pins together).
#pragma once

#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct WireState {
  std::uint16_t drivers = 0;  ///< Bit per source that asserts.
};

class Wire : public Module, public WireIf {
 public:
  sc_core::sc_export<WireIf> in;
  sc_core::sc_port<PinIf> out;

  Wire(const sc_core::sc_module_name& name, Fabric& fabric, unsigned pin);

  void drive(Exec& x, unsigned source, bool level) override;
  void touches(Footprint& footprint) const override;
  Slot<WireState> state() const { return state_; }

 private:
  unsigned pin_;
  Slot<WireState> state_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::WireState, IRQLOOM_HEX(drivers));
