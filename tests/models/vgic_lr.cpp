// The life of an interrupt in a list register, and what an exit makes of it
// (vgic_flush_lr_state(), vgic_v3_fold_lr_state(), vgic_prune_ap_list(), Linux 6.1.192).
#include <catch2/catch.hpp>

#include "models/events.h"
#include "tests/models/arm_vm.h"

namespace irqloom::bench {
namespace {

VgicModel any_model() {
  return GENERATE(VgicModel::v2, VgicModel::v3);
}

// Observed, C1 and C2: the maintenance interrupt comes of the EOIR itself.
TEST_CASE("the EOI of a level interrupt lowers its line and notifies", "[models][vgic]") {
  ArmVm vm({.model = any_model()});
  vm.set_up(true);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  CHECK(vm.read_rfd() == 0);
  vm.eoir();
  CHECK(vm.irq().line_level == 0);
  CHECK(vm.irq().active == 0);
  CHECK(vm.irq().vcpu == 0);
  CHECK(vm.read_rfd() == 1);
  CHECK_FALSE(vm.signalled());
}

// 2.5.3: the notification comes before `active` falls, so what it sets off finds the interrupt
// still on its list.
TEST_CASE("a device that is still asserting at the EOI is presented again", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  vm.vcpus[0]->write_eoir(vm.go.exec(), spi);
  vm.go.until("vcpu0/run", "irq_lock: fold a list register");
  CHECK(vm.irq().line_level == 0);
  CHECK(vm.read_rfd() == 1);
  vm.host.run(vm.go, [&](Exec& x) { return vm.trigger.signal(x); });
  vm.go.settle();
  CHECK(vm.irq().line_level == 1);
  CHECK(vm.signalled());
  CHECK(vm.iar() == spi);
}

// Observed, F1: LR.EOI is for level only.
TEST_CASE("an edge interrupt is never acknowledged to its irqfd", "[models][vgic]") {
  ArmVm vm({.model = any_model()});
  vm.set_up(false);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  vm.eoir();
  CHECK(vm.read_rfd() == 0);
  CHECK_FALSE(vm.signalled());
}

// Observed, G1 to G3.
TEST_CASE("edges merge, and one that comes while its interrupt is active is delivered after it",
          "[models][vgic]") {
  ArmVm vm;
  vm.set_up(false);
  vm.signal(vm.trigger);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  CHECK_FALSE(vm.signalled());
  vm.signal(vm.trigger);
  vm.signal(vm.trigger);
  CHECK_FALSE(vm.signalled());
  vm.eoir();
  CHECK(vm.iar() == spi);
  vm.eoir();
  CHECK_FALSE(vm.signalled());
}

// Observed, C4: the line is up already, so the second signal changes nothing.
TEST_CASE("a level that is signalled again while active is absorbed", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  vm.signal(vm.trigger);
  vm.eoir();
  CHECK(vm.read_rfd() == 1);
  CHECK_FALSE(vm.signalled());
}

// 2.12: the mask does not keep the EOI from resampling (observed, D1).
TEST_CASE("a masked interrupt is resampled too early", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  vm.dist_write(word_of(icenabler), bit_of());
  vm.eoir();
  CHECK(vm.read_rfd() == 1);
  vm.signal(vm.trigger);
  CHECK(vm.irq().line_level == 1);
  CHECK_FALSE(vm.signalled());
  vm.dist_write(word_of(isenabler), bit_of());
  CHECK(vm.iar() == spi);
}

// Observed, D5 and E1.
TEST_CASE("with EOImode 1 it is DIR that deactivates and notifies", "[models][vgic]") {
  const VgicModel model = any_model();
  ArmVm vm({.model = model});
  vm.vcpus[0]->interface().write_ctlr(vm.go.exec(), model == VgicModel::v2 ? 0x201 : 2);
  vm.set_up(true);
  vm.signal(vm.trigger);
  REQUIRE(vm.iar() == spi);
  vm.eoir();
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.irq().vcpu == 1);
  vm.vcpus[0]->write_dir(vm.go.exec(), spi);
  vm.go.settle();
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.irq().active == 0);
}

// Observed, C8: nobody lowers the line of an ordinary signal.
TEST_CASE("a plain irqfd on a level interrupt storms", "[models][vgic]") {
  ArmVm vm({.irqfds_at_reset = true});
  vm.call([&](Exec& x) { return vm.irqfd.deassign(x); });
  vm.set_up(true);
  vm.signal(vm.plain_trigger);
  for (int i = 0; i < 5; ++i) {
    REQUIRE(vm.iar() == spi);
    vm.eoir();
  }
  CHECK(vm.signalled());
}

TEST_CASE("more interrupts than list registers: sorted by priority, and refilled",
          "[models][vgic]") {
  ArmVm vm({.spis = {40, 41, 42}, .nr_lr = 2});
  for (const unsigned intid : {40U, 41U, 42U})
    vm.set_up(true, intid);
  vm.dist_write(0x400 + 40, 0x0010'80'40);  // 40: 0x40, 41: 0x80, 42: 0x10.
  for (const unsigned intid : {40U, 41U, 42U})
    vm.irq_line(true, intid);
  for (const unsigned expected : {42U, 40U, 41U}) {
    CHECK(vm.iar() == expected);
    vm.irq_line(false, expected);
    vm.eoir(expected);
  }
  CHECK_FALSE(vm.signalled());
}

