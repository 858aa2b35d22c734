#include "models/pci/device.h"

#include "models/cost.h"
#include "models/events.h"
#include "models/property/marks.h"

namespace irqloom {

Device::Device(const sc_core::sc_module_name& module_name, Fabric& fabric,
               DeviceConfig device_config, unsigned source)
    : Module(module_name, fabric),
      config_(std::move(device_config)),
      source_(source),
      state_(fabric.reserve<DeviceState>(std::string(name()))),
      label_(fabric.name(name())) {
  registers.bind(*this);
  config.bind(*this);
  const std::string device = name();
  if (config_.raises) {
    const RoutineId r = fabric.routine<&Device::raise>(*this, "raise", "device " + device);
    raiser_ = fabric.context({.name = device,
                              .layer = "hardware",
                              .fairness = Fairness::optional,
                              .stack_bytes = sizeof(Frame)},
                             r);
  }
  if (config_.late_deassert) {
    const RoutineId r = fabric.routine<&Device::deassert>(*this, "deassert", "device " + device);
    fabric.context(
        {.name = device + ".deassert", .layer = "hardware", .stack_bytes = sizeof(Frame)}, r);
  }
}

bool Device::may_raise(Exec& x) const {
  const DeviceState& s = x.get(state_);
  // A second cause while the first is unserved changes nothing that anybody can see.
  return s.work == 0 && (config_.max_raises == 0 || s.raises < config_.max_raises);
}

void Device::raise(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP("wait for something to happen", cost(config_.period_key));
    STEP_WHEN(may_raise(x), "raise", cost(costs::device), writes(state_), calls(wire));
    if (config_.max_raises != 0) ++x.set(state_).raises;
    raise_now(x);
  }
  ROUTINE_END();
}

void Device::raise_now(Exec& x) {
  DeviceState& s = x.set(state_);
  s.work = 1;
  s.status = 1;
  x.emit(event::raise, {label_});
  x.mark(mark::raise);
  update_wire(x);
  if (config_.edge) pulse(x);
}

// A pulse is shorter than anybody's look at the wire.
void Device::pulse(Exec& x) {
  x.emit(event::wire, {label_, 1});
  wire->drive(x, source_, true);
  wire->drive(x, source_, false);
}

// The late end of an acknowledge. Work that came in the meantime keeps the request up.
void Device::deassert(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(x.get(state_).late != 0, "the acknowledge takes its time",
              cost(costs::device_deassert), reads(state_));
    STEP("withdraw the request", cost(costs::device), writes(state_), calls(wire));
    {
      DeviceState& s = x.set(state_);
      s.late = 0;
      s.status = s.work;
    }
    update_wire(x);
  }
  ROUTINE_END();
}

bool Device::read_status(Exec& x) {
  return x.get(state_).work != 0;
}

Call Device::acknowledge(Exec& x) {
  x.emit(event::work_served, {label_});
  x.mark(mark::served);
  DeviceState& s = x.set(state_);
  s.work = 0;
  if (config_.late_deassert) {
    s.late = 1;
    return Call::done();
  }
  s.status = 0;
  update_wire(x);
  return Call::done();
}

void Device::reset(Exec& x) {
  DeviceState& s = x.set(state_);
  s.work = 0;
  s.status = 0;
  s.late = 0;
  x.emit(event::device_reset, {label_});
  update_wire(x);
}

bool Device::check_and_mask_intx(Exec& x) {
  if (x.get(state_).status == 0) return false;
  set_intx_disable(x, true);
  return true;
}

bool Device::check_and_unmask_intx(Exec& x) {
  if (x.get(state_).status != 0) return false;
  set_intx_disable(x, false);
  return true;
}

void Device::set_intx_disable(Exec& x, bool disable) {
  if ((x.get(state_).intx_disable != 0) == disable) return;
  x.set(state_).intx_disable = disable ? 1 : 0;
  update_wire(x);
}

void Device::update_wire(Exec& x) {
  const DeviceState& s = x.get(state_);
  if (config_.edge) return;
  const bool level = s.status != 0 && s.intx_disable == 0;
  if ((s.level != 0) == level) return;
  x.set(state_).level = level ? 1 : 0;
  x.emit(event::wire, {label_, level});
  wire->drive(x, source_, level);
}

void Device::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  wire[0]->touches(footprint);
}

IRQLOOM_MODEL("pci/device",
              "a device with INTx and PCI 2.3's command and status bits, or with a bare wire",
              "PCI Local Bus 2.3, 6.2.2 and 6.2.3");

}  // namespace irqloom
