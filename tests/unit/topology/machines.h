// Descriptions of x86 machines for the tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/platform/x86.h"

namespace irqloom::x86::machines {

inline AssignedSpec pci(std::string name, unsigned host_pin = 16, unsigned gsi = 16) {
  AssignedSpec device;
  device.name = std::move(name);
  device.host_pin = host_pin;
  device.gsi = gsi;
  return device;
}

/// Without INTx Disable.
inline AssignedSpec platform(std::string name, unsigned host_pin = 16, unsigned gsi = 16) {
  AssignedSpec device = pci(std::move(name), host_pin, gsi);
  device.pci_2_3 = false;
  return device;
}

inline EmulatedSpec emulated(std::string name, unsigned gsi = 16) {
  EmulatedSpec device;
  device.name = std::move(name);
  device.config.gsi = gsi;
  return device;
}

/// A line with one threaded handler for each device; its vector is `gsi` + 65.
inline GuestLine line(unsigned gsi, const std::vector<std::string>& devices) {
  GuestLine l;
  l.gsi = gsi;
  l.vector = static_cast<std::uint8_t>(gsi + 65);
  for (const std::string& d : devices)
    l.actions.push_back({d});
  return l;
}

/// One PCI device through to one oneshot line.
inline Spec simple() {
  Spec spec;
  spec.devices = {pci("dev0")};
  spec.lines = {line(16, {"dev0"})};
  return spec;
}

/// A line shared by all kinds of devices; a raw line; a device that a script assigns.
inline Spec rich() {
  Spec spec;
  spec.resample_policy = "forward-mask";
  spec.forwards_mask = true;
  spec.devices = {pci("dev0"), platform("dev1", 17), pci("dev2", 18, 17)};
  spec.devices[0].config.late_deassert = true;
  spec.devices[2].assigned_at_reset = false;
  spec.emulated = {emulated("emu0")};
  spec.lines = {line(16, {"dev0", "dev1", "emu0"}), line(17, {"dev2"})};
  spec.lines[0].actions[1].serves = Driver::Serves::primary;
  spec.lines[1].raw = true;
  spec.lines[1].vcpu = 1;
  spec.scripts = {
      {"vmm", false, 0, false, false, {{ScriptOp::Kind::assign, "dev2"}, {ScriptOp::Kind::wait}}},
      {"task",
       true,
       1,
       true,
       true,
       {{ScriptOp::Kind::disable, "", 16}, {ScriptOp::Kind::enable, "", 16}}}};
  return spec;
}

}  // namespace irqloom::x86::machines
