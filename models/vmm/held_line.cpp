#include "models/vmm/held_line.h"

#include <utility>

#include "models/cost.h"
#include "models/events.h"
#include "models/property/marks.h"

namespace irqloom {

namespace {

const char* const source = "a device model of the VMM";

}  // namespace

HeldLine::HeldLine(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
                   KvmArm64& kvm, MainThread& main_thread)
    : Module(module_name, fabric),
      config_(std::move(config)),
      kvm_(kvm),
      main_thread_(main_thread),
      state_(fabric.reserve<HeldLineState>(std::string(name()))),
      label_(fabric.name(name())),
      serve_(fabric.routine<&HeldLine::serve>(*this, "emulated_mmio_write", source)) {
  const std::string device = name();
  fabric.context({.name = device, .layer = "vmm", .fairness = Fairness::optional},
                 fabric.routine<&HeldLine::raise>(*this, "raise", source));
  fabric.context({.name = device + ".io", .layer = "vmm", .stack_bytes = 256},
                 fabric.routine<&HeldLine::io>(*this, "io", source));
  if (!config_.withdraws) return;
  fabric.context({.name = device + ".withdraw", .layer = "vmm", .fairness = Fairness::optional},
                 fabric.routine<&HeldLine::withdraw>(*this, "withdraw", source));
}

void HeldLine::raise(Exec& x, Frame& self) {
  ROUTINE();
  STEP("wait for something to happen", cost(config_.period_key));
  STEP_WHEN(x.get(main_thread_.state()).loop_runs != 0, "raise", cost(costs::device),
            writes(state_), reads(main_thread_.state()));
  x.set(state_).work = config_.causes;
  x.set(state_).raised = 1;
  x.emit(event::raise, {label_});
  x.mark(mark::raise);
  RETURN(0);
  ROUTINE_END();
}

void HeldLine::withdraw(Exec& x, Frame& self) {
  ROUTINE();
  STEP_WHEN(x.get(state_).work != 0 && x.get(state_).level != 0, "the causes go away",
            cost(costs::device_deassert), writes(state_));
  x.set(state_).work = 0;
  RETURN(0);
  ROUTINE_END();
}

/// Whether KVM was told another level than the device's.
bool HeldLine::is_wrong(Exec& x) const {
  const HeldLineState& s = x.get(state_);
  return (s.work != 0) != (s.level != 0);
}

void HeldLine::io(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(is_wrong(x) && x.can_lock(main_thread_.bql()), "KVM_IRQ_LINE", cost(costs::ioctl),
              writes(state_), calls(kvm_), takes(main_thread_.bql()));
    x.lock(main_thread_.bql());
    x.set(state_).level = x.get(state_).work != 0 ? 1 : 0;
    CALL(kvm_.irq_line(x, ArmIrqType::spi, 0, config_.intid, x.get(state_).level != 0));
    STEP("the ioctl returns", cost(costs::ioctl));
    x.unlock(main_thread_.bql());
  }
  ROUTINE_END();
}

Call HeldLine::acknowledge(Exec& x) {
  return x.call<HeldLineLocals>(serve_);
}

// The line falls with the last cause, before the guest goes on.
void HeldLine::serve(Exec& x, Frame& self, HeldLineLocals& f) {
  ROUTINE();
  STEP("exit to the VMM", cost(costs::exit_userspace), calls(kvm_));
  f.vcpu = 0;
  while (vcpus_[f.vcpu]->executor() + 1U != x.fabric().state(x.world(), x.self()).executor)
    ++f.vcpu;
  CALL(vcpus_[f.vcpu]->exit(x));
  LOCK(main_thread_.bql(), "the device model takes the write", cost(costs::ioctl), writes(state_),
       calls(kvm_));
  if (x.get(state_).work != 0) {
    x.emit(event::work_served, {label_});
    x.mark(mark::served);
    if (--x.set(state_).work == 0 && x.get(state_).level != 0) {
      x.set(state_).level = 0;
      CALL(kvm_.irq_line(x, ArmIrqType::spi, 0, config_.intid, false));
    }
  }
  STEP("back to KVM", cost(costs::ioctl));
  x.unlock(main_thread_.bql());
  CALL(vcpus_[f.vcpu]->enter(x));
  LOCAL("served");
  RETURN(0);
  ROUTINE_END();
}

void HeldLine::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
}

IRQLOOM_MODEL("vmm/held_line", "a device of the VMM's own on arm64, by KVM_IRQ_LINE",
              "Documentation/virt/kvm/api.rst");

}  // namespace irqloom
