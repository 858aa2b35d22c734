// vcpu->mutex: KVM_RUN holds it, and an access of the controller by user space takes all of them or
// is refused (arm-vfio 2.6.1 and 2.7; lock_all_vcpus(), Linux 6.1.192).
#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/models/arm_vm.h"

namespace irqloom::bench {
namespace {

TEST_CASE("no vCPU gets into KVM_RUN while user space accesses the controller", "[models][vgic]") {
  ArmVm vm({.model = GENERATE(VgicModel::v2, VgicModel::v3),
            .start = KvmArm64::Start::initialised,
            .vcpus = 2});
  vm.host.ask(vm.go,
              [&](Exec& x) { return vm.kvm.dist_attr_write(x, word_of(isenabler), bit_of()); });
  vm.go.until("host", "drop config_lock, every vCPU's mutex and kvm->lock");
  CHECK(vm.irq().enabled == 1);
  vm.vcpus[1]->start(vm.go.exec());
  CHECK_FALSE(vm.go.enabled("vcpu1/run"));
  vm.go.rest("host");
  CHECK(vm.go.enabled("vcpu1/run"));
  vm.go.settle();
  CHECK(vm.go[vm.vcpus[1]->state()].entered == 1);
  CHECK(vm.go.violations().empty());
}

TEST_CASE("an access is refused as soon as one vCPU is in KVM_RUN, and does not wait for it",
          "[models][vgic]") {
  ArmVm vm({.start = KvmArm64::Start::initialised, .vcpus = 2});
  vm.vcpus[1]->start(vm.go.exec());
  vm.go.through("vcpu1/run", "the vCPU thread calls KVM_RUN");
  const auto write = [&](Exec& x) {
    return vm.kvm.dist_attr_write(x, word_of(isenabler), bit_of());
  };
  CHECK(vm.host.run(vm.go, write) == -EBUSY);
  CHECK(vm.irq().enabled == 0);
  CHECK(vm.go[vm.vcpus[0]->mutex().slot].owner == 0);
  vm.go.settle();
  vm.host.ask(vm.go, [&](Exec& x) { return vm.vcpus[1]->stop(x); });
  vm.go.settle();
  CHECK(vm.call(write) == 0);
  CHECK(vm.irq().enabled == 1);
}

}  // namespace
}  // namespace irqloom::bench
