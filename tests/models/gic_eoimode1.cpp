// A host's GIC with EOImode 1, and interrupts that are forwarded to a vCPU (arm-vfio 1.2.7, 1.3.2,
// 1.3.3, 1.3.4, 1.3.6 and 1.5.2).
#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/models/arm_host.h"

namespace irqloom::bench {
namespace {

constexpr const char* cpu0_hardirq = "cpu0/hardirq";

bool has_running_priority(const ArmHost& h) {
  const GicCpuInterface& c = h.go[h.gic->cpu_interface(0)];
  for (const auto& group : c.active_priorities) {
    for (const std::uint32_t word : group) {
      if (word != 0) return true;
    }
  }
  return false;
}

std::int32_t forward(ArmHost& h, unsigned hwirq, bool forwarded) {
  return dynamic_cast<GicEoimode1Chip&>(*h.chip).irq_set_vcpu_affinity(h.go.exec(), hwirq,
                                                                       forwarded);
}

/// What the guest's EOI does to the physical interrupt of a list register with the HW bit.
void guest_deactivates(ArmHost& h) {
  h.gic->write_spi_bit(h.go.exec(), gic::Field::clear_active, host_spi);
}

TEST_CASE("1.3.3: with EOImode 1 the entry drops the priority, and DIR deactivates",
          "[models][genirq][gic]") {
  const bool eoi_mode_1 = GENERATE(false, true);
  ArmHost h({.edge = true, .gicv3 = GENERATE(false, true), .eoi_mode_1 = eoi_mode_1});
  h.raise();
  h.go.until(cpu0_hardirq, "irq_eoi");
  CHECK(has_running_priority(h) == !eoi_mode_1);
  CHECK(h.spi().active == 1);
  h.go.through(cpu0_hardirq, "irq_eoi");
  CHECK_FALSE(has_running_priority(h));
  CHECK(h.spi().active == 0);
}

TEST_CASE("8.2.5: of an interrupt that is not forwarded both modes make the same",
          "[models][genirq][gic]") {
  ArmHost h({.gicv3 = GENERATE(false, true), .eoi_mode_1 = true});
  h.raise();
  h.go.rest(cpu0_hardirq);
  CHECK(h.go.count(event::irq_mask) == 1);
  CHECK(h.handled() == 1);
  CHECK(h.signals() == 1);
  CHECK(h.spi().enable == 0);
  CHECK(h.spi().active == 0);
  h.serve();
  h.resample();
  h.go.rest(cpu0_hardirq);
  CHECK(h.signals() == 1);
  CHECK(h.line().depth == 0);
  CHECK(h.go.violations().empty());
}

TEST_CASE("1.3.4: a forwarded interrupt stays active until its guest deactivates it",
          "[models][genirq][gic]") {
  ArmHost h({.edge = true, .gicv3 = GENERATE(false, true), .eoi_mode_1 = true});
  REQUIRE(forward(h, host_spi, true) == 0);
  h.raise();
  h.go.rest(cpu0_hardirq);
  CHECK(h.spi().active == 1);
  CHECK_FALSE(has_running_priority(h));
  h.serve();
  h.raise();
  CHECK_FALSE(h.go.enabled(cpu0_hardirq));
  guest_deactivates(h);
  h.go.rest(cpu0_hardirq);
  CHECK(h.handled() == 2);
}

// The flow handler finds the line disabled and masks it: nobody would ever deactivate it.
TEST_CASE("1.3.2: masking a forwarded interrupt deactivates it", "[models][genirq][gic]") {
  ArmHost h({.eoi_mode_1 = true});
  REQUIRE(forward(h, host_spi, true) == 0);
  h.raise();
  h.go.rest(cpu0_hardirq);
  // VFIO's disable is lazy, and nothing comes after it: the interrupt is active.
  CHECK(h.line().depth == 1);
  CHECK(h.spi().enable == 1);
  CHECK(h.spi().active == 1);
  guest_deactivates(h);
  h.go.rest(cpu0_hardirq);
  CHECK(h.handled() == 1);
  CHECK(h.spi().enable == 0);
  CHECK(h.spi().active == 0);
}

TEST_CASE("1.3.6: irq_set_vcpu_affinity() only sets and clears the flag", "[models][genirq][gic]") {
  ArmHost h({.edge = true, .eoi_mode_1 = true});
  CHECK(forward(h, 5, true) == -EINVAL);
  REQUIRE(forward(h, host_spi, true) == 0);
  REQUIRE(forward(h, host_spi, false) == 0);
  h.raise();
  h.go.rest(cpu0_hardirq);
  CHECK(h.spi().active == 0);
}

}  // namespace
}  // namespace irqloom::bench
