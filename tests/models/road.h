// The whole road of an interrupt, from a device to the guest's driver, and a row of the reference
// traces' tables: what the tables say of GSI 16 after each of their steps.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "models/events.h"
#include "models/platform/x86.h"
#include "tests/models/bench.h"

namespace irqloom::bench {

/// Values of Row::st.
inline constexpr unsigned nobody = 0;
inline constexpr unsigned user_space = 1U << source_userspace;
inline constexpr unsigned assigned = 1U << source_irqfd_resample;

struct Row {
  unsigned st = nobody;  ///< irq_states: bit per source id that asserts.
  unsigned m = 0;        ///< The entry's mask.
  unsigned irr = 0;
  unsigned r = 0;   ///< remote_irr
  unsigned vm = 0;  ///< vfio's ctx->masked, of the first device.

  friend bool operator==(const Row&, const Row&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << "st " << row.st << " m " << row.m << " irr " << row.irr << " r " << row.r
               << " vm " << row.vm;
  }
};

/// Devices that are assigned to GSI 16, on host pins of their own, and the guest's line with a
/// handler for each; one CPU and one vCPU.
inline x86::Spec devices(const std::vector<std::string>& names, const std::string& policy,
                         Driver::Serves serves) {
  x86::Spec spec;
  spec.host_cpus = 1;
  spec.vcpus = 1;
  spec.resample_policy = policy;
  x86::GuestLine line;
  line.oneshot = serves == Driver::Serves::thread;
  for (const std::string& name : names) {
    x86::AssignedSpec device;
    device.name = name;
    device.host_pin = 16 + static_cast<unsigned>(spec.devices.size());
    spec.devices.push_back(device);
    line.actions.push_back({name, serves});
  }
  spec.lines.push_back(line);
  return spec;
}

inline x86::Spec one_device(const std::string& policy, Driver::Serves serves) {
  return devices({"dev0"}, policy, serves);
}

class Road {
 public:
  explicit Road(const x86::Spec& spec)
      : machine(fabric, spec), vmm("vmm", fabric), go(fabric), first_(spec.devices[0].name) {}

  const KvmPin& pin() { return go[machine.kvm().ioapic().pin(16)]; }
  unsigned vfio_masked(std::string_view device) {
    return go[machine.assignment(device).vfio->state()].masked;
  }
  const DeviceState& device(std::string_view name) {
    return go[machine.assignment(name).device->state()];
  }
  Row row() {
    const KvmPin& p = pin();
    return {p.irq_states, p.mask, p.irr, p.remote_irr, vfio_masked(first_)};
  }
  /// Takes the context through the step that makes the row; the state after it.
  Row after(std::string_view context, std::string_view label) {
    go.through(context, label);
    return row();
  }

  /// The device has something to do; its line goes up.
  void raise(std::string_view device) { go.through(device, "raise"); }
  /// Passes through the host's handlers of all devices.
  std::size_t host_interrupts(std::string_view device = "dev0") {
    return go.count(event::pass_begin, std::string(device) + "_host_irq");
  }
  /// Interrupts that the vCPU took.
  std::size_t guest_interrupts() { return go.count(event::kvm_inj_virq); }
  /// KVM_IRQ_LINE
  void irq_line(bool level) {
    vmm.run(go, [this, level](Exec& x) {
      return machine.kvm().set_irq(x, source_userspace, 16, level);
    });
  }

 private:
  timed::FreshSimcontext simcontext_;

 public:
  Fabric fabric;
  x86::Machine machine;
  Hand vmm;
  Steps go;

 private:
  std::string first_;
};

}  // namespace irqloom::bench
