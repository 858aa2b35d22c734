// What real kernels did with a mask against a pending level, with several sources on one GSI, and
// with signals that merge (observed facts 3, 4, 5 and 8), and what KVM_IRQ_LINE_STATUS returned
// (7).
#include <catch2/catch.hpp>

#include "tests/models/vm.h"

namespace irqloom::bench {
namespace {

constexpr unsigned source_0 = 1U << source_userspace;
constexpr unsigned source_1 = 1U << source_irqfd_resample;

std::string any_kernel() {
  return GENERATE(as<std::string>{}, "at-eoi", "on-unmask");
}

TEST_CASE("3a: the EOI's de-assert swallows a signal that came while masked",
          "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.mask();
  vm.signal();
  vm.eoi();
  CHECK(vm.pin().irr == 0);
  CHECK(vm.read_rfd() == 1);  // Tells the host to look again.
  vm.unmask();
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.take() == 0);
}

TEST_CASE("3b: a mask does not recall what the local APIC has", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal();
  vm.mask();
  CHECK(vm.take() == vector);
  vm.eoi();
  CHECK(vm.read_rfd() == 1);  // Although masked.
  CHECK(vm.pin().remote_irr == 0);
}

TEST_CASE("3d: a signal inside the ISR merges", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.signal();
  vm.eoi();
  CHECK(vm.isrs() == 0);
  CHECK(vm.read_rfd() == 1);
}

TEST_CASE("4a, 4b: one EOI drops the source of two resample irqfds and fires both",
          "[models][observed]") {
  const bool both = GENERATE(false, true);
  Vm vm({.policy = any_kernel(), .resample = 2});
  vm.signal(0);
  if (both) vm.signal(1);
  CHECK(vm.pin().irq_states == source_1);
  REQUIRE(vm.take() == vector);
  vm.eoi();
  CHECK(vm.pin().irq_states == 0);
  CHECK(vm.read_rfd(0) == 1);
  CHECK(vm.read_rfd(1) == 1);
  CHECK(vm.take() == 0);
}

TEST_CASE(
    "4d: the EOI of a plain irqfd's interrupt fires the resamplefd, and its pulse leaves the "
    "resample source alone",
    "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal(plain);
  REQUIRE(vm.take() == vector);
  vm.eoi();
  CHECK(vm.read_rfd() == 1);
  vm.signal(0);
  vm.signal(plain);
  CHECK(vm.pin().irq_states == source_1);
  CHECK(vm.pin().irr == 1);
}

TEST_CASE("5a: KVM_IRQ_LINE and a resample irqfd are OR-ed", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.irq_line(true);
  vm.signal();
  CHECK(vm.pin().irq_states == (source_0 | source_1));
  for (int eoi = 1; eoi <= 3; ++eoi) {
    REQUIRE(vm.take() == vector);
    vm.eoi();
    CHECK(vm.pin().irq_states == source_0);
    CHECK(vm.read_rfd() == 1);
    CHECK(vm.pin().remote_irr == 1);  // Injected again inside the EOI.
  }
}

TEST_CASE("5b: the EOI of a line that KVM_IRQ_LINE raised fires a silent irqfd's resamplefd",
          "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.irq_line(true);
  REQUIRE(vm.take() == vector);
  vm.irq_line(false);
  vm.eoi();
  CHECK(vm.read_rfd() == 1);
}

TEST_CASE("5c: a line that is raised while masked is delivered at unmask on 6.1",
          "[models][observed]") {
  Vm vm({.policy = "at-eoi", .entry = {.masked = true}});
  vm.irq_line(true);
  vm.unmask();
  CHECK(vm.take() == vector);
}

TEST_CASE("5c: with a resampler 6.12 does not deliver it (K-R28)", "[models][observed]") {
  Vm vm({.policy = "on-unmask", .entry = {.masked = true}});
  vm.irq_line(true);
  vm.unmask();
  CHECK(vm.take() == 0);
  CHECK(vm.pin().irr == 0);
  CHECK(vm.pin().irq_states == source_0);  // With the line high.
}

void up_to_unmask_with_both_sources(Vm& vm) {
  vm.signal();
  vm.irq_line(true);
  REQUIRE(vm.pin().irq_states == (source_0 | source_1));
  vm.unmask();
}

TEST_CASE("5e on 6.1: lowering the line injects nothing", "[models][observed]") {
  Vm vm({.policy = "at-eoi", .entry = {.masked = true}});
  up_to_unmask_with_both_sources(vm);
  vm.irq_line(false);
  CHECK(vm.isrs() == 1);  // That of the unmask.
}

// Reference trace T8.
TEST_CASE("5e on 6.12, T8: lowering the line injects a spurious interrupt (K-R28)",
          "[models][observed][trace]") {
  Vm vm({.policy = "on-unmask", .entry = {.masked = true}});
  up_to_unmask_with_both_sources(vm);
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.pin().irr == 0);
  CHECK(vm.take() == 0);
  vm.irq_line(false);
  CHECK(vm.pin().irq_states == source_1);  // Left high by the resample.
  CHECK(vm.pin().irr == 1);
  CHECK(vm.take() == vector);
  vm.eoi();
  CHECK(vm.pin().irq_states == 0);
  CHECK(vm.pin().irr == 0);
}

