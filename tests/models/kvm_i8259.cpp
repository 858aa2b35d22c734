// KVM's 8259 pair: Intel 8259A data sheet ("Interrupt sequence", "Operation control words") and
// what arch/x86/kvm/i8259.c of Linux 6.1.192 makes of it.
#include <catch2/catch.hpp>

#include "models/kvm/i8259.h"
#include "sim/app/conform/kvm_x86_vm.h"

namespace irqloom {
namespace {

constexpr std::uint16_t master = 0x20;
constexpr std::uint16_t master_data = 0x21;
constexpr std::uint16_t slave = 0xa0;
constexpr std::uint16_t slave_data = 0xa1;
constexpr std::uint16_t elcr = 0x4d0;
constexpr std::uint8_t eoi = 0x20;
constexpr std::uint8_t master_base = 0x20;
constexpr std::uint8_t slave_base = 0x28;
constexpr std::uint8_t extint = 7;

app::conform::VmPlan plan() {
  app::conform::VmPlan result;
  result.resample_policy = "at-eoi";
  result.gsis = 24;
  result.eventfds = {"A", "rA"};
  result.irqfds = {{"A", 10, "rA"}};
  return result;
}

/// The pair, initialized as a PC does: vectors 0x20 and 0x28, cascade on line 2.
struct Pair {
  app::conform::KvmX86Vm vm{plan()};

  explicit Pair(std::uint8_t icw4 = 1) {
    for (const auto& [port, data, base, cascade] :
         {std::tuple{master, master_data, master_base, std::uint8_t{4}},
          std::tuple{slave, slave_data, slave_base, std::uint8_t{2}}}) {
      out(port, 0x11);
      out(data, base);
      out(data, cascade);
      out(data, icw4);
    }
  }

