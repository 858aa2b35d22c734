#include "models/vmm/emulated_device.h"

#include "models/cost.h"
#include "models/events.h"
#include "models/property/marks.h"

namespace irqloom {

namespace {

constexpr std::uint64_t device_bar = 0xfe000000;

}  // namespace

EmulatedDevice::EmulatedDevice(const sc_core::sc_module_name& module_name, Fabric& fabric,
                               Config config, Kvm& kvm)
    : Module(module_name, fabric),
      config_(config),
      kvm_(kvm),
      state_(fabric.reserve<EmulatedState>(std::string(name()))),
      bql_(fabric.lock(std::string(name()) + ".bql", "the VMM's lock", LockKind::sleep)),
      label_(fabric.name(name())),
      acknowledge_(fabric.routine<&EmulatedDevice::serve>(*this, "emulated_mmio_write",
                                                          "a device model of the VMM")) {
  registers.bind(*this);
  fabric.context(
      {.name = std::string(name()), .layer = "vmm", .fairness = Fairness::optional},
      fabric.routine<&EmulatedDevice::raise>(*this, "raise", "a device model of the VMM"));
  fabric.context({.name = std::string(name()) + ".io", .layer = "vmm"},
                 fabric.routine<&EmulatedDevice::io>(*this, "io", "a device model of the VMM"));
}

bool EmulatedDevice::may_raise(Exec& x) const {
  const EmulatedState& s = x.get(state_);
  return s.work == 0 && (config_.max_raises == 0 || s.raises < config_.max_raises);
}

void EmulatedDevice::raise(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP("wait for something to happen", cost(costs::device_period));
    STEP_WHEN(may_raise(x), "raise", cost(costs::device), writes(state_));
    {
      EmulatedState& s = x.set(state_);
      s.work = 1;
      if (config_.max_raises != 0) ++s.raises;
    }
    x.emit(event::raise, {label_});
    x.mark(mark::raise);
  }
  ROUTINE_END();
}

// The VMM's thread, which is owed its steps although the event was not.
void EmulatedDevice::io(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(x.get(state_).work != 0 && x.get(state_).level == 0 && x.can_lock(bql_),
              "raise the line: KVM_IRQ_LINE 1", cost(costs::ioctl), writes(state_), calls(kvm_),
              takes(bql_));
    x.lock(bql_);
    x.set(state_).level = 1;
    CALL(kvm_.set_irq(x, source_userspace, config_.gsi, true));
    STEP("the ioctl returns", cost(costs::ioctl));
    x.unlock(bql_);
  }
  ROUTINE_END();
}

Call EmulatedDevice::acknowledge(Exec& x) {
  return x.call<EmulatedLocals>(acknowledge_);
}

// The guest's write exits to the VMM, which lowers the line before it re-enters.
void EmulatedDevice::serve(Exec& x, Frame& self, EmulatedLocals& f) {
  ROUTINE();
  STEP("exit to the VMM", cost(costs::exit_userspace), writes(state_), calls(kvm_));
  f.vcpu = vcpu_of(x, vcpus_);
  vcpus_[f.vcpu]->exit(x, device_bar);
  LOCK(bql_, "the device model takes the write", cost(costs::ioctl), writes(state_), calls(kvm_));
  if (!config_.never_lowered) {
    x.emit(event::work_served, {label_});
    x.mark(mark::served);
    x.set(state_).work = 0;
    x.set(state_).level = 0;
    CALL(kvm_.set_irq(x, source_userspace, config_.gsi, false));
  }
  STEP("enter the guest", cost(costs::entry), calls(kvm_));
  x.unlock(bql_);
  vcpus_[f.vcpu]->enter(x);
  RETURN(0);
  ROUTINE_END();
}

IRQLOOM_MODEL("vmm/emulated_device", "a device of the VMM's own, by KVM_IRQ_LINE",
              "Documentation/virt/kvm/api.rst");

}  // namespace irqloom
