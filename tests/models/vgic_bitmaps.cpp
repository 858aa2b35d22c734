// KVM's virtual GIC of bitmaps (virt/kvm/arm/vgic.c, Linux 3.18): arm-vfio 2.11.
#include <catch2/catch.hpp>

#include "models/kvm/vgic/bitmap_vgic.h"
#include "tests/models/arm_vm.h"

namespace irqloom::bench {
namespace {

ArmVmConfig old_vgic(unsigned vcpus = 1) {
  return {.model = VgicModel::v2,
          .core = VgicCore::bitmaps,
          .default_config = vgic_config_level,
          .vcpus = vcpus};
}

std::uint32_t edge_of(unsigned intid) {
  return 2U << intid % 16 * 2;
}

// vgic_update_irq_pending(): irq_level and irq_pending. F3 (ICFGR hides a level) is younger.
TEST_CASE("2.11.3: a level is pending besides, and stays it when it becomes an edge",
          "[models][vgic]") {
  ArmVm vm(old_vgic());
  vm.irq_line(true);
  CHECK(vm.irq().line_level == 1);
  CHECK(vm.irq().pending_latch == 1);
  vm.dist_write(icfgr + spi / 16 * 4, edge_of(spi));
  CHECK_FALSE(vm.signalled());
  vm.dist_write(word_of(isenabler), bit_of());
  CHECK(vm.iar() == spi);
  vm.eoir();
  CHECK_FALSE(vm.signalled());
}

TEST_CASE("2.11.3: a level that falls takes what was pending with it, unless software made it so",
          "[models][vgic]") {
  ArmVm vm(old_vgic());
  vm.irq_line(true);
  vm.irq_line(false);
  CHECK(vm.irq().pending_latch == 0);
  vm.dist_write(word_of(ispendr), bit_of());
  vm.irq_line(true);
  vm.irq_line(false);
  CHECK(vm.irq().pending_latch == 1);
}

// handle_mmio_clear_pending_reg()
TEST_CASE("2.11.5: ICPENDR does not take a level, by the guest or by user space",
          "[models][vgic]") {
  ArmVm vm(old_vgic());
  vm.irq_line(true);
  SECTION("the guest") {
    vm.dist_write(word_of(icpendr), bit_of());
  }
  SECTION("user space: QEMU's reset") {
    vm.host.ask(vm.go, [&](Exec& x) { return vm.vcpus[0]->stop(x); });
    vm.go.settle();
    CHECK(vm.call([&](Exec& x) { return vm.kvm.dist_attr_write(x, word_of(icpendr), bit_of()); }) ==
          0);
  }
  CHECK(vm.irq().pending_latch == 1);
  CHECK(vm.irq().line_level == 1);
}

// vgic_process_maintenance(): irq_queued keeps a level from being sampled until its EOI.
TEST_CASE("2.11.4: a level that is up at its EOI is presented again, and one that fell is not",
          "[models][vgic]") {
  const bool again = GENERATE(false, true);
  ArmVm vm(old_vgic());
  vm.set_up(true);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  CHECK(vm.read_rfd() == 0);
  vm.vcpus[0]->write_eoir(vm.go.exec(), spi);
  vm.go.until("vcpu0/run", "dist->lock: is its level still up?");
  CHECK(vm.irq().line_level == 0);
  CHECK(vm.read_rfd() == 1);
  if (again) vm.host.run(vm.go, [&](Exec& x) { return vm.trigger.signal(x); });
  vm.go.settle();
  CHECK(vm.signalled() == again);
  CHECK(vm.go.violations().empty());
}

TEST_CASE("a signal reaches a guest that runs, and edges merge", "[models][vgic]") {
  ArmVm vm(old_vgic());
  vm.set_up(false);
  vm.irq_line(true);
  REQUIRE(vm.iar() == spi);
  CHECK(vm.irq().pending_latch == 0);
  vm.irq_line(true);
  vm.irq_line(true);
  CHECK_FALSE(vm.signalled());
  vm.eoir();
  CHECK(vm.iar() == spi);
  vm.eoir();
  CHECK_FALSE(vm.signalled());
  CHECK(vm.read_rfd() == 0);
}

// 2.11.6: kvm_vcpu_kick() looks at the mode and leaves nothing behind; requests came with 4.13.
TEST_CASE("2.11.6: an interrupt that comes between flush and entry waits for the next exit",
          "[models][vgic]") {
  ArmVm vm(old_vgic());
  vm.set_up(true);
  vm.guests[0]->ask(
      vm.go, [&](Exec& x) { return vm.vcpus[0]->dist_write(x, word_of(icpendr), 1U << 31); });
  vm.go.until("guest0", "interrupts off, mode := IN_GUEST_MODE, enter");
  vm.host.run(vm.go, [&](Exec& x) { return vm.kvm.irq_line(x, ArmIrqType::spi, 0, spi, true); });
  vm.go.settle();
  CHECK(vm.go[vm.vcpus[0]->state()].entered == 1);
  CHECK_FALSE(vm.signalled());
  vm.call([&](Exec& x) { return vm.vcpus[0]->kick(x); });  // Any exit will do: a tick.
  CHECK(vm.signalled());
}

// vgic_retire_disabled_irqs(): of the vCPU that writes.
TEST_CASE("2.11.5: ICENABLER takes an interrupt back from its own vCPU's list registers",
          "[models][vgic]") {
  ArmVm vm(old_vgic(2));
  vm.set_up(true);
  vm.irq_line(true);
  REQUIRE(vm.signalled(0));
  SECTION("another vCPU's are left") {
    vm.dist_write(word_of(icenabler), bit_of(), 1);
    vm.go.settle();
    CHECK(vm.signalled(0));
  }
  SECTION("its own are not") {
    vm.dist_write(word_of(icenabler), bit_of(), 0);
    CHECK_FALSE(vm.signalled(0));
    vm.dist_write(word_of(isenabler), bit_of(), 0);
    CHECK(vm.signalled(0));
  }
}

// handle_mmio_target_reg(): vgic_update_state() and vgic_kick_vcpus().
TEST_CASE("an interrupt that is moved while it is pending is delivered to its new vCPU at once",
          "[models][vgic]") {
  ArmVm vm(old_vgic(2));
  vm.irq_line(true);
  vm.guests[1]->run(vm.go,
                    [&](Exec& x) { return vm.vcpus[1]->dist_write_byte(x, 0x800 + spi, 2); });
  vm.dist_write(word_of(isenabler), bit_of(), 0);
  vm.go.settle();
  CHECK(vm.signalled(1));
  CHECK_FALSE(vm.signalled(0));
}

// 2.11.2: ready is set by the first KVM_RUN, under kvm->lock.
TEST_CASE("2.11.2: the first KVM_RUN makes it ready", "[models][vgic]") {
  ArmVmConfig config = old_vgic();
  config.start = KvmArm64::Start::created;
  config.readiness = "drop";
  config.irqfds_at_reset = false;
  ArmVm vm(config);
  CHECK(vm.irq_line(true) == 0);
  vm.call([&](Exec& x) {
    vm.vcpus[0]->start(x);
    return Call::done();
  });
  REQUIRE(vm.dist().ready == 1);
  CHECK(vm.irq().pending_latch == 0);
  CHECK(vm.irq().config == vgic_config_level);
  CHECK(vm.go.violations().empty());
}

TEST_CASE("there is no GICv3 of bitmaps", "[models][vgic]") {
  ArmVmConfig config = old_vgic();
  config.model = VgicModel::v3;
  CHECK_THROWS_AS(ArmVm(config), std::invalid_argument);
}

}  // namespace
}  // namespace irqloom::bench
