// What real kernels did with an interrupt that is masked while it is served, and with entries that
// are rewritten while their line is high (observed facts 2a to 2i). Every difference between the
// kernels is here: 6.1 injects where 6.12 resamples.
#include <catch2/catch.hpp>

#include "tests/models/vm.h"

namespace irqloom::bench {
namespace {

constexpr const char* linux_6_1 = "at-eoi";
constexpr const char* linux_6_12 = "on-unmask";

std::string any_kernel() {
  return GENERATE(as<std::string>{}, "at-eoi", "on-unmask");
}

// One interrupt up to the point where the guest's thread is to run: taken, masked, ended; the host
// has read the resamplefd.
void up_to_thread(Vm& vm) {
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.mask();
  vm.eoi();
  REQUIRE(vm.read_rfd() == 1);
}

// ... and its host has found the line high and signalled again.
void up_to_signalled_again(Vm& vm) {
  up_to_thread(vm);
  vm.signal();
  REQUIRE(vm.pin().irr == 1);
  REQUIRE(vm.pin().remote_irr == 0);
  REQUIRE(vm.take() == 0);
}

TEST_CASE("2a on 6.1: EOI while masked resamples, unmask injects what came since",
          "[models][observed]") {
  Vm vm({.policy = linux_6_1});
  up_to_signalled_again(vm);
  vm.unmask();
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.take() == vector);
  CHECK(vm.isrs() == 0);
}

TEST_CASE("2a on 6.12: unmask resamples and clears irr", "[models][observed]") {
  Vm vm({.policy = linux_6_12});
  up_to_signalled_again(vm);
  vm.unmask();
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.pin().irr == 0);
  CHECK(vm.take() == 0);
}

TEST_CASE("2b on 6.1: the device is still up at unmask, the ISR runs at unmask",
          "[models][observed]") {
  Vm vm({.policy = linux_6_1});
  up_to_signalled_again(vm);
  vm.unmask();
  CHECK(vm.take() == vector);
}

TEST_CASE("2b on 6.12: the device is still up at unmask, the ISR runs after the host's next signal",
          "[models][observed]") {
  Vm vm({.policy = linux_6_12});
  up_to_signalled_again(vm);
  vm.unmask();
  CHECK(vm.take() == 0);
  REQUIRE(vm.read_rfd() == 1);
  vm.signal();
  CHECK(vm.take() == vector);
}

TEST_CASE("2c, 2d: nothing happens at unmask when irr is clear", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  up_to_thread(vm);
  vm.unmask();
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.take() == 0);
  // A trigger that comes after the unmask is delivered.
  vm.signal();
  CHECK(vm.take() == vector);
}

TEST_CASE("2f: nothing happens at an unmask before EOI", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.mask();
  vm.unmask();
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.pin().irr == 1);
  CHECK(vm.pin().remote_irr == 1);
  vm.eoi();
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.take() == 0);
}

TEST_CASE("2g: nothing happens at a write that stays masked", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  up_to_signalled_again(vm);
  vm.write_low({.masked = true});
  vm.write_high({.masked = true});
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.pin().irr == 1);
  CHECK(vm.take() == 0);
}

TEST_CASE("2h on 6.1: delivered although the host ignores the resamplefd", "[models][observed]") {
  Vm vm({.policy = linux_6_1});
  up_to_signalled_again(vm);
  vm.unmask();
  CHECK(vm.take() == vector);
}

TEST_CASE("2h on 6.12: lost for good when the host ignores the resamplefd", "[models][observed]") {
  Vm vm({.policy = linux_6_12});
  up_to_signalled_again(vm);
  vm.unmask();
  REQUIRE(vm.read_rfd() == 1);
  vm.write_low({});
  vm.write_high({});
  vm.mask();
  vm.unmask();
  CHECK(vm.read_rfd() == 0);
  CHECK(vm.take() == 0);
}

// 18c: a message that the disabled APIC refuses leaves irr set, remote IRR clear and the entry
// unmasked, and enabling the APIC delivers nothing.
void up_to_refused(Vm& vm) {
  LapicState& apic = vm.go.world().mut(vm.lapic.state());
  apic.enabled = 0;
  vm.signal();
  REQUIRE(vm.pin().irr == 1);
  REQUIRE(vm.pin().remote_irr == 0);
  apic.enabled = 1;
  REQUIRE(vm.take() == 0);
}

TEST_CASE("2i, 18c: a write of either half, without a change of the mask", "[models][observed]") {
  const std::string policy = any_kernel();
  const bool high = GENERATE(false, true);
  Vm vm({.policy = policy});
  up_to_refused(vm);
  if (high) {
    vm.write_high({});
  } else {
    vm.write_low({});
  }
  if (policy == linux_6_1) {
    CHECK(vm.read_rfd() == 0);
    CHECK(vm.take() == vector);
  } else {
    CHECK(vm.read_rfd() == 1);
    CHECK(vm.pin().irr == 0);
    CHECK(vm.take() == 0);
  }
}

TEST_CASE("2i: injected on both kernels when the GSI has no resampler", "[models][observed]") {
  Vm vm({.policy = any_kernel(), .resample = 0, .entry = {.masked = true}});
  vm.irq_line(true);
  REQUIRE(vm.pin().irr == 1);
  REQUIRE(vm.take() == 0);
  vm.unmask();
  CHECK(vm.take() == vector);
}

}  // namespace
}  // namespace irqloom::bench
