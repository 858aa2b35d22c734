// What real kernels did with edge pins and masked pins (observed facts 6, 7 and 9), with a storm
// (10), with entries that are rewritten while in service (13), and at deassignment (14).
#include <catch2/catch.hpp>

#include "tests/models/vm.h"

namespace irqloom::bench {
namespace {

constexpr unsigned source_1 = 1U << source_irqfd_resample;

std::string any_kernel() {
  return GENERATE(as<std::string>{}, "at-eoi", "on-unmask");
}

TEST_CASE("6a, 6d: the EOI of an edge pin with a resampler acks", "[models][observed]") {
  const bool late = GENERATE(false, true);
  Vm vm({.policy = any_kernel(), .resample = late ? 0U : 1U, .entry = {.level = false}});
  if (late) vm.assign(0);
  for (int n = 0; n < 2; ++n) {
    vm.signal();
    CHECK(vm.pin().irq_states == source_1);
    REQUIRE(vm.take() == vector);
    vm.eoi();
    CHECK(vm.read_rfd() == 1);
    CHECK(vm.pin().irq_states == 0);
    CHECK(vm.take() == 0);
  }
}

TEST_CASE("6b: edge and resample, a second signal before the EOI is lost", "[models][observed]") {
  Vm vm({.policy = any_kernel(), .entry = {.level = false}});
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.signal();
  vm.eoi();
  CHECK(vm.isrs() == 0);
}

TEST_CASE("6c: edge and plain, one more is queued while in service", "[models][observed]") {
  Vm vm({.policy = any_kernel(), .resample = 0, .entry = {.level = false}});
  vm.signal(plain);
  REQUIRE(vm.take() == vector);
  vm.signal(plain);
  vm.signal(plain);
  vm.eoi();
  CHECK(vm.isrs() == 1);
}

TEST_CASE("7a, 7b: a plain irqfd's pulse on a level pin", "[models][observed]") {
  Vm vm({.policy = any_kernel(), .resample = 0});
  vm.signal(plain);
  CHECK(vm.pin().remote_irr == 1);
  CHECK(vm.pin().irr == 0);
  vm.signal(plain);  // Lost while remote IRR is set.
  CHECK(vm.isrs() == 1);
}

TEST_CASE("9a: a masked level pin that is high at unmask", "[models][observed]") {
  const std::string policy = any_kernel();
  const bool by_irqfd = GENERATE(false, true);
  Vm vm({.policy = policy, .resample = by_irqfd ? 1U : 0U, .entry = {.masked = true}});
  if (by_irqfd) {
    vm.signal();
  } else {
    vm.irq_line(true);
  }
  CHECK(vm.take() == 0);
  vm.unmask();
  const bool resampled = by_irqfd && policy == "on-unmask";
  CHECK(vm.take() == (resampled ? 0 : vector));
  CHECK(vm.read_rfd() == (resampled ? 1 : 0));
}

TEST_CASE("9b: a pulse on a masked pin is lost (K-R44)", "[models][observed]") {
  const bool level = GENERATE(false, true);
  Vm vm({.policy = any_kernel(), .resample = 0, .entry = {.level = level, .masked = true}});
  vm.signal(plain);
  vm.unmask();
  CHECK(vm.take() == 0);
  vm.signal(plain);
  CHECK(vm.take() == vector);
}

// The line of a masked edge pin rises and stays high.
void up_to_wedged(Vm& vm) {
  vm.irq_line(true);
  vm.unmask();
  CHECK(vm.take() == 0);
  CHECK(vm.irq_line(true) == 0);  // Coalesced.
  CHECK(vm.take() == 0);
}

TEST_CASE("9c: a masked edge pin whose line stays high is freed by a level of 0",
          "[models][observed]") {
  Vm vm({.policy = any_kernel(), .resample = 0, .entry = {.level = false, .masked = true}});
  up_to_wedged(vm);
  vm.irq_line(false);
  CHECK(vm.irq_line(true) == 1);
  CHECK(vm.take() == vector);
}

TEST_CASE("9c, 9h: it is freed by a write of level mode, which delivers", "[models][observed]") {
  Vm vm({.policy = any_kernel(), .resample = 0, .entry = {.level = false, .masked = true}});
  up_to_wedged(vm);
  vm.write_low({.level = true});
  CHECK(vm.take() == vector);
}

TEST_CASE("9c: a resample irqfd on it is wedged until it is deassigned", "[models][observed]") {
  Vm vm({.policy = any_kernel(), .entry = {.level = false, .masked = true}});
  vm.signal();
  vm.unmask();
  vm.signal();
  CHECK(vm.take() == 0);
  CHECK(vm.read_rfd() == 0);
  vm.deassign(0);
  CHECK(vm.pin().irr == 0);
  vm.assign(0);
  vm.signal();
  CHECK(vm.take() == vector);
}

// The throttle of 10,000 EOIs, scaled down to 3.
constexpr std::uint16_t limit = 3;

void end_one(Vm& vm) {
  REQUIRE(vm.take() == vector);
  vm.eoi();
}

TEST_CASE("10d: one EOI with the line low restarts the throttle's count", "[models][observed]") {
  Vm vm({.policy = any_kernel(), .resample = 0, .throttle_limit = limit});
  vm.irq_line(true);
  end_one(vm);
  end_one(vm);
  vm.irq_line(false);
  end_one(vm);
  vm.irq_line(true);
  end_one(vm);
  end_one(vm);
  CHECK_FALSE(vm.is_throttled());
  end_one(vm);
  CHECK(vm.is_throttled());
  CHECK(vm.take() == 0);
}

TEST_CASE("10f: a storm through the resample loop is never counted", "[models][observed]") {
  Vm vm({.policy = any_kernel(), .throttle_limit = limit});
  for (int n = 0; n < 3 * limit; ++n) {
    vm.signal();
    end_one(vm);
    CHECK(vm.pin().irq_eoi == 0);
  }
  CHECK_FALSE(vm.is_throttled());
}

TEST_CASE("12e: the EOI of an MSI with a level pin's vector acks that pin (K-R16)",
          "[models][observed]") {
  Vm vm({.policy = any_kernel(), .entry = {.masked = true}});
  vm.signal();
  REQUIRE(vm.pin().irr == 1);
  vm.lapic.accept(vm.go.exec(), vector, Trigger::edge);
  end_one(vm);
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.pin().irr == 0);  // The pending level is dropped.
}

TEST_CASE("an MSI with the vector of a level interrupt in service leaves remote IRR set (K-R21)",
          "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.lapic.accept(vm.go.exec(), vector, Trigger::edge);
  vm.eoi();
  CHECK(vm.pin().remote_irr == 1);
}

TEST_CASE("13a: a write of edge mode clears remote IRR, and the EOI still resamples",
          "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.write_low({.level = false});
  CHECK(vm.pin().remote_irr == 0);
  CHECK(vm.read_rfd() == 0);
  vm.eoi();
  CHECK(vm.read_rfd() == 1);
}

TEST_CASE("13b: a vector that changes before the EOI kills the pin (K-R17)", "[models][observed]") {
  const std::string policy = any_kernel();
  Vm vm({.policy = policy});
  const std::uint8_t other = 0x61;
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.write_low({.vector = other});
  vm.eoi();
  CHECK(vm.pin().remote_irr == 1);
  CHECK(vm.pin().irr == 1);
  CHECK(vm.read_rfd() == 0);
  vm.signal();
  CHECK(vm.take() == 0);
  vm.write_low({.vector = other, .level = false});
  vm.write_low({.vector = other, .level = true});
  if (policy == "on-unmask") {
    CHECK(vm.read_rfd() == 1);
    CHECK(vm.take() == 0);
    vm.signal();
  }
  CHECK(vm.take() == other);
}

TEST_CASE("13d: only the vector at the time of the EOI counts", "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.write_low({.vector = 0x61});
  vm.write_low({});
  vm.eoi();
  CHECK(vm.pin().remote_irr == 0);
  CHECK(vm.read_rfd() == 1);
}

TEST_CASE("13h: an EOI acks every pin with the vector, also a masked one (K-R16)",
          "[models][observed]") {
  Vm vm({.policy = any_kernel(), .entry = {.masked = true}});
  const unsigned other_pin = 17;
  vm.write_low({}, other_pin);
  vm.signal();
  REQUIRE(vm.pin().irr == 1);
  vm.irq_line(true, other_pin);
  REQUIRE(vm.take() == vector);
  vm.irq_line(false, other_pin);
  vm.eoi();
  CHECK(vm.read_rfd() == 1);
  CHECK(vm.pin().irr == 0);
  CHECK(vm.pin(other_pin).remote_irr == 0);
}

TEST_CASE("14a: the last resample irqfd's deassignment drops the source and tells nobody",
          "[models][observed]") {
  Vm vm({.policy = any_kernel(), .entry = {.masked = true}});
  vm.signal();
  REQUIRE(vm.pin().irr == 1);
  vm.deassign(0);
  CHECK(vm.pin().irq_states == 0);
  CHECK(vm.pin().irr == 0);
  CHECK(vm.read_rfd() == 0);
  vm.unmask();
  CHECK(vm.take() == 0);
}

TEST_CASE("14b: deassigned inside the ISR, remote IRR stays until the EOI", "[models][observed]") {
  const bool again = GENERATE(false, true);
  Vm vm({.policy = any_kernel()});
  vm.signal();
  REQUIRE(vm.take() == vector);
  vm.deassign(0);
  CHECK(vm.pin().irr == 0);
  CHECK(vm.pin().remote_irr == 1);
  if (again) vm.assign(0);
  vm.eoi();
  CHECK(vm.pin().remote_irr == 0);
  CHECK(vm.read_rfd() == (again ? 1 : 0));
}

TEST_CASE("14c: one of two is deassigned, the level that it raised stays", "[models][observed]") {
  const std::string policy = any_kernel();
  Vm vm({.policy = policy, .resample = 2, .entry = {.masked = true}});
  vm.signal(0);
  vm.deassign(0);
  CHECK(vm.pin().irr == 1);
  vm.unmask();
  const bool resampled = policy == "on-unmask";
  CHECK(vm.take() == (resampled ? 0 : vector));
  CHECK(vm.read_rfd(1) == (resampled ? 1 : 0));
  CHECK(vm.read_rfd(0) == 0);
}

TEST_CASE("14e: what the local APIC has is delivered after the deassignment",
          "[models][observed]") {
  Vm vm({.policy = any_kernel()});
  vm.signal();
  vm.deassign(0);
  CHECK(vm.take() == vector);
}

}  // namespace
}  // namespace irqloom::bench
