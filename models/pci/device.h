// A device with a level interrupt: PCI INTx with the command/status bits of PCI 2.3, or a platform
// device that only has a wire.
//
// PCI Local Bus 2.3, section 6.2.2 (INTx Disable) and 6.2.3 (Interrupt Status): the status bit
// shows the internal request whatever INTx Disable says; the pin is asserted iff status and not
// disable.
#pragma once

#include <string>

#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct DeviceState {
  std::uint8_t work = 0;          ///< There is work that no driver has served.
  std::uint8_t status = 0;        ///< Interrupt Status: the internal request.
  std::uint8_t intx_disable = 0;  ///< Command register bit 10.
  std::uint8_t level = 0;         ///< What the pin drives.
  std::uint8_t late = 0;          ///< Acknowledged, the request not yet withdrawn.
  std::uint8_t reserved = 0;
  std::uint16_t raises = 0;  ///< Raises so far; counted only when they are limited.
};

struct DeviceConfig {
  /// How often it may raise; 0: without end (then nothing counts, and the space stays finite).
  std::uint16_t max_raises = 0;
  /// The acknowledge completes before the device has withdrawn its request: the status bit and the
  /// wire fall later (a posted write, or a slow device).
  bool late_deassert = false;
  /// Cost key of the step that waits before a raise.
  std::string period_key = "device.period";
  bool raises = true;  ///< False: only somebody else's step raises it.
  bool edge = false;   ///< It sends a pulse for new work instead of holding its wire.
};

/// Ports: `wire` to the interrupt line.
class Device : public Module, public DeviceIf, public IntxIf {
 public:
  sc_core::sc_port<WireIf> wire;
  sc_core::sc_export<DeviceIf> registers;
  sc_core::sc_export<IntxIf> config;

  /// `source`: its input of the wire.
  Device(const sc_core::sc_module_name& name, Fabric& fabric, DeviceConfig config,
         unsigned source = 0);

  bool read_status(Exec& x) override;
  Call acknowledge(Exec& x) override;
  bool check_and_mask_intx(Exec& x) override;
  bool check_and_unmask_intx(Exec& x) override;
  void set_intx_disable(Exec& x, bool disable) override;
  void touches(Footprint& footprint) const override;

  /// It gets new work now, in somebody's step. Atomic.
  void raise_now(Exec& x);
  /// Somebody resets it: what it wanted is forgotten. Atomic.
  void reset(Exec& x);

  Slot<DeviceState> state() const { return state_; }
  /// Its name as an event argument.
  std::int64_t label() const { return label_; }
  /// The context that raises, if it does.
  ContextId raiser() const { return raiser_; }

 private:
  void raise(Exec& x, Frame& self);
  void deassert(Exec& x, Frame& self);
  void update_wire(Exec& x);
  void pulse(Exec& x);
  bool may_raise(Exec& x) const;

  DeviceConfig config_;
  unsigned source_;
  Slot<DeviceState> state_;
  std::int64_t label_;
  ContextId raiser_ = 0;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::DeviceState, IRQLOOM_FLAG(work), IRQLOOM_FLAG(status),
               IRQLOOM_FLAG(intx_disable), IRQLOOM_FLAG(level), IRQLOOM_FLAG(late),
               IRQLOOM_NUMBER(reserved), IRQLOOM_NUMBER(raises));
