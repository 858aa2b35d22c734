// Reference traces T9 (plain irqfd on an edge pin), T10 (MSI) and T11 (a storm).
#include <catch2/catch.hpp>

#include "tests/models/vm.h"

namespace irqloom::bench {
namespace {

constexpr const char* inject = "kworker/irqfd2.inject";
constexpr const char* set_irq = "take ioapic->lock, ioapic_set_irq, drop it";

TEST_CASE("T9: a plain irqfd on an edge pin", "[models][trace]") {
  Vm vm({.entry = {.level = false}});
  vm.signal_only(plain);
  vm.go.through(inject, set_irq);
  CHECK(vm.pin().irr == 1);
  CHECK(vm.pin().irr_delivered == 1);
  CHECK(vm.go.count(event::ioapic_inject) == 1);
  vm.go.through(inject, set_irq);
  CHECK(vm.pin().irr == 0);
  CHECK(vm.take() == vector);
}

TEST_CASE("T9, masked: nothing is delivered", "[models][trace]") {
  Vm vm({.entry = {.level = false, .masked = true}});
  vm.signal_only(plain);
  vm.go.through(inject, set_irq);
  CHECK(vm.pin().irr == 1);
  CHECK(vm.pin().irr_delivered == 0);
  vm.go.through(inject, set_irq);
  CHECK(vm.pin().irr == 0);
  CHECK(vm.take() == 0);
}

TEST_CASE("T10: an irqfd on an MSI route", "[models][trace]") {
  Vm vm({});
  const std::uint8_t msi = 0x71;
  vm.go.world().mut(vm.kvm.route(gsi)) = RouteState{RouteType::msi, 0, msi, 0};
  const auto requested = [&] { return vm.go[vm.lapic.state()].irr[msi / 32] >> msi % 32 & 1U; };
  // By the writer itself, without a work item.
  vm.signal_only(plain);
  CHECK(requested() == 1);
  CHECK_FALSE(vm.go.enabled(inject));
  vm.signal_only(plain);  // Merged.
  REQUIRE(vm.take() == msi);
  CHECK(requested() == 0);
  vm.signal_only(plain);
  CHECK(requested() == 1);
  vm.signal_only(plain);  // Merged.
  CHECK(vm.take() == 0);
  vm.eoi();
  CHECK(vm.take() == msi);
  vm.eoi();
  CHECK(vm.take() == 0);
}

TEST_CASE("T11: EOIs number limit, 2 limit, ... delay the re-injection, and no other does",
          "[models][trace]") {
  constexpr std::uint16_t limit = 3;
  Vm vm({.policy = GENERATE(as<std::string>{}, "at-eoi", "on-unmask"),
         .resample = 0,
         .throttle_limit = limit});
  vm.irq_line(true);
  for (unsigned eoi = 1; eoi <= 3U * limit; ++eoi) {
    REQUIRE(vm.take() == vector);
    const std::size_t sent = vm.go.count(event::ioapic_inject);
    vm.eoi();
    INFO("EOI number " << eoi);
    CHECK(vm.pin().irq_eoi == eoi % limit);
    CHECK(vm.pin().irr == 1);
    const bool delayed = eoi % limit == 0;
    CHECK(vm.is_throttled() == delayed);
    CHECK(vm.pin().remote_irr == (delayed ? 0 : 1));
    CHECK(vm.go.count(event::ioapic_inject) == sent + (delayed ? 0 : 1));
    if (delayed) {
      vm.run_delayed_work();
      CHECK(vm.pin().remote_irr == 1);
      CHECK(vm.go.count(event::ioapic_inject) == sent + 1);
    }
  }
  CHECK(vm.go.count(event::kvm_ioapic_delayed_eoi_inj) == 3);
}

TEST_CASE("T11: a new level bypasses the delay", "[models][trace]") {
  Vm vm({.resample = 0, .throttle_limit = 1});
  vm.irq_line(true);
  REQUIRE(vm.take() == vector);
  vm.eoi();
  REQUIRE(vm.is_throttled());
  REQUIRE(vm.take() == 0);
  CHECK(vm.irq_line(true) == 1);
  CHECK(vm.take() == vector);
}

}  // namespace
}  // namespace irqloom::bench
