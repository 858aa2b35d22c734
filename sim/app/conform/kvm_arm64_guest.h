// The guest of a program of model "kvm-arm64": one vCPU that enters, carries out a command, takes
// an interrupt if one is signalled, and exits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/app/conform/kvm_arm64_vm.h"
#include "sim/app/conform/record.h"
#include "sim/app/conform/replayer.h"

namespace irqloom::app::conform {

class KvmArm64Guest {
 public:
  explicit KvmArm64Guest(KvmArm64Vm& vm) : vm_(vm) {}

  static bool knows(const std::string& op);
  static std::vector<std::string> names();

  /// Nothing, or how the command differs; adds to `shown` what it showed. Throws BadRecord.
  std::optional<Difference> perform(const Record& op, Json& shown);
  /// What another thread does while the next command runs.
  void meanwhile(Actor::Op op) { meanwhile_.push_back(std::move(op)); }
  /// KVM_ARM_VCPU_INIT: back at the start of its code.
  void restart() {
    masked_ = true;
    depth_ = 0;
  }
  unsigned entries() const { return entries_; }
  unsigned depth() const { return depth_; }

 private:
  std::optional<Difference> command(const Record& op, Json& shown);
  std::optional<Difference> cpu_write(const Record& op);
  std::optional<Difference> wfi(const Record& op, Json& shown);
  void spin();
  /// An interrupt of the host: out of the guest, and back.
  void leave_and_return();
  bool takes_interrupt();

  KvmArm64Vm& vm_;
  std::vector<Actor::Op> meanwhile_;
  bool masked_ = true;  ///< PSTATE.I
  unsigned depth_ = 0;
  unsigned entries_ = 0;
  bool asleep_ = false;
};

}  // namespace irqloom::app::conform