// IHI 0048B.b 5.3.4: MISR.U is a level, up while at most one register is valid. KVM asks for it
// when an interrupt found no register; with one register it is up at the entry already.
TEST_CASE("an underflow that is up at the entry keeps the guest from its first instruction",
          "[models][vgic]") {
  const unsigned nr_lr = GENERATE(1U, 2U);
  ArmVm vm({.model = any_model(), .spis = {40, 41}, .nr_lr = nr_lr});
  vm.set_up(true, 40);
  vm.set_up(true, 41);
  vm.irq_line(true, 40);
  vm.host.run(vm.go, [&](Exec& x) { return vm.kvm.irq_line(x, ArmIrqType::spi, 0, 41, true); });
  for (int i = 0; i < 100 && vm.go.enabled("vcpu0/run"); ++i)
    vm.go.step("vcpu0/run");
  const bool entered = vm.go[vm.vcpus[0]->state()].entered != 0;
  CHECK(entered == (nr_lr == 2));
  CHECK(vm.go.enabled("vcpu0/run") == (nr_lr == 1));
}

// The same level while the guest runs, with registers enough at the entry.
TEST_CASE("an underflow that comes up in the guest makes it exit", "[models][vgic]") {
  ArmVm vm({.spis = {40, 41, 42}, .nr_lr = 2});
  for (const unsigned n : {40U, 41U, 42U}) {
    vm.set_up(false, n);
    vm.irq_line(true, n);
  }
  REQUIRE(vm.iar() == 40);
  CHECK_FALSE(vm.go.enabled("vcpu0/run"));
  vm.vcpus[0]->write_eoir(vm.go.exec(), 40);
  CHECK(vm.go.enabled("vcpu0/run"));
  vm.go.settle();
  CHECK(vm.iar() == 41);
  vm.eoir(41);
  CHECK(vm.iar() == 42);
}

// vgic_maintenance_handler(): nobody can rely on its being delivered synchronously.
TEST_CASE("between an EOIR and its exit the guest may go on", "[models][vgic]") {
  ArmVm vm({.model = any_model(), .spis = {40, 41}});
  vm.set_up(true, 40);
  vm.set_up(true, 41);
  vm.signal(vm.trigger);
  vm.irq_line(true, 41);
  REQUIRE(vm.iar() == 40);
  vm.vcpus[0]->write_eoir(vm.go.exec(), 40);
  CHECK(vm.iar() == 41);
  CHECK(vm.read_rfd() == 0);
  vm.go.settle();
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.irq(41).active == 1);
}

TEST_CASE("of equal priorities the one that was queued first goes first", "[models][vgic]") {
  ArmVm vm({.spis = {40, 41}});
  vm.set_up(true, 40);
  vm.set_up(true, 41);
  vm.irq_line(true, 41);
  vm.irq_line(true, 40);
  CHECK(vm.iar() == 41);
}

// IHI 0069H, 4.8: only a higher priority than PMR and the running one is signalled.
TEST_CASE("PMR and the running priority hold an interrupt back", "[models][vgic]") {
  ArmVm vm({.spis = {40, 41}});
  vm.dist_write(0x400 + 40, 0xa0a0);
  vm.set_up(true, 40);
  vm.set_up(true, 41);
  vm.irq_line(true, 40);
  vm.vcpus[0]->interface().write_pmr(vm.go.exec(), 0xa0);
  CHECK_FALSE(vm.signalled());
  CHECK(vm.iar() == 1023);
  vm.vcpus[0]->interface().write_pmr(vm.go.exec(), 0xf0);
  CHECK(vm.iar() == 40);
  vm.irq_line(true, 41);
  CHECK_FALSE(vm.signalled());
}

// 2.5.5: the interrupt moves at the next exit of the vCPU that has it.
TEST_CASE("an interrupt whose target changes moves at the exit, and its new vCPU is kicked",
          "[models][vgic]") {
  ArmVm vm({.vcpus = 2});
  vm.set_up(true);
  vm.irq_line(true);
  REQUIRE(vm.signalled(0));
  vm.dist_write(0x6000 + 8 * spi, 1);  // GICD_IROUTER: affinity 0.0.0.1
  // No list register of a vCPU that it is not for, and still on the list of that one.
  CHECK_FALSE(vm.signalled(0));
  CHECK_FALSE(vm.signalled(1));
  CHECK(vm.irq().vcpu == 1);
  (void)vm.dist_read(word_of(ispendr));
  vm.go.settle();
  CHECK_FALSE(vm.signalled(0));
  CHECK(vm.signalled(1));
  CHECK(vm.iar(1) == spi);
}

TEST_CASE("an active interrupt stays where it is until it is ended", "[models][vgic]") {
  ArmVm vm({.vcpus = 2});
  vm.set_up(true);
  vm.irq_line(true);
  REQUIRE(vm.iar(0) == spi);
  vm.dist_write(0x6000 + 8 * spi, 1);
  (void)vm.dist_read(word_of(ispendr));
  CHECK(vm.irq().vcpu == 1);
  vm.eoir();
  CHECK_FALSE(vm.signalled(0));
}

// The locks are taken by the host's hard interrupts too: never with interrupts on, always in one
// order, and nothing sleeps.
TEST_CASE("a round trip that begins in a hard interrupt breaks no rule of locking",
          "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.interrupt([&](Exec& x) { return vm.trigger.signal(x); });
  REQUIRE(vm.iar() == spi);
  vm.irq_line(true);
  vm.eoir();
  vm.dist_write(word_of(icactiver), bit_of());
  vm.dist_write(0, 0x10);
  vm.dist_write(0, 0x12);
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.go.violations().empty());
}

}  // namespace
}  // namespace irqloom::bench
