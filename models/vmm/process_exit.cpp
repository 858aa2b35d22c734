#include "models/vmm/process_exit.h"

#include <algorithm>

namespace irqloom {

ProcessExit::ProcessExit(const sc_core::sc_module_name& module_name, Fabric& fabric,
                         MainThread& main_thread)
    : Module(module_name, fabric),
      main_thread_(main_thread),
      killed_(fabric.reserve<ProcessExitState>(std::string(name()) + ".state")) {
  fabric.context(
      {.name = name(), .layer = "host kernel", .stack_bytes = 384},
      fabric.routine<&ProcessExit::do_exit>(*this, "do_exit", "kernel/exit.c, Linux 6.1"));
}

void ProcessExit::attach(Irqfd& irqfd, VfioPlatformRelease& device) {
  irqfd.can_go();
  devices_.push_back({&irqfd, &device});
}

void ProcessExit::add_state(SlotIndex first, SlotIndex last) {
  for (SlotIndex slot = first; slot < last; ++slot)
    state_.push_back(slot);
}

bool ProcessExit::is_in_user_space(Exec& x) const {
  return x.can_lock(main_thread_.bql()) && std::ranges::all_of(threads_, [&](ContextId c) {
           return x.in_main_routine(c) || !x.is_running(c);
         });
}

bool ProcessExit::irqfds_are_gone(Exec& x) const {
  return std::ranges::all_of(
      devices_, [&](const DeviceFiles& d) { return d.irqfd->shutdown_work()->is_idle(x); });
}

Writes ProcessExit::thread_slots() const {
  Writes w;
  for (const ContextId c : threads_) {
    const SlotInfo& slot = fabric_.layout().slots()[fabric_.contexts()[c].slot];
    w.ranges.push_back({slot.offset, slot.size});
  }
  return w;
}

Calls ProcessExit::of_process() const {
  Calls c;
  for (const ArmVcpu* vcpu : vcpus_)
    c.callees.push_back(vcpu);
  for (const DeviceFiles& d : devices_) {
    c.callees.push_back(d.irqfd);
    c.callees.push_back(d.device);
  }
  return c;
}

Writes ProcessExit::state_slots() const {
  Writes w;
  for (const SlotIndex s : state_) {
    const SlotInfo& slot = fabric_.layout().slots()[s];
    w.ranges.push_back({slot.offset, slot.size});
  }
  return w;
}

// The vCPUs' threads leave KVM_RUN by themselves. What the guest was doing ends with their last
// exit.
void ProcessExit::do_exit(Exec& x, Frame& self, ProcessExitLocals& f) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(x.get(killed_).killed != 0 && is_in_user_space(x), "SIGKILL: the threads end",
              cost("sched.wakeup"), thread_slots(), reads(main_thread_.bql().slot, killed_));
    for (const ContextId c : threads_)
      x.stop(c);
    for (f.i = 0; f.i < vcpus_.size(); ++f.i) {
      STEP("a vCPU's thread ends", cost("kvm.kick"), of_process());
      CALL(vcpus_[f.i]->stop(x));
    }
    STEP("kvm_irqfd_release: deactivate them all", cost("ioctl"), of_process());
    for (const DeviceFiles& d : devices_)
      d.irqfd->deactivate(x);
    SLEEP_WHEN(irqfds_are_gone(x), "flush_workqueue(irqfd_cleanup_wq)", of_process());
    for (f.i = 0; f.i < devices_.size(); ++f.i) {
      STEP("the device's file is closed", cost("ioctl"), of_process());
      CALL(devices_[f.i].device->close_device(x));
    }
    STEP("kvm_destroy_vm, and a second VMM", cost("sched.wakeup"), state_slots(), writes(killed_));
    for (const SlotIndex s : state_)
      x.reset(s);
    x.set(killed_).killed = 0;
    f.i = 0;
  }
  ROUTINE_END();
}

void ProcessExit::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(killed_));
}

}  // namespace irqloom
