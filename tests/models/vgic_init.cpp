// When KVM's virtual GIC comes to be, and what an interrupt meets before that (vgic-init.c, Linux
// 6.1.192; the discussion of November 2014).
#include <catch2/catch.hpp>
#include <cerrno>
#include <set>

#include "models/kvm/vgic/readiness/policy.h"
#include "tests/models/arm_vm.h"

namespace irqloom::bench {
namespace {

constexpr auto created = KvmArm64::Start::created;

ArmVmConfig early(const std::string& policy, VgicModel model = VgicModel::v3) {
  return {.model = model, .start = created, .readiness = policy, .irqfds_at_reset = false};
}

std::int32_t assign(ArmVm& vm) {
  return vm.call([&](Exec& x) { return vm.irqfd.assign(x); });
}
std::int32_t init(ArmVm& vm) {
  return vm.call([&](Exec& x) { return vm.kvm.ctrl_init(x); });
}
void run(ArmVm& vm) {
  vm.call([&](Exec& x) {
    vm.vcpus[0]->start(x);
    return Call::done();
  });
}
void switch_on(ArmVm& vm) {
  vm.dist_write(0, vm.kvm.vgic().model() == VgicModel::v2 ? 1 : 0x12);
  Exec& x = vm.go.exec();
  vm.vcpus[0]->interface().write_pmr(x, 0xf0);
  vm.vcpus[0]->interface().write_igrpen1(x, 1);
  if (vm.kvm.vgic().model() == VgicModel::v2) vm.vcpus[0]->interface().write_ctlr(x, 1);
}

// Observed, A1: refused, which initialises nothing; what was signalled meanwhile is there at the
// assignment.
TEST_CASE("6.1 refuses an irqfd before init and takes up what was signalled until it is assigned",
          "[models][vgic]") {
  ArmVm vm(early("linux-6.1", GENERATE(VgicModel::v2, VgicModel::v3)));
  CHECK(assign(vm) == -EAGAIN);
  CHECK(vm.dist().initialized == 0);
  vm.signal(vm.trigger);
  vm.signal(vm.trigger);
  REQUIRE(init(vm) == 0);
  CHECK(assign(vm) == 0);
  CHECK(vm.irq().pending_latch == 1);
  CHECK(vm.trigger.count(vm.go.exec()) == 2);
}

// Observed, A2 and A2c.
TEST_CASE("6.1: KVM_IRQ_LINE initialises a GICv2 and latches an edge", "[models][vgic]") {
  ArmVm vm(early("linux-6.1", VgicModel::v2));
  CHECK(vm.irq_line(true) == 0);
  CHECK(vm.dist().initialized == 1);
  CHECK(vm.irq().pending_latch == 1);
  CHECK(vm.irq().line_level == 0);
  CHECK(vm.call([&](Exec& x) { return vm.kvm.create_vcpu(x, 1); }) == -EBUSY);
}

TEST_CASE("6.1: KVM_IRQ_LINE before init is refused by a GICv3 and leaves nothing",
          "[models][vgic]") {
  ArmVm vm(early("linux-6.1", VgicModel::v3));
  CHECK(vm.irq_line(true) == -EBUSY);
  CHECK(vm.dist().initialized == 0);
  REQUIRE(init(vm) == 0);
  CHECK(vm.irq().pending_latch == 0);
}

// Observed, A5: a GICv3 that nobody initialised kills its VM.
TEST_CASE("6.1: the first KVM_RUN initialises a GICv2 and fails on a GICv3", "[models][vgic]") {
  ArmVm v2(early("linux-6.1", VgicModel::v2));
  run(v2);
  CHECK(v2.dist().ready == 1);
  CHECK(v2.go[v2.vcpus[0]->mutex().slot].owner == v2.vcpus[0]->thread() + 1);

  ArmVm v3(early("linux-6.1", VgicModel::v3));
  run(v3);
  CHECK(v3.go[v3.vcpus[0]->state()].result == -EBUSY);
  CHECK(assign(v3) == -EIO);
  CHECK(init(v3) == -EIO);
  CHECK(v3.irq_line(true) == -EIO);
}

// Observed, L4.
TEST_CASE("a controller without addresses is initialised and kills its VM at KVM_RUN",
          "[models][vgic]") {
  ArmVm vm({.start = KvmArm64::Start::empty, .irqfds_at_reset = false});
  const auto call = [&](auto ioctl) { return vm.call(ioctl); };
  CHECK(vm.irq_line(true) == -ENXIO);
  CHECK(call([&](Exec& x) { return vm.kvm.create_vgic(x); }) == 0);
  CHECK(call([&](Exec& x) { return vm.kvm.create_vgic(x); }) == -EEXIST);
  CHECK(call([&](Exec& x) { return vm.kvm.create_vcpu(x, 0); }) == 0);
  CHECK(init(vm) == 0);
  CHECK(init(vm) == 0);
  CHECK(call([&](Exec& x) { return vm.vcpus[0]->first_run(x); }) == -ENOEXEC);
  CHECK(call([&](Exec& x) { return vm.kvm.vcpu_init(x, 0); }) == 0);
  CHECK(call([&](Exec& x) { return vm.vcpus[0]->first_run(x); }) == -ENXIO);
  CHECK(call([&](Exec& x) { return vm.vcpus[0]->first_run(x); }) == -EIO);
}

// kvm_vgic_map_resources(): whoever sees `ready` takes no lock. 6.1.192 writes it before the
// distributor's device is registered, and another vCPU's access goes to user space then, where
// nobody is; 6.12.117 writes it last.
TEST_CASE("a second vCPU may run a guest whose distributor is not on the bus yet",
          "[models][vgic]") {
  const bool ready_first = GENERATE(true, false);
  ArmVm vm({.model = VgicModel::v2,
            .ready_before_device = ready_first,
            .start = created,
            .vcpus = 2,
            .irqfds_at_reset = false});
  REQUIRE(init(vm) == 0);
  for (ArmVcpu* v : {vm.vcpus[0].get(), vm.vcpus[1].get()})
    v->start(vm.go.exec());
  vm.go.until("vcpu0/run", "vgic_register_dist_iodev");
  CHECK(vm.dist().ready == (ready_first ? 1 : 0));
  vm.go.rest("vcpu1/run");
  CHECK(vm.go[vm.vcpus[1]->state()].entered == (ready_first ? 1 : 0));
  if (ready_first) {
    vm.guests[1]->run(vm.go,
                      [&](Exec& x) { return vm.vcpus[1]->dist_write(x, word_of(isenabler), ~0U); });
    CHECK(vm.irq().enabled == 0);
    CHECK(vm.guests[1]->run(vm.go, [&](Exec& x) { return vm.vcpus[1]->dist_read(x, 4); }) == 0);
  }
  vm.go.settle();
  vm.dist_write(word_of(isenabler), bit_of(), 1);
  CHECK(vm.irq().enabled == 1);
  CHECK(vm.go.violations().empty());
}

// 2.6.2, observed B2.
TEST_CASE("the number of interrupts is a multiple of 32 and chosen once", "[models][vgic]") {
  struct Case {
    unsigned value;
    std::int32_t result;
  };
  const Case c = GENERATE(values<Case>({{0, -EINVAL},
                                        {32, -EINVAL},
                                        {63, -EINVAL},
                                        {64, 0},
                                        {65, -EINVAL},
                                        {992, 0},
                                        {1000, -EINVAL},
                                        {1024, -EINVAL}}));
  ArmVm vm({.start = KvmArm64::Start::empty, .irqfds_at_reset = false});
  const auto set = [&](unsigned n) {
    return vm.call([&](Exec& x) { return vm.kvm.set_nr_irqs(x, n); });
  };
  CHECK(set(c.value) == c.result);
  if (c.result == 0) CHECK(set(c.value) == -EBUSY);
}

// created_vcpus counts first, online_vcpus last; vgic_init() compares them.
TEST_CASE("a controller cannot be initialised while a vCPU is being created", "[models][vgic]") {
  ArmVm vm({.start = KvmArm64::Start::empty, .irqfds_at_reset = false});
  vm.vmm.ask(vm.go, [&](Exec& x) { return vm.kvm.create_vcpu(x, 0); });
  vm.go.until("vmm", "the vCPU is online");
  CHECK(vm.host.run(vm.go, [&](Exec& x) { return vm.kvm.ctrl_init(x); }) == -EBUSY);
  vm.go.rest("vmm");
  CHECK(init(vm) == 0);
}

// 3.4, P0.
TEST_CASE("drop: an early injection is lost, and its injector told that all is well",
          "[models][vgic]") {
  ArmVm vm(early("drop"));
  CHECK(assign(vm) == 0);
  vm.signal(vm.trigger);
  CHECK(vm.irq_line(true) == 0);
  run(vm);
  REQUIRE(vm.dist().ready == 1);
  CHECK(vm.irq().pending_latch == 0);
  CHECK(vm.irq().line_level == 0);
  CHECK(vm.read_rfd() == 0);
}

// 3.4, P1: completed in the guest's name.
TEST_CASE("ack-and-eagain: an early level is resampled at once, an edge is dropped",
          "[models][vgic]") {
  ArmVm vm(early("ack-and-eagain"));
  CHECK(assign(vm) == 0);
  vm.signal(vm.trigger);
  CHECK(vm.read_rfd() == 1);
  vm.signal(vm.trigger);
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.irq_line(true) == -EAGAIN);
  vm.call([&](Exec& x) { return vm.irqfd.deassign(x); });
  (void)vm.read_rfd();
  CHECK(vm.irq_line(true) == 0);
  CHECK(vm.read_rfd() == 0);
  run(vm);
  CHECK(vm.irq().pending_latch == 0);
}

// 3.4, P2.
TEST_CASE("error: user space hears of an early injection, an irqfd does not", "[models][vgic]") {
  ArmVm vm(early("error"));
  CHECK(assign(vm) == 0);
  vm.signal(vm.trigger);
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.irq_line(true) == -EBUSY);
  run(vm);
  CHECK(vm.irq().pending_latch == 0);
}