TEST_CASE("5d: lowering the line leaves irr to the other source", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.irq_line(true);
  vm.signal();
  vm.irq_line(false);
  CHECK(vm.pin().irr == 1);
  CHECK(vm.pin().irq_states == source_1);
}

TEST_CASE("K-R13: a plain irqfd's pulse wipes a line that KVM_IRQ_LINE holds",
          "[models][observed]") {
  Vm vm({.policy = any_kernel(), .resample = 0, .entry = {.masked = true}});
  vm.irq_line(true);
  vm.signal(plain);
  CHECK(vm.pin().irr == 0);
  vm.unmask();
  CHECK(vm.take() == 0);
}

TEST_CASE("7: what KVM_IRQ_LINE_STATUS returns", "[models][observed]") {
  Vm level({.policy = any_kernel(), .resample = 0});
  CHECK(level.irq_line(true) == 1);
  CHECK(level.irq_line(true) == -1);  // Remote IRR is set.
  CHECK(level.irq_line(false) == 1);
  level.mask();
  CHECK(level.irq_line(true) == -1);
  CHECK(level.irq_line(true, 1000) == -1);  // Unrouted.
}

TEST_CASE("7: what KVM_IRQ_LINE_STATUS returns for an edge pin", "[models][observed]") {
  Vm edge({.policy = any_kernel(), .resample = 0, .entry = {.level = false}});
  CHECK(edge.irq_line(true) == 1);
  CHECK(edge.irq_line(true) == 0);
  CHECK(edge.irq_line(false) == 1);
}

TEST_CASE("8a to 8d: five signals before the CPU runs are one ISR", "[models][observed]") {
  const std::size_t irqfd = GENERATE(std::size_t{0}, plain);
  const bool level = GENERATE(false, true);
  Vm vm({.policy = any_kernel(), .entry = {.level = level}});
  for (int n = 0; n < 5; ++n)
    vm.signal(irqfd);
  CHECK(vm.isrs() == 1);
}

TEST_CASE("8f: a signal that was pending at assignment is injected once and stays counted",
          "[models][observed]") {
  Vm vm({.policy = any_kernel(), .resample = 0});
  vm.signal(0);  // Nobody waits for it.
  CHECK(vm.isrs() == 0);
  vm.assign(0);
  CHECK(vm.isrs() == 1);
  CHECK(vm.go[vm.triggers[0]->state()].count == 1);
  vm.signal(0);
  CHECK(vm.go[vm.triggers[0]->state()].count == 0);
}

TEST_CASE("8g: signals that come before the work runs are one injection", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  for (int n = 0; n < 5; ++n)
    vm.signal_only(0);
  vm.run_work(0);
  CHECK(vm.go.count(event::irqfd_inject) == 1);
  CHECK(vm.isrs() == 1);
}

}  // namespace
}  // namespace irqloom::bench
