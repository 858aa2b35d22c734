#include "models/vmm/main_thread.h"

#include "models/cost.h"

namespace irqloom {

MainThread::MainThread(const sc_core::sc_module_name& module_name, Fabric& fabric, KvmArm64& kvm)
    : Module(module_name, fabric),
      kvm_(kvm),
      state_(fabric.reserve<MainThreadState>(std::string(name()))),
      bql_(fabric.lock(std::string(name()) + ".bql", "the VMM's lock", LockKind::sleep)),
      create_vgic_(fabric.routine<&MainThread::create_vgic_routine>(
          *this, "kvm_arm_gic_realize", "hw/intc/arm_gic_kvm.c, QEMU 7.2")),
      create_vcpu_(fabric.routine<&MainThread::create_vcpu_routine>(*this, "qemu_init_vcpu",
                                                                    "softmmu/cpus.c, QEMU 7.2")),
      stop_(fabric.routine<&MainThread::pause_all_vcpus>(*this, "pause_all_vcpus",
                                                         "softmmu/cpus.c, QEMU 7.2")),
      await_main_loop_(fabric.routine<&MainThread::await_main_loop_routine>(
          *this, "qemu_main_loop", "softmmu/runstate.c, QEMU 7.2")),
      await_reset_(fabric.routine<&MainThread::await_reset_routine>(
          *this, "main_loop_should_exit", "softmmu/runstate.c, QEMU 7.2")),
      system_reset_(fabric.routine<&MainThread::system_reset_routine>(
          *this, "machine_restart", "arch/arm64/kernel/process.c, Linux 6.1")) {}

Call MainThread::create_vgic(Exec& x) {
  return x.call(create_vgic_);
}

void MainThread::create_vgic_routine(Exec& x, Frame& self) {
  ROUTINE();
  STEP("KVM_CREATE_DEVICE", cost(costs::ioctl), calls(kvm_));
  CALL(kvm_.create_vgic(x));
  LOCAL("did it work?");
  if (self.result < 0) {
    RETURN(self.result);
  }
  STEP("KVM_DEV_ARM_VGIC_GRP_ADDR", cost(costs::ioctl), calls(kvm_));
  CALL(kvm_.set_addresses(x));
  LOCAL("created");
  RETURN(self.result);
  ROUTINE_END();
}

Call MainThread::create_vcpu(Exec& x, unsigned id) {
  return x.call<MainThreadLocals>(create_vcpu_, {.vcpu = static_cast<std::uint8_t>(id)});
}

void MainThread::create_vcpu_routine(Exec& x, Frame& self, MainThreadLocals& f) {
  ROUTINE();
  STEP("KVM_CREATE_VCPU", cost(costs::ioctl), calls(kvm_));
  CALL(kvm_.create_vcpu(x, f.vcpu));
  LOCAL("did it work?");
  if (self.result < 0) {
    RETURN(self.result);
  }
  STEP("KVM_ARM_VCPU_INIT", cost(costs::ioctl), calls(kvm_));
  CALL(kvm_.vcpu_init(x, f.vcpu));
  LOCAL("the thread is parked");
  RETURN(self.result);
  ROUTINE_END();
}

Call MainThread::vm_start(Exec& x) {
  for (ArmVcpu* v : vcpus_)
    v->start(x);
  return Call::done();
}

Call MainThread::vm_stop(Exec& x) {
  return x.call<MainThreadLocals>(stop_);
}

void MainThread::pause_all_vcpus(Exec& x, Frame& self, MainThreadLocals& f) {
  ROUTINE();
  for (f.vcpu = 0; f.vcpu < vcpus_.size(); ++f.vcpu) {
    STEP("stop a vCPU", cost(costs::ioctl), calls(kvm_));
    CALL(vcpus_[f.vcpu]->stop(x));
  }
  LOCAL("all are stopped");
  RETURN(0);
  ROUTINE_END();
}

Call MainThread::run_main_loop(Exec& x) {
  x.set(state_).loop_runs = 1;
  return Call::done();
}

Call MainThread::await_main_loop(Exec& x) {
  return x.call(await_main_loop_);
}

void MainThread::await_main_loop_routine(Exec& x, Frame& self) {
  ROUTINE();
  STEP_WHEN(x.get(state_).loop_runs != 0, "the main loop dispatches", reads(state_));
  RETURN(0);
  ROUTINE_END();
}

Call MainThread::await_reset(Exec& x) {
  return x.call(await_reset_);
}

void MainThread::await_reset_routine(Exec& x, Frame& self) {
  ROUTINE();
  STEP_WHEN(x.get(state_).reset_wanted != 0, "the guest wants a reset", reads(state_));
  RETURN(0);
  ROUTINE_END();
}

Call MainThread::reset_done(Exec& x) {
  x.set(state_).reset_wanted = 0;
  return Call::done();
}

Call MainThread::system_reset(Exec& x) {
  return x.call(system_reset_);
}

// The rebooted guest goes on in the same context.
void MainThread::system_reset_routine(Exec& x, Frame& self) {
  ROUTINE();
  STEP("PSCI SYSTEM_RESET", cost(costs::exit_userspace), writes(state_));
  x.set(state_).reset_wanted = 1;
  STEP_WHEN(x.get(state_).reset_wanted == 0, "boot again", reads(state_));
  RETURN(0);
  ROUTINE_END();
}

void MainThread::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  for (const ArmVcpu* v : vcpus_)
    v->touches(footprint);
}

IRQLOOM_MODEL("vmm/main_thread", "a start-up step by step: vCPUs, virtual GIC, vm_start",
              "softmmu/cpus.c, runstate.c, QEMU 7.2");

}  // namespace irqloom
