// How an interrupt comes into KVM's virtual GIC and from there to a guest that runs
// (arch/arm64/kvm/vgic/vgic.c, Linux 6.1.192).
#include <catch2/catch.hpp>
#include <cerrno>

#include "models/events.h"
#include "tests/models/arm_vm.h"

namespace irqloom::bench {
namespace {

constexpr const char* thread = "vcpu0/run";
constexpr const char* exit_step = "exit: an interrupt of the host";

// vgic_validate_injection(): a level counts when it changes, an edge when it rises.
TEST_CASE("an injection sets the level of a level interrupt and the latch of an edge one",
          "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  CHECK(vm.irq_line(true) == 0);
  CHECK(vm.irq().line_level == 1);
  CHECK(vm.irq().pending_latch == 0);
  CHECK(vm.irq_line(false) == 0);
  CHECK(vm.irq().line_level == 0);

  ArmVm edge;
  edge.dist_write(word_of(icenabler), bit_of());
  CHECK(edge.irq_line(false) == 0);
  CHECK(edge.irq().pending_latch == 0);
  CHECK(edge.irq_line(true) == 0);
  CHECK(edge.irq().line_level == 0);
  CHECK(edge.irq().pending_latch == 1);
}

// Zero-allocated: VGIC_CONFIG_EDGE. Level was the default of the vGIC before Linux 4.7.
TEST_CASE("an SPI comes out of init edge-triggered unless it is the vGIC of 2014",
          "[models][vgic]") {
  CHECK(ArmVm().irq().config == vgic_config_edge);
  CHECK(ArmVm({.default_config = vgic_config_level}).irq().config == vgic_config_level);
}

TEST_CASE("a signal reaches a guest that runs: the vCPU is kicked out and goes back",
          "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.signal(vm.trigger);
  CHECK(vm.signalled());
  CHECK(vm.go.taken(thread, exit_step) == 1);
  CHECK(vm.iar() == spi);
  CHECK(vm.go.count(event::vgic_update_irq_pending) == 1);
}

// kvm_arch_set_irq_inatomic(), since Linux 5.9.
TEST_CASE("an irqfd injects in the context of whoever signals", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.host.run(vm.go, [&](Exec& x) { return vm.trigger.signal(x); });
  CHECK(vm.irq().line_level == 1);
}

// 2.3.8: the request is made before the mode is looked at, the mode is written before the requests
// are.
TEST_CASE("an interrupt that comes between flush and entry is not left behind", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.guests[0]->ask(
      vm.go, [&](Exec& x) { return vm.vcpus[0]->dist_write(x, word_of(icpendr), 1U << 31); });
  vm.go.until("guest0", "mode := IN_GUEST_MODE");
  vm.host.run(vm.go, [&](Exec& x) { return vm.trigger.signal(x); });
  CHECK_FALSE(vm.signalled());
  vm.go.rest("guest0");
  CHECK(vm.guests[0]->is_done(vm.go));
  CHECK(vm.signalled());
  CHECK(vm.go.taken(thread, exit_step) == 0);  // There was nobody to kick out.
}

// Interrupts are off from there to the entry: the IPI would arrive in the guest, but the request is
// seen first.
TEST_CASE("a kick between the mode and the look at the requests is the entry's own affair",
          "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.guests[0]->ask(
      vm.go, [&](Exec& x) { return vm.vcpus[0]->dist_write(x, word_of(icpendr), 1U << 31); });
  vm.go.through("guest0", "mode := IN_GUEST_MODE");
  vm.host.run(vm.go, [&](Exec& x) { return vm.trigger.signal(x); });
  CHECK(vm.go[vm.vcpus[0]->state()].mode == exiting_guest_mode);
  CHECK_FALSE(vm.go.enabled(thread));
  vm.go.rest("guest0");
  CHECK(vm.guests[0]->is_done(vm.go));
  CHECK(vm.go[vm.vcpus[0]->state()].mode == in_guest_mode);
  CHECK(vm.signalled());
}

TEST_CASE("an interrupt that comes after the requests were looked at kicks", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.host.run(vm.go, [&](Exec& x) { return vm.trigger.signal(x); });
  CHECK(vm.go[vm.vcpus[0]->state()].mode == exiting_guest_mode);
  CHECK_FALSE(vm.signalled());
  vm.go.settle();
  CHECK(vm.signalled());
}

// 2.3.5: lowering gives oracle NULL, and nobody is kicked: the copy in the list register stays.
TEST_CASE("a level that is lowered while its guest runs can still be acknowledged",
          "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.irq_line(true);
  REQUIRE(vm.signalled());
  vm.irq_line(false);
  CHECK(vm.irq().line_level == 0);
  CHECK(vm.signalled());
  CHECK(vm.iar() == spi);
}

TEST_CASE("a level that is lowered is gone after the next exit", "[models][vgic]") {
  ArmVm vm;
  vm.set_up(true);
  vm.irq_line(true);
  vm.irq_line(false);
  (void)vm.dist_read(word_of(ispendr));
  CHECK_FALSE(vm.signalled());
  CHECK(vm.irq().vcpu == 0);
}

// What is validated and what is written are one critical section of irq_lock: an injector that
// lowers a level must not make a latch of it because ICFGR has been written meanwhile.
TEST_CASE("an injection and a change of configuration do not cross", "[models][vgic]") {
  const int at = GENERATE(Catch::Generators::range(0, 12));
  ArmVm vm({.vcpus = 2});
  vm.dist_write(icfgr + spi / 16 * 4, 0);
  vm.irq_line(true);
  REQUIRE(vm.irq().line_level == 1);
  vm.host.ask(vm.go, [&](Exec& x) { return vm.kvm.irq_line(x, ArmIrqType::spi, 0, spi, false); });
  for (int i = 0; i < at && !vm.host.is_done(vm.go); ++i)
    vm.go.step("host");
  vm.dist_write(icfgr + spi / 16 * 4, 2U << spi % 16 * 2, 1);
  vm.go.settle();
  CHECK(vm.irq().config == vgic_config_edge);
  CHECK(vm.irq().pending_latch == 0);
}

// 2.3.6: irq_lock is dropped before ap_list_lock is taken.
TEST_CASE("who queues looks again when it has both locks", "[models][vgic]") {
  ArmVm vm({.vcpus = 2});
  vm.set_up(true);
  vm.host.ask(vm.go, [&](Exec& x) { return vm.kvm.irq_line(x, ArmIrqType::spi, 0, spi, true); });
  vm.go.until("host", "ap_list_lock and irq_lock: queue it if nothing changed");
  // Meanwhile the guest disables it.
  vm.dist_write(word_of(icenabler), bit_of(), 1);
  vm.go.rest("host");
  CHECK(vm.host.is_done(vm.go));
  CHECK(vm.irq().vcpu == 0);
  CHECK(vm.irq().line_level == 1);
  vm.dist_write(word_of(isenabler), bit_of(), 1);
  CHECK(vm.signalled(0));
}

TEST_CASE("KVM_IRQ_LINE refuses what it cannot raise", "[models][vgic]") {
  struct Case {
    ArmIrqType type;
    unsigned vcpu, number;
    std::int32_t result;
  };
  // Observed, B1 and B3: 256 interrupts, of which 32 are private.
  const Case c = GENERATE(values<Case>({
      {ArmIrqType::cpu, 0, 0, -ENXIO},
      {ArmIrqType::unknown, 0, spi, -EINVAL},
      {ArmIrqType::spi, 0, 31, -EINVAL},
      {ArmIrqType::spi, 0, 32, 0},
      {ArmIrqType::spi, 0, 255, 0},
      {ArmIrqType::spi, 0, 256, -EINVAL},
      {ArmIrqType::spi, 0, 8192, -EINVAL},
      {ArmIrqType::spi, 5, spi, 0},
      {ArmIrqType::ppi, 0, 15, -EINVAL},
      {ArmIrqType::ppi, 0, 16, 0},
      {ArmIrqType::ppi, 0, 27, 0},
      {ArmIrqType::ppi, 0, 32, -EINVAL},
      {ArmIrqType::ppi, 1, 16, -EINVAL},
  }));
  ArmVm vm;
  CHECK(vm.call([&](Exec& x) { return vm.kvm.irq_line(x, c.type, c.vcpu, c.number, true); }) ==
        c.result);
}

// Observed, H2 and B1.
TEST_CASE("an eventfd has one irqfd", "[models][vgic]") {
  ArmVm vm;
  CHECK(vm.call([&](Exec& x) { return vm.irqfd.assign(x); }) == -EBUSY);
  vm.set_up(true);
  vm.signal(vm.trigger);
  CHECK(vm.iar() == spi);
  vm.eoir();
  CHECK(vm.read_rfd() == 1);  // What was assigned before still is.
}

TEST_CASE("an SPI is one from 32 to 1019 and is declared once", "[models][vgic]") {
  const auto elaborate = [](std::vector<unsigned> spis) {
    const timed::FreshSimcontext context;
    Fabric fabric;
    KvmArm64::Config kvm;
    kvm.vgic.spis = std::move(spis);
    const KvmArm64 vm("kvm", fabric, kvm);
  };
  CHECK_NOTHROW(elaborate({32, 1019}));
  CHECK_THROWS_AS(elaborate({31}), std::invalid_argument);
  CHECK_THROWS_AS(elaborate({1020}), std::invalid_argument);
  CHECK_THROWS_AS(elaborate({40, 40}), std::invalid_argument);
}

TEST_CASE("a policy that watches masks is refused on arm64", "[models][vgic]") {
  const timed::FreshSimcontext context;
  Fabric fabric;
  KvmArm64::Config config;
  config.vgic.spis = {spi};
  config.resample_policy = "on-unmask";
  CHECK_THROWS_AS(KvmArm64("kvm", fabric, config), std::invalid_argument);
}

}  // namespace
}  // namespace irqloom::bench