  void out(std::uint16_t port, std::uint8_t value) {
    vm.guest(0, [=, this](Exec& x) { return pic().write_port(x, port, value); });
  }
  std::int32_t line(unsigned n, bool level) {
    return vm.host([=, this](Exec& x) { return pic().set_irq(x, source_userspace, n, level); });
  }
  void pulse(unsigned n) {
    line(n, true);
    line(n, false);
  }
  std::int32_t take() {
    return vm.guest(0, [this](Exec& x) { return pic().read_irq(x); });
  }
  bool output() { return pic().output(vm.exec()); }
  const PicState& chip(unsigned n) { return vm.exec().get(pic().chip(n)); }
  KvmPic& pic() { return vm.irqchip().pic(); }
  std::uint32_t rfd() { return vm.eventfd("rA").read(vm.exec()); }
  /// LINT0 of the vCPU: open for the pair.
  void listen() {
    vm.guest(0, [this](Exec& x) { return vm.page(0).write(x, apic::lvt0, extint << 8); });
  }
};

TEST_CASE("8259: the lowest line number goes first, and a lower priority waits", "[models][pic]") {
  Pair p;
  p.pulse(5);
  p.pulse(3);
  CHECK(p.take() == master_base + 3);
  CHECK_FALSE(p.output());
  p.pulse(1);
  CHECK(p.output());
  CHECK(p.take() == master_base + 1);
  p.out(master, eoi);
  CHECK_FALSE(p.output());
  p.out(master, eoi);
  CHECK(p.take() == master_base + 5);
}

TEST_CASE("8259: an acknowledge cycle with nothing to serve gives line 7", "[models][pic]") {
  Pair p;
  CHECK(p.take() == master_base + 7);
  CHECK(p.chip(0).isr == 0);
}

TEST_CASE("8259: the slave is acknowledged through line 2", "[models][pic]") {
  Pair p;
  p.pulse(12);
  CHECK(p.take() == slave_base + 4);
  CHECK(p.chip(0).isr == 1U << 2);
  CHECK(p.chip(1).isr == 1U << 4);
  CHECK(p.chip(1).irr == 0);
}

TEST_CASE("8259: a slave whose request is gone gives its line 7", "[models][pic]") {
  Pair p;
  p.out(elcr + 1, 1U << 2);
  p.line(10, true);
  REQUIRE(p.output());
  p.line(10, false);
  CHECK(p.take() == slave_base + 7);
  CHECK(p.chip(1).isr == 0);
}

TEST_CASE("8259: special fully nested mode lets the slave interrupt itself", "[models][pic]") {
  const bool special = GENERATE(false, true);
  Pair p(special ? 0x11 : 0x01);
  p.pulse(12);
  p.take();
  p.pulse(9);
  CHECK(p.output() == special);
}

TEST_CASE("8259: an edge is needed for each request, a level for none", "[models][pic]") {
  Pair p;
  p.out(elcr, 1U << 4);
  CHECK(p.line(3, true) == 1);
  CHECK(p.line(3, true) == 1);  // No edge: nothing is requested anew, and nothing coalesces.
  p.line(3, false);
  CHECK(p.line(3, true) == 0);  // Requested already.
  CHECK(p.take() == master_base + 3);
  p.out(master, eoi);
  CHECK_FALSE(p.output());

  CHECK(p.line(4, true) == 1);
  CHECK(p.line(4, true) == 0);
  CHECK(p.take() == master_base + 4);
  p.out(master, eoi);
  CHECK(p.output());
  p.line(4, false);
  CHECK_FALSE(p.output());
}

// ICW1 forgets the cascade's request, which is an edge, and does not look at the slave again.
TEST_CASE("8259: working out the output again finds the slave's request", "[models][pic]") {
  Pair p;
  p.out(elcr + 1, 1U << 2);
  p.line(10, true);
  REQUIRE(p.chip(0).irr == 1U << 2);
  p.out(master, 0x11);
  REQUIRE(p.chip(0).irr == 0);
  p.vm.host([&](Exec& x) { return p.pic().update_irq(x); });
  CHECK(p.chip(0).irr == 1U << 2);
}

TEST_CASE("8259: a masked line is remembered, and its raiser is told", "[models][pic]") {
  Pair p;
  p.out(master_data, 1U << 3);
  CHECK(p.line(3, true) == -1);
  CHECK_FALSE(p.output());
  p.out(master_data, 0);
  CHECK(p.output());
}

TEST_CASE("8259: sources of one line are OR-ed", "[models][pic]") {
  Pair p;
  p.out(elcr, 1U << 4);
  p.line(4, true);
  p.vm.host([&](Exec& x) { return p.pic().set_irq(x, source_irqfd_resample, 4, true); });
  p.line(4, false);
  CHECK(p.output());
  p.vm.host([&](Exec& x) { return p.pic().set_irq(x, source_irqfd_resample, 4, false); });
  CHECK_FALSE(p.output());
}

TEST_CASE("8259: rotation makes the line that ends the last of all", "[models][pic]") {
  Pair p;
  p.pulse(0);
  p.take();
  const std::uint8_t command = GENERATE(std::uint8_t{0xa0}, std::uint8_t{0xe0});
  p.out(master, command);
  p.pulse(0);
  p.pulse(7);
  CHECK(p.take() == master_base + 7);
}

TEST_CASE("8259: priorities are set without an EOI", "[models][pic]") {
  Pair p;
  p.out(master, 0xc0 | 4);
  p.pulse(0);
  p.pulse(5);
  CHECK(p.take() == master_base + 5);
}

TEST_CASE("8259: a specific EOI ends that line and no other", "[models][pic]") {
  Pair p;
  p.pulse(6);
  p.take();
  p.pulse(1);
  p.take();
  p.out(master, 0x60 | 6);
  CHECK(p.chip(0).isr == 1U << 1);
}

TEST_CASE("8259: an EOI with nothing in service changes nothing", "[models][pic]") {
  Pair p;
  p.out(master, 0xa0);
  CHECK(p.chip(0).priority_add == 0);
}

TEST_CASE("8259: automatic EOI acks within the acknowledge cycle", "[models][pic]") {
  Pair p(0x03);
  p.out(elcr + 1, 1U << 2);
  p.vm.host([&](Exec& x) { return p.vm.irqfd({"A", 10, "rA"}).assign(x); });
  p.vm.host([&](Exec& x) { return p.vm.eventfd("A").write(x, 1); });
  p.vm.run_work();
  REQUIRE(p.output());
  CHECK(p.take() == slave_base + 2);
  CHECK(p.chip(0).isr == 0);
  CHECK(p.chip(1).isr == 0);
  CHECK(p.rfd() == 1);
  CHECK_FALSE(p.output());
}

// pic_clear_isr() of latched edges in kvm_pic_reset(), if a vCPU listens.
TEST_CASE("8259: ICW1 drops edges and acks them, and keeps levels", "[models][pic]") {
  const bool level = GENERATE(false, true);
  const bool listens = GENERATE(false, true);
  Pair p;
  if (listens) p.listen();
  if (level) p.out(elcr + 1, 1U << 2);
  p.out(slave_data, 0xff);
  p.vm.host([&](Exec& x) { return p.vm.irqfd({"A", 10, "rA"}).assign(x); });
  p.vm.host([&](Exec& x) { return p.vm.eventfd("A").write(x, 1); });
  p.vm.run_work();
  REQUIRE(p.chip(1).irr == 1U << 2);
  p.out(slave, 0x11);
  CHECK(p.chip(1).imr == 0);
  CHECK(p.chip(1).irr == (level ? 1U << 2 : 0));
  CHECK(p.rfd() == (!level && listens ? 1 : 0));
}

TEST_CASE("8259: the timer, the keyboard, the cascade, clock and coprocessor stay edges",
          "[models][pic]") {
  Pair p;
  p.out(elcr, 0xff);
  p.out(elcr + 1, 0xff);
  CHECK(p.chip(0).elcr == 0xf8);
  CHECK(p.chip(1).elcr == 0xde);
}

}  // namespace
}  // namespace irqloom