// 3.4, P3.
TEST_CASE("latch-early: what came early is there when the guest runs", "[models][vgic]") {
  ArmVm vm(early("latch-early"));
  CHECK(assign(vm) == 0);
  vm.signal(vm.trigger);
  CHECK(vm.irq().pending_latch == 0);
  run(vm);
  switch_on(vm);
  vm.set_up(true);
  REQUIRE(vm.iar() == spi);
  vm.eoir();
  CHECK(vm.read_rfd() == 1);
  CHECK_FALSE(vm.signalled());
}

TEST_CASE("latch-early: a record that is made after a separate test can be too late",
          "[models][vgic]") {
  const bool two_step = GENERATE(false, true);
  ArmVm vm(early(two_step ? "latch-early-two-step" : "latch-early"));
  vm.host.ask(vm.go, [&](Exec& x) { return vm.kvm.irq_line(x, ArmIrqType::spi, 0, spi, true); });
  vm.go.until("host", "record the early interrupt");
  vm.vmm.run(vm.go, [&](Exec& x) { return vm.kvm.vgic().kvm_vgic_map_resources(x); });
  REQUIRE(vm.dist().ready == 1);
  vm.go.rest("host");
  CHECK(vm.irq().pending_latch == (two_step ? 0 : 1));
}

// 3.4, P4.
TEST_CASE("refuse-assign: neither an irqfd nor an injection before init", "[models][vgic]") {
  ArmVm vm(early("refuse-assign", GENERATE(VgicModel::v2, VgicModel::v3)));
  CHECK(assign(vm) == -EAGAIN);
  CHECK(vm.irq_line(true) == -EBUSY);
  CHECK(vm.dist().initialized == 0);
  REQUIRE(init(vm) == 0);
  CHECK(assign(vm) == 0);
}

