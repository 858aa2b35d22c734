// Accesses of the distributor by the guest and by user space (vgic-mmio.c, vgic-mmio-v2.c,
// vgic-mmio-v3.c, Linux 6.1.192).
#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/models/arm_vm.h"

namespace irqloom::bench {
namespace {

std::int32_t attr_write(ArmVm& vm, unsigned offset, std::uint32_t value) {
  return vm.call([&](Exec& x) { return vm.kvm.dist_attr_write(x, offset, value); });
}

// Observed, I1 and I3.
TEST_CASE("ICPENDR clears the latch, and a high line keeps its interrupt pending",
          "[models][vgic]") {
  ArmVm vm;
  vm.dist_write(icfgr + spi / 16 * 4, 0);
  vm.dist_write(word_of(ispendr), bit_of());
  CHECK(vm.irq().pending_latch == 1);
  vm.dist_write(word_of(icpendr), bit_of());
  CHECK(vm.dist_read(word_of(ispendr)) == 0);
  vm.irq_line(true);
  vm.dist_write(word_of(icpendr), bit_of());
  CHECK(vm.dist_read(word_of(ispendr)) == bit_of());
}

// Observed, I2: unconditional, nobody had signalled.
TEST_CASE("the EOI of a level interrupt that software made pending notifies", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.dist_write(word_of(ispendr), bit_of());
  REQUIRE(vm.iar() == spi);
  vm.eoir();
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.irq().pending_latch == 0);
}

// Observed, F2 and F3, and 3.6.7.
TEST_CASE("ICFGR changes what is pending and queues nothing", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.dist_write(word_of(icenabler), bit_of());
  vm.irq_line(true);
  vm.dist_write(icfgr + spi / 16 * 4, 2U << spi % 16 * 2);
  CHECK(vm.irq().line_level == 1);
  vm.dist_write(word_of(isenabler), bit_of());
  CHECK_FALSE(vm.signalled());
  vm.dist_write(icfgr + spi / 16 * 4, 0);
  CHECK_FALSE(vm.signalled());
  vm.dist_write(word_of(isenabler), bit_of());
  CHECK(vm.signalled());
}

// Observed, M1 and M3.
TEST_CASE("switching the distributor on does not deliver what came while it was off",
          "[models][vgic]") {
  const VgicModel model = GENERATE(VgicModel::v2, VgicModel::v3);
  const std::uint32_t on = model == VgicModel::v2 ? 1 : 0x12;
  ArmVm vm({.model = model});
  vm.set_up(true);
  vm.dist_write(0, on & 0x10);
  vm.signal(vm.trigger);
  vm.dist_write(0, on);
  CHECK(vm.irq().line_level == 1);
  CHECK_FALSE(vm.signalled());
  vm.signal(vm.trigger);  // The line is up already.
  CHECK_FALSE(vm.signalled());
  vm.dist_write(word_of(isenabler), bit_of());
  CHECK(vm.signalled());
}

// V-R14: ICENABLER kicks nobody.
TEST_CASE("an interrupt that another vCPU disables can still be taken", "[models][vgic]") {
  ArmVm vm({.vcpus = 2});
  vm.set_up(true);
  vm.irq_line(true);
  REQUIRE(vm.signalled(0));
  vm.dist_write(word_of(icenabler), bit_of(), 1);
  CHECK(vm.irq().enabled == 0);
  CHECK(vm.signalled(0));
  CHECK(vm.iar(0) == spi);
}

// V-R15, observed E4.
TEST_CASE("an interrupt that ICACTIVER deactivates is not acknowledged to its irqfd",
          "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  vm.dist_write(word_of(icactiver), bit_of());
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.irq().active == 0);
  CHECK(vm.irq().line_level == 1);
}

// 2.7: kvm_arm_halt_guest().
TEST_CASE("active state changes while every vCPU is out of its guest", "[models][vgic]") {
  ArmVm vm({.vcpus = 2});
  vm.guests[1]->ask(
      vm.go, [&](Exec& x) { return vm.vcpus[1]->dist_write(x, word_of(isactiver), bit_of()); });
  vm.go.rest("guest1");
  CHECK(vm.go.next("guest1") == "every other vCPU has left its guest");
  CHECK(vm.irq().active == 0);
  vm.go.until("vcpu0/run", "check_vcpu_requests, interrupts off");
  CHECK_FALSE(vm.go.enabled("vcpu0/run"));  // Paused.
  vm.go.rest("guest1");
  CHECK(vm.irq().active == 1);
  CHECK(vm.go.enabled("vcpu0/run"));
}

TEST_CASE("user space reads and writes registers while no vCPU runs", "[models][vgic]") {
  ArmVm vm;
  CHECK(attr_write(vm, word_of(isenabler), bit_of()) == -EBUSY);
  vm.host.ask(vm.go, [&](Exec& x) { return vm.vcpus[0]->stop(x); });
  vm.go.settle();
  REQUIRE(vm.host.is_done(vm.go));
  CHECK(attr_write(vm, word_of(isenabler), bit_of()) == 0);
  CHECK(vm.irq().enabled == 1);
}

