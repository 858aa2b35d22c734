// The VMM's main thread on arm64: what its operations consist of that are more than one ioctl, its
// lock, and whether its main loop dispatches yet.
//
// QEMU 7.2: softmmu/cpus.c (qemu_init_vcpu(), resume_all_vcpus(), pause_all_vcpus()),
// target/arm/kvm.c (kvm_arch_init_vcpu()), softmmu/runstate.c (qemu_system_reset()).
#pragma once

#include <vector>

#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "models/module.h"

namespace irqloom {

struct MainThreadState {
  std::uint8_t loop_runs = 0;     ///< The main loop dispatches file descriptors.
  std::uint8_t reset_wanted = 0;  ///< The guest asked for a system reset (PSCI SYSTEM_RESET).
};

struct MainThreadLocals {
  std::uint8_t vcpu = 0;
  std::uint8_t reserved[3] = {};
};

class MainThread : public Module, public Touches {
 public:
  MainThread(const sc_core::sc_module_name& name, Fabric& fabric, KvmArm64& kvm);
  /// In the order of their ids. Not owned.
  void attach(ArmVcpu& vcpu) { vcpus_.push_back(&vcpu); }

  /// KVM_CREATE_DEVICE and both addresses: 0 or -errno.
  Call create_vgic(Exec& x);
  /// KVM_CREATE_VCPU and KVM_ARM_VCPU_INIT; its thread stays parked. 0 or -errno.
  Call create_vcpu(Exec& x, unsigned id);
  /// The parked vCPU threads may call KVM_RUN. Atomic.
  Call vm_start(Exec& x);
  /// They are kicked out of it; waits for them.
  Call vm_stop(Exec& x);
  /// From now on file descriptors are dispatched. Atomic.
  Call run_main_loop(Exec& x);
  /// Waits for that: a monitor command is a file descriptor's event too.
  Call await_main_loop(Exec& x);
  /// Waits until the guest wants a reset.
  Call await_reset(Exec& x);
  /// The reset is over. Atomic.
  Call reset_done(Exec& x);
  /// The guest's side: asks for it, and goes on when it is over.
  Call system_reset(Exec& x);

  const Lock& bql() const { return bql_; }
  Slot<MainThreadState> state() const { return state_; }
  void touches(Footprint& footprint) const override;

 private:
  void create_vgic_routine(Exec& x, Frame& self);
  void create_vcpu_routine(Exec& x, Frame& self, MainThreadLocals& f);
  void pause_all_vcpus(Exec& x, Frame& self, MainThreadLocals& f);
  void await_main_loop_routine(Exec& x, Frame& self);
  void await_reset_routine(Exec& x, Frame& self);
  void system_reset_routine(Exec& x, Frame& self);

  KvmArm64& kvm_;
  std::vector<ArmVcpu*> vcpus_;
  Slot<MainThreadState> state_;
  Lock bql_;
  RoutineId create_vgic_;
  RoutineId create_vcpu_;
  RoutineId stop_;
  RoutineId await_main_loop_;
  RoutineId await_reset_;
  RoutineId system_reset_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::MainThreadState, IRQLOOM_FLAG(loop_runs), IRQLOOM_FLAG(reset_wanted));
IRQLOOM_FIELDS(irqloom::MainThreadLocals, IRQLOOM_NUMBER(vcpu), IRQLOOM_NUMBER(reserved));