// 3.4, P5.
TEST_CASE("early-init: after it an early edge is latched as by hardware", "[models][vgic]") {
  ArmVm vm(early("early-init"));
  CHECK(assign(vm) == 0);
  CHECK(vm.irq_line(true) == 0);
  CHECK(vm.irq().pending_latch == 0);
  REQUIRE(init(vm) == 0);
  vm.signal(vm.trigger);
  CHECK(vm.irq().pending_latch == 1);
}

// 3.4, P8. From the work item: the signaller's context could not sleep (V-R35).
TEST_CASE("init-on-demand: the work item of an irqfd initialises a GICv2", "[models][vgic]") {
  ArmVm vm(early("init-on-demand", VgicModel::v2));
  CHECK(assign(vm) == 0);
  vm.host.run(vm.go, [&](Exec& x) { return vm.trigger.signal(x); });
  CHECK(vm.dist().initialized == 0);
  vm.go.settle();
  CHECK(vm.dist().initialized == 1);
  CHECK(vm.irq().pending_latch == 1);
  CHECK(vm.go.violations().empty());
}

// Observed, A4g: the level is not recorded, one edge is.
TEST_CASE("a line that is held from before ICFGR gives one entry and then silence",
          "[models][vgic]") {
  ArmVm vm(early("linux-6.1", VgicModel::v2));
  vm.irq_line(true);
  run(vm);
  switch_on(vm);
  vm.set_up(true);
  REQUIRE(vm.iar() == spi);
  vm.eoir();
  CHECK_FALSE(vm.signalled());
  CHECK(vm.irq().line_level == 0);
  vm.irq_line(true);  // Repeats what it said before.
  CHECK(vm.signalled());
}

// Observed, A12: the mechanism of V-R5.
TEST_CASE("an early signal is lost to a guest that clears pending bits in its set-up",
          "[models][vgic]") {
  ArmVm vm(early("linux-6.1"));
  REQUIRE(init(vm) == 0);
  REQUIRE(assign(vm) == 0);
  vm.signal(vm.trigger);
  run(vm);
  switch_on(vm);
  vm.dist_write(word_of(icpendr), bit_of());
  vm.set_up(true);
  CHECK_FALSE(vm.signalled());
  CHECK(vm.read_rfd() == 0);
}

TEST_CASE("every readiness policy has a name of its own and says what it is", "[models][vgic]") {
  std::set<std::string_view> names;
  for (const VgicReadiness::Entry& e : VgicReadiness::all()) {
    CHECK(names.insert(e.name).second);
    CHECK_FALSE(e.summary.empty());
    CHECK_FALSE(e.source.empty());
  }
  CHECK(names == std::set<std::string_view>{"linux-6.1", "drop", "ack-and-eagain", "error",
                                            "latch-early", "latch-early-two-step", "refuse-assign",
                                            "early-init", "init-on-demand"});
  CHECK_THROWS_AS(VgicReadiness::find("later"), std::invalid_argument);
}

}  // namespace
}  // namespace irqloom::bench
