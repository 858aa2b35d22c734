// A guest driver of a passed-through device: where it serves the device is what the stories differ
// in.
#pragma once

#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct DriverLocals {
  std::uint8_t found = 0;
  std::uint8_t reserved[3] = {};
};

/// The VMM stands between a driver and its device.
class AccessTrapIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  /// The driver has read a register: an exit to the VMM, if it traps accesses now.
  virtual Call accessed(Exec& x) = 0;
};

/// Serves its device in the primary handler or in the thread.
class Driver : public Module, public ActionIf {
 public:
  sc_core::sc_export<ActionIf> action;
  sc_core::sc_port<DeviceIf> device;

  enum class Serves : std::uint8_t {
    primary,  ///< The hard handler serves the device, before EOI.
    thread    ///< The default primary only wakes the thread, which serves it.
  };

  /// `line`, `device_label`: event arguments. `reports`: it passes on what it read even when the
  /// device had nothing (elan_i2c's "invalid report id data").
  Driver(const sc_core::sc_module_name& name, Fabric& fabric, Serves serves, std::int64_t line,
         std::int64_t device_label, bool reports = false);

  /// Its reads go through the VMM. Not owned.
  void trap(AccessTrapIf& trap) { trap_ = &trap; }

  Call handler(Exec& x) override;
  Call thread_fn(Exec& x) override;
  void touches(Footprint& footprint) const override;

 private:
  void serve(Exec& x, Frame& self, DriverLocals& f);

  Serves serves_;
  std::int64_t line_;
  std::int64_t device_label_;
  bool reports_;
  AccessTrapIf* trap_ = nullptr;
  RoutineId serve_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::DriverLocals, IRQLOOM_FLAG(found), IRQLOOM_NUMBER(reserved));
