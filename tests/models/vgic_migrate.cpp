// Interrupts that move from one vCPU's list to another's (arm-vfio 2.3.5, 2.3.6, 2.5.5 and V-R8;
// vgic_queue_irq_unlock(), vgic_prune_ap_list(), Linux 6.1.192).
#include <catch2/catch.hpp>

#include "tests/models/arm_vm.h"

namespace irqloom::bench {
namespace {

constexpr unsigned itargetsr = 0x800;
constexpr unsigned irouter = 0x6000;
constexpr const char* queue_step = "ap_list_lock and irq_lock: queue it if nothing changed";

/// vCPU 1 of the guest writes the SPI's target.
void retarget(ArmVm& vm, unsigned vcpu) {
  vm.guests[1]->run(vm.go, [&](Exec& x) {
    if (vm.kvm.vgic().model() == VgicModel::v3)
      return vm.vcpus[1]->dist_write(x, irouter + 8 * spi, vcpu);
    return vm.vcpus[1]->dist_write_byte(x, itargetsr + spi, 1U << vcpu);
  });
}

TEST_CASE("2.3.6: an interrupt whose target changes before it is queued goes to the new one",
          "[models][vgic]") {
  ArmVm vm({.model = GENERATE(VgicModel::v2, VgicModel::v3), .vcpus = 2});
  vm.set_up(true);
  vm.host.ask(vm.go, [&](Exec& x) { return vm.kvm.irq_line(x, ArmIrqType::spi, 0, spi, true); });
  vm.go.until("host", queue_step);
  retarget(vm, 1);
  vm.go.settle();
  CHECK(vm.go.taken("host", "irq_lock: look again") == 1);
  CHECK(vm.irq().vcpu == 2);
  CHECK(vm.iar(1) == spi);
  CHECK_FALSE(vm.signalled(0));
}

TEST_CASE("a byte of ITARGETSR concerns one interrupt, a word four", "[models][vgic]") {
  ArmVm vm({.model = VgicModel::v2, .spis = {40, 41}, .vcpus = 2});
  vm.guests[1]->run(vm.go,
                    [&](Exec& x) { return vm.vcpus[1]->dist_write_byte(x, itargetsr + 41, 2); });
  CHECK(vm.irq(40).target_vcpu == 1);
  CHECK(vm.irq(41).target_vcpu == 2);
  vm.dist_write(itargetsr + 40, 0x0102);
  CHECK(vm.irq(40).target_vcpu == 2);
  CHECK(vm.irq(41).target_vcpu == 1);
}

// The two locks are of one class; who has the lower id goes first.
TEST_CASE("2.5.5: a move takes both lists and breaks no rule of locking", "[models][vgic]") {
  ArmVm vm({.vcpus = 2});
  vm.set_up(true);
  vm.irq_line(true);
  retarget(vm, 1);
  (void)vm.dist_read(word_of(ispendr));
  vm.go.settle();
  CHECK(vm.irq().vcpu == 2);
  retarget(vm, 0);
  vm.go.settle();
  (void)vm.dist_read(word_of(ispendr), 1);
  vm.go.settle();
  CHECK(vm.irq().vcpu == 1);
  CHECK(vm.go.violations().empty());
}

// The EOI of an edge makes no exit. What is queued after it on the list of vCPU 0, and belongs to
// vCPU 1, waits for the next exit of vCPU 0: the kick goes to the vCPU that the oracle names.
TEST_CASE("2.3.5: an edge that comes after a move kicks its target and waits on the old list",
          "[models][vgic]") {
  ArmVm vm({.model = GENERATE(VgicModel::v2, VgicModel::v3), .vcpus = 2});
  vm.set_up(false);
  vm.irq_line(true);
  REQUIRE(vm.iar(0) == spi);
  vm.eoir();
  REQUIRE(vm.irq().vcpu == 1);
  retarget(vm, 1);
  vm.go.settle();
  vm.irq_line(true);
  CHECK(vm.irq().pending_latch == 1);
  CHECK(vm.irq().vcpu == 1);
  CHECK_FALSE(vm.signalled(0));
  CHECK_FALSE(vm.signalled(1));
  // Any exit will do.
  vm.call([&](Exec& x) { return vm.vcpus[0]->kick(x); });
  CHECK(vm.irq().vcpu == 2);
  CHECK(vm.iar(1) == spi);
}

}  // namespace
}  // namespace irqloom::bench