// vgic_v2_attr_regs_access(): every vCPU's mutex first, and initialised only then.
TEST_CASE("user space initialises nothing by an access that is refused", "[models][vgic]") {
  const VgicModel model = GENERATE(VgicModel::v2, VgicModel::v3);
  ArmVm vm({.model = model, .start = KvmArm64::Start::created, .irqfds_at_reset = false});
  vm.vmm.run(vm.go, [&](Exec& x) {
    x.lock(vm.vcpus[0]->mutex());
    return Call::done();
  });
  CHECK(attr_write(vm, word_of(isenabler), bit_of()) == -EBUSY);
  CHECK(vm.dist().initialized == 0);
  vm.vmm.run(vm.go, [&](Exec& x) {
    x.unlock(vm.vcpus[0]->mutex());
    return Call::done();
  });
  CHECK(attr_write(vm, word_of(isenabler), bit_of()) == (model == VgicModel::v2 ? 0 : -EBUSY));
  CHECK(vm.dist().initialized == (model == VgicModel::v2 ? 1 : 0));
  CHECK(vm.go.violations().empty());
}

TEST_CASE("an access by user space keeps kvm->lock and config_lock", "[models][vgic]") {
  ArmVm vm({.start = KvmArm64::Start::initialised});
  vm.host.ask(vm.go, [&](Exec& x) { return vm.kvm.dist_attr_write(x, word_of(isenabler), 1); });
  vm.go.until("host", "drop config_lock, every vCPU's mutex and kvm->lock");
  Exec& x = vm.go.exec();
  CHECK_FALSE(x.can_lock(vm.kvm.lock()));
  CHECK_FALSE(x.can_lock(vm.kvm.vgic().config_lock()));
  CHECK_FALSE(x.can_lock(vm.vcpus[0]->mutex()));
  vm.go.settle();
  CHECK(x.can_lock(vm.kvm.lock()));
}

// vgic_mmio_write_v3_misc(); vgic_mmio_write_v2_misc() takes no lock.
TEST_CASE("a GICv3's GICD_CTLR and its kicks are under config_lock", "[models][vgic]") {
  const VgicModel model = GENERATE(VgicModel::v2, VgicModel::v3);
  const bool v3 = model == VgicModel::v3;
  ArmVm vm({.model = model});
  vm.dist_write(0, 0);
  vm.guests[0]->ask(vm.go, [&](Exec& x) { return vm.vcpus[0]->dist_write(x, 0, v3 ? 0x12 : 1); });
  vm.go.until("guest0", "ap_list_lock: is something pending?");
  CHECK(vm.go.exec().can_lock(vm.kvm.vgic().config_lock()) == !v3);
  vm.go.settle();
  CHECK(vm.dist().enabled == 1);
  CHECK(vm.go.exec().can_lock(vm.kvm.vgic().config_lock()));
}

// Observed, I5: a GICv3's ISPENDR is the latch, which a zero clears; its ICPENDR is ignored.
TEST_CASE("user space sees the pending bit of a GICv2 and the latch of a GICv3", "[models][vgic]") {
  const VgicModel model = GENERATE(VgicModel::v2, VgicModel::v3);
  const bool v3 = model == VgicModel::v3;
  ArmVm vm({.model = model, .start = KvmArm64::Start::initialised});
  attr_write(vm, icfgr + spi / 16 * 4, 0);
  vm.irq_line(true);
  Vgic& vgic = vm.kvm.vgic();
  CHECK(vgic.mmio_read(vm.go.exec(), word_of(ispendr), true) == (v3 ? 0 : bit_of()));
  attr_write(vm, word_of(ispendr), bit_of());
  CHECK(vm.irq().pending_latch == 1);
  attr_write(vm, word_of(icpendr), bit_of());
  CHECK(vm.irq().pending_latch == (v3 ? 1 : 0));
  attr_write(vm, word_of(ispendr), bit_of());
  attr_write(vm, word_of(ispendr), 0);
  CHECK(vm.irq().pending_latch == (v3 ? 0 : 1));
}

// V-R6: a reset by user space writes LEVEL_INFO of a GICv3, and nobody tells the device's owner.
TEST_CASE("LEVEL_INFO sets lines whatever their configuration", "[models][vgic]") {
  ArmVm vm({.start = KvmArm64::Start::initialised});
  const auto write = [&](std::uint32_t levels) {
    return vm.call([&](Exec& x) { return vm.kvm.level_info_write(x, 32, levels); });
  };
  CHECK(write(bit_of()) == 0);
  CHECK(vm.irq().line_level == 1);
  CHECK(write(0) == 0);
  CHECK(vm.irq().line_level == 0);
}

}  // namespace
}  // namespace irqloom::bench
