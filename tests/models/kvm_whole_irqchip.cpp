// The parts of KVM's x86 irqchip that only recordings reach: whose EOIs concern the I/O APIC, which
// GSI an ack goes to, the clock's status, the register pages (arch/x86/kvm, Linux 6.1.192).
#include <catch2/catch.hpp>

#include "models/kvm/rtc_eoi.h"
#include "models/kvm/whole_irqchip.h"
#include "sim/app/conform/kvm_x86_vm.h"

namespace irqloom {
namespace {

constexpr std::uint8_t vector = 0x51;
constexpr std::uint32_t level = 1U << 15;
constexpr unsigned pin = 20;

app::conform::VmPlan plan() {
  app::conform::VmPlan result;
  result.resample_policy = "at-eoi";
  result.vcpus = 2;
  result.gsis = 42;
  result.eventfds = {"A", "rA", "B", "rB"};
  result.irqfds = {{"A", pin, "rA"}, {"B", 41, "rB"}, {"A", 41, "rB"}};
  return result;
}

struct Board {
  app::conform::KvmX86Vm vm{plan()};

  Exec& x() { return vm.exec(); }
  void entry(std::uint32_t low, std::uint8_t dest = 0, unsigned n = pin) {
    write(0, 0x11 + 2 * n);
    write(0x10, static_cast<std::uint32_t>(dest) << 24);
    write(0, 0x10 + 2 * n);
    write(0x10, low);
  }
  void write(std::uint64_t offset, std::uint32_t value) {
    vm.guest(0, [=, this](Exec& e) { return vm.irqchip().write_mmio(e, offset, value); });
  }
  void apic(unsigned vcpu, std::uint64_t offset, std::uint32_t value) {
    vm.guest(vcpu, [=, this](Exec& e) { return vm.page(vcpu).write(e, offset, value); });
  }
  void enter() {
    for (unsigned v = 0; v < vm.vcpus(); ++v)
      vm.page(v).enter(x());
  }
  void take(unsigned vcpu) {
    vm.guest(vcpu, [=, this](Exec& e) { return vm.page(vcpu).take_interrupt(e); });
  }
  std::int32_t assign(const app::conform::IrqfdKey& key) {
    return vm.host([=, this](Exec& e) { return vm.irqfd(key).assign(e); });
  }
  std::int32_t line(unsigned gsi, bool up, bool status = true) {
    return vm.host(
        [=, this](Exec& e) { return vm.irqchip().set_irq(e, source_userspace, gsi, up, status); });
  }
  void signal(const std::string& fd) {
    vm.host([=, this](Exec& e) { return vm.eventfd(fd).write(e, 1); });
    vm.run_work();
  }
  std::uint32_t rfd(const std::string& fd) { return vm.eventfd(fd).read(x()); }
  const KvmPin& state(unsigned n = pin) { return x().get(vm.kvm().ioapic().pin(n)); }
};

RoutingEntry to_ioapic(std::uint64_t gsi, std::uint64_t n) {
  return {.gsi = gsi, .chip = static_cast<std::uint32_t>(IrqChip::ioapic), .pin = n};
}

TEST_CASE("an EOI of a vector that this vCPU's set lacks reaches nobody", "[models][irqchip]") {
  Board b;
  b.assign({"A", pin, "rA"});
  b.entry(vector | level, 1);
  b.enter();
  b.apic(0, apic::icr, apic::self | vector);
  b.take(0);
  b.apic(0, apic::eoi, 0);
  CHECK(b.rfd("rA") == 0);
  b.apic(1, apic::icr, apic::self | vector);
  b.take(1);
  b.apic(1, apic::eoi, 0);
  CHECK(b.rfd("rA") == 1);
}

// kvm_apic_pending_eoi(), K-R18.
TEST_CASE("a vector in service stays in the set when its entry moves away", "[models][irqchip]") {
  Board b;
  b.assign({"A", pin, "rA"});
  b.entry(vector | level, 0);
  b.enter();
  b.signal("A");
  b.take(0);
  b.entry(vector | level, 1);
  b.enter();
  b.apic(0, apic::eoi, 0);
  CHECK(b.rfd("rA") == 1);
  CHECK(b.state().remote_irr == 0);
}

TEST_CASE("without an entry of the guest the set is as old as it was", "[models][irqchip]") {
  Board b;
  b.assign({"A", pin, "rA"});
  b.enter();
  b.entry(vector | level, 0);
  b.signal("A");
  b.take(0);
  b.apic(0, apic::eoi, 0);
  CHECK(b.rfd("rA") == 0);
  CHECK(b.state().remote_irr == 1);
}

TEST_CASE("the last GSI of the table that leads to a pin gets its acks", "[models][irqchip]") {
  Board b;
  const bool is_last = GENERATE(false, true);
  const std::vector<RoutingEntry> entries =
      is_last ? std::vector{to_ioapic(pin, pin), to_ioapic(41, pin)}
              : std::vector{to_ioapic(41, pin), to_ioapic(pin, pin)};
  REQUIRE(b.vm.irqchip().set_routing(b.x(), entries) == 0);
  b.assign({"A", pin, "rA"});
  b.assign({"B", 41, "rB"});
  b.entry(vector | level);
  b.enter();
  b.signal("A");
  b.take(0);
  b.apic(0, apic::eoi, 0);
  CHECK(b.rfd("rB") == (is_last ? 1 : 0));
  CHECK(b.rfd("rA") == (is_last ? 0 : 1));
}

TEST_CASE("a refused table leaves the old one", "[models][irqchip]") {
  Board b;
  CHECK(b.vm.irqchip().set_routing(b.x(), std::vector{to_ioapic(1, 1), to_ioapic(4096, 2)}) < 0);
  CHECK(b.vm.irqchip().gsi_of(b.x(), pin) == pin);
  CHECK(b.vm.irqchip().gsi_of(b.x(), first_pic_pin + 10) == 10);
}

// The roll-back of the refused assignment lowers the source that another irqfd had raised through a
// resampler that is gone.
TEST_CASE("an eventfd serves one irqfd, and the refused one leaves no resampler",
          "[models][irqchip]") {
  Board b;
  REQUIRE(b.assign({"A", pin, "rA"}) == 0);
  CHECK(b.assign({"A", pin, "rA"}) == -EBUSY);
  CHECK(b.assign({"A", 41, "rB"}) == -EBUSY);
  CHECK_FALSE(b.vm.kvm().has_resampler(b.x(), 41));
  CHECK(b.vm.kvm().has_resampler(b.x(), pin));
}

TEST_CASE("the clock's status needs the EOI of every vCPU that got it", "[models][irqchip]") {
  Board b;
  REQUIRE(b.vm.irqchip().set_routing(b.x(), std::vector{to_ioapic(8, RtcEoi::pin)}) == 0);
  b.entry(vector, 0xff, RtcEoi::pin);
  b.enter();
  CHECK(b.line(8, true) == 2);
  b.line(8, false);
  for (unsigned v = 0; v < 2; ++v) {
    CHECK(b.line(8, true) == 0);
    b.line(8, false);
    b.take(v);
    b.apic(v, apic::eoi, 0);
  }
  CHECK(b.line(8, true, false) == 2);
  b.line(8, false);
  CHECK(b.line(8, true) == 2);  // The one before did not ask and is not waited for.
}

TEST_CASE("a restored I/O APIC waits for the clock's EOI that the local APICs owe",
          "[models][irqchip]") {
  Board b;
  REQUIRE(b.vm.irqchip().set_routing(b.x(), std::vector{to_ioapic(8, RtcEoi::pin)}) == 0);
  b.entry(vector, 1, RtcEoi::pin);
  b.apic(1, apic::icr, apic::self | vector);
  CHECK_FALSE(b.vm.irqchip().rtc().is_pending(b.x()));
  const IoapicSnapshot snapshot = b.vm.kvm().ioapic().save(b.x());
  b.vm.host([&](Exec& e) { return b.vm.kvm().ioapic().restore(e, snapshot); });
  CHECK(b.line(8, true) == 0);
}

TEST_CASE("what was sent for an edge is not saved", "[models][irqchip]") {
  Board b;
  b.entry(vector);
  b.line(pin, true);
  CHECK(b.state().irr == 1);
  CHECK(b.vm.kvm().ioapic().save(b.x()).irr == 0);
  b.entry(vector | level | 1U << 16);
  CHECK(b.vm.kvm().ioapic().save(b.x()).irr == 0);  // Still, though the pin is level-triggered now.
}

TEST_CASE("an IPI reaches whom its shorthand names", "[models][irqchip]") {
  Board b;
  const auto shorthand = GENERATE(0U, 1U, 2U, 3U);
  b.apic(0, apic::icr2, 1U << 24);
  b.apic(0, apic::icr, shorthand << 18 | vector);
  const bool self = shorthand == 1 || shorthand == 2;
  CHECK(b.vm.page(0).has_interrupt(b.x()) == self);
  CHECK(b.vm.page(1).has_interrupt(b.x()) == (shorthand != 1));
}

TEST_CASE("a software-disabled APIC masks LINT0, for good", "[models][irqchip]") {
  Board b;
  constexpr std::uint32_t extint = 7U << 8;
  b.apic(0, apic::lvt0, extint);
  CHECK(b.vm.page(0).accepts_pic(b.x()));
  b.apic(0, apic::spiv, 0xff);
  b.apic(0, apic::spiv, 0x1ff);
  CHECK_FALSE(b.vm.page(0).accepts_pic(b.x()));
  b.apic(0, apic::lvt0, extint);
  CHECK(b.vm.page(0).accepts_pic(b.x()));
}

TEST_CASE("the processor priority is the task's or that of the class in service",
          "[models][irqchip]") {
  Board b;
  b.apic(0, apic::tpr, 0x35);
  CHECK(b.vm.page(0).read(b.x(), apic::ppr) == 0x35);
  b.apic(0, apic::icr, apic::self | vector);
  b.take(0);
  CHECK(b.vm.page(0).read(b.x(), apic::ppr) == 0x50);
  CHECK(b.vm.page(0).read(b.x(), apic::isr + 0x20) == 1U << (vector - 64));
}

TEST_CASE("a message's data decide its mode and trigger", "[models][irqchip]") {
  RouteState route;
  set_msi_route(route, 0xfee01004, 0xc151);
  const ApicMessage m = msi_of(route);
  CHECK(m.dest == 1);
  CHECK(m.logical);
  CHECK(m.mode == DeliveryMode::lowest_priority);
  CHECK(m.vector == vector);
  CHECK(m.trigger == Trigger::level);
}

}  // namespace
}  // namespace irqloom
