// The VM that a program of model "kvm-arm64" plays on: KVM with its virtual GIC, a vCPU, and what
// its VMM and its guest can do with them.
//
// Elaborated for one program: its irqfds, eventfds and GSIs are part of the structure, as they are
// in a scenario.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "sim/app/conform/actor.h"
#include "sim/app/conform/irqfd_plan.h"
#include "sim/app/conform/record.h"
#include "sim/app/conform/rig.h"

namespace irqloom::app::conform {

/// What has to be elaborated for a program.
struct ArmVmPlan {
  KvmArm64::Config kvm;
  std::vector<std::string> eventfds;
  std::vector<IrqfdKey> irqfds;
};

/// Throws BadRecord for a configuration or an operation that cannot be.
ArmVmPlan plan_arm_vm(const Record& program);

class KvmArm64Vm {
 public:
  /// std::invalid_argument for more irqfds on one GSI or one eventfd than there is room for.
  explicit KvmArm64Vm(const ArmVmPlan& plan);

  Rig& rig() { return rig_; }
  Exec& exec() { return rig_.exec(); }
  KvmArm64& kvm() { return kvm_; }
  Vgic& vgic() { return kvm_.vgic(); }
  ArmVcpu& vcpu() { return vcpu_; }
  VmEventfds& fds() { return fds_; }

  /// A system call of the VMM's, and the work that it queues.
  std::int32_t host(Actor::Op op);
  /// What the vCPU does between KVM_RUN and its return. Nothing else runs meanwhile.
  std::int32_t guest(Actor::Op op) { return guest_.perform(rig_, std::move(op)); }
  /// Another thread's system call while the guest runs.
  std::int32_t other_thread(Actor::Op op) { return host_.perform(rig_, std::move(op)); }

 private:
  Rig rig_;
  KvmArm64 kvm_;
  ExecutorId executor_;
  ArmVcpu vcpu_;
  VmEventfds fds_;
  Actor host_;
  Actor guest_;
};

}  // namespace irqloom::app::conform
