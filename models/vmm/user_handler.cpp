#include "models/vmm/user_handler.h"

namespace irqloom {

UserHandler::UserHandler(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
                         Parts parts)
    : Module(module_name, fabric),
      config_(config),
      parts_(parts),
      state_(fabric.reserve<UserHandlerState>(std::string(name()))),
      access_(fabric.routine<&UserHandler::trapped_access>(*this, "vfio_platform_eoi",
                                                           "hw/vfio/platform.c, QEMU 7.2")) {
  context_ = fabric.context({.name = std::string(name()), .layer = "vmm", .stack_bytes = 192},
                            fabric.routine<&UserHandler::vfio_intp_interrupt>(
                                *this, "vfio_intp_interrupt", "hw/vfio/platform.c, QEMU 7.2"));
}

bool UserHandler::has_event(Exec& x) const {
  return x.get(state_).installed != 0 && x.get(parts_.main_thread.state()).loop_runs != 0 &&
         parts_.trigger.count(x) != 0 && x.can_lock(parts_.trigger.lock()) &&
         x.can_lock(parts_.main_thread.bql());
}

// Accesses trap before the interrupt is raised: no service escapes.
void UserHandler::vfio_intp_interrupt(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(has_event(x), "the main loop reads the eventfd", cost("ioctl"), writes(state_),
              reads(parts_.main_thread.state()), calls(parts_.trigger),
              takes(parts_.main_thread.bql()));
    x.lock(parts_.main_thread.bql());
    parts_.trigger.read(x);
    x.set(state_).active = 1;
    do {
      STEP("KVM_IRQ_LINE 1", cost("ioctl"), calls(parts_.kvm));
      CALL(parts_.kvm.irq_line(x, ArmIrqType::spi, 0, config_.intid, true));
      LOCAL("the ioctl returns");
    } while (self.result < 0 && config_.retries);
    STEP("drop the VMM's lock");
    x.unlock(parts_.main_thread.bql());
  }
  ROUTINE_END();
}

Call UserHandler::acknowledge(Exec& x) {
  if (x.get(state_).active == 0) return parts_.device.acknowledge(x);
  return x.call<UserHandlerLocals>(access_, {.is_write = 1});
}

Call UserHandler::accessed(Exec& x) {
  if (x.get(state_).active == 0) return Call::done();
  return x.call<UserHandlerLocals>(access_);
}

// The access first, then what QEMU takes for the end of the interrupt.
void UserHandler::trapped_access(Exec& x, Frame& self, UserHandlerLocals& f) {
  ROUTINE();
  STEP("exit to the VMM", cost("exit.userspace"), calls(parts_.kvm));
  for (f.vcpu = 0;
       vcpus_[f.vcpu]->executor() + 1U != x.fabric().state(x.world(), x.self()).executor;)
    ++f.vcpu;
  CALL(vcpus_[f.vcpu]->exit(x));
  LOCK(parts_.main_thread.bql(), "the access reaches the device", cost("ioctl"), writes(state_),
       calls(parts_.device), calls(parts_.kvm));
  f.was_active = x.get(state_).active;  // Only who holds the lock changes it.
  if (f.is_write != 0) {
    CALL(parts_.device.acknowledge(x));
    LOCAL("the device is acknowledged");
  }
  if (f.was_active != 0) {
    f.was_active = 0;
    STEP("KVM_IRQ_LINE 0", cost("ioctl"), writes(state_), calls(parts_.kvm));
    x.set(state_).active = 0;
    CALL(parts_.kvm.irq_line(x, ArmIrqType::spi, 0, config_.intid, false));
    STEP("VFIO_DEVICE_SET_IRQS: unmask", cost("ioctl"), calls(parts_.vfio));
    CALL(parts_.vfio.unmask(x));
  }
  STEP("drop the VMM's lock");
  x.unlock(parts_.main_thread.bql());
  CALL(vcpus_[f.vcpu]->enter(x));
  LOCAL("served");
  RETURN(0);
  ROUTINE_END();
}

void UserHandler::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  parts_.device.touches(footprint);
}

}  // namespace irqloom
