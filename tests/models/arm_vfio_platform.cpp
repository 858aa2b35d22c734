// vfio-platform on a host with a GIC (arm-vfio 1.3, 1.4 and 4.3).
#include <catch2/catch.hpp>

#include "tests/models/arm_host.h"

namespace irqloom::bench {
namespace {

constexpr const char* cpu0_hardirq = "cpu0/hardirq";

TEST_CASE("4.3.4 and 1.4.6: an automasked level costs two host interrupts and one signal",
          "[models][arm]") {
  ArmHost h({.gicv3 = GENERATE(false, true)});
  h.raise();
  h.go.rest(cpu0_hardirq);
  // The first runs VFIO's handler, which disables lazily; the second finds the line disabled and
  // masks it at the controller.
  CHECK(h.go.taken(cpu0_hardirq, "take the interrupt, read IAR") +
            h.go.taken(cpu0_hardirq, "read IAR again") >=
        2);
  CHECK(h.go.count(event::irq_mask) == 1);
  CHECK(h.handled() == 1);
  CHECK(h.signals() == 1);
  CHECK(h.state().masked == 1);
  CHECK(h.line().depth == 1);
  CHECK(h.spi().enable == 0);
  CHECK(h.spi().active == 0);
}

// irq-gic.c: gic_handle_irq() reads IAR until nothing is pending, irq-gic-v3.c's once an exception.
TEST_CASE("a GICv3's driver takes one interrupt an exception, a GICv2's all there are",
          "[models][arm]") {
  const bool gicv3 = GENERATE(false, true);
  ArmHost h({.gicv3 = gicv3});
  h.raise();
  h.go.rest(cpu0_hardirq);
  const std::size_t entries = h.go.taken(cpu0_hardirq, "take the interrupt, read IAR");
  const std::size_t again = h.go.taken(cpu0_hardirq, "read IAR again");
  CHECK(h.go.taken(cpu0_hardirq, "return from the interrupt") == entries);
  if (gicv3) {
    CHECK(entries == 2);
    CHECK(again == 0);
  } else {
    CHECK(again >= entries);
  }
}

TEST_CASE("4.3.5: the unmask looks at no device: a wire that is still high interrupts again",
          "[models][arm]") {
  ArmHost h({});
  h.raise();
  h.go.rest(cpu0_hardirq);
  h.resample();
  CHECK(h.state().masked == 0);
  CHECK(h.spi().enable == 1);
  h.go.rest(cpu0_hardirq);
  CHECK(h.signals() == 2);
  CHECK(h.state().masked == 1);
}

TEST_CASE("4.3.5: after the device was served the unmask is quiet", "[models][arm]") {
  ArmHost h({});
  h.raise();
  h.go.rest(cpu0_hardirq);
  h.serve();
  h.resample();
  h.go.rest(cpu0_hardirq);
  CHECK(h.signals() == 1);
  CHECK(h.state().masked == 0);
  CHECK(h.line().depth == 0);
}

TEST_CASE("4.3.1: an edge interrupt is not masked, every pulse signals", "[models][arm]") {
  ArmHost h({.edge = true});
  h.raise();
  h.go.rest(cpu0_hardirq);
  h.raise();
  h.go.rest(cpu0_hardirq);
  CHECK(h.signals() == 2);
  CHECK(h.state().masked == 0);
  CHECK(h.spi().enable == 1);
  CHECK(h.go.count(event::irq_mask) == 0);
}

TEST_CASE("3.2.2: a wire that is high when the trigger is set fires at once", "[models][arm]") {
  ArmHost h({.armed = false});
  h.raise();
  h.go.rest(cpu0_hardirq);
  CHECK(h.handled() == 0);
  h.task.run(h.go, [&](Exec& x) { return h.vfio.set_trigger(x); });
  h.go.rest(cpu0_hardirq);
  CHECK(h.signals() == 1);
  CHECK(h.state().masked == 1);
}

TEST_CASE("4.2 and V-R38: vfio-platform's handler and its MASK never disable twice",
          "[models][arm]") {
  ArmHost h({});
  h.raise();
  // The handler has been entered and waits for nothing yet.
  h.go.until(cpu0_hardirq, "call a handler");
  h.task.run(h.go, [&](Exec& x) { return h.vfio.mask(x); });
  h.go.rest(cpu0_hardirq);
  CHECK(h.line().depth == 1);
  CHECK(h.signals() == 0);
  h.task.run(h.go, [&](Exec& x) { return h.vfio.unmask(x); });
  CHECK(h.line().depth == 0);
  h.go.rest(cpu0_hardirq);
  CHECK(h.signals() == 1);
}

TEST_CASE("4.4.1: an unmask eventfd that was signalled before it is attached unmasks now",
          "[models][arm]") {
  ArmHost h({});
  h.raise();
  h.go.rest(cpu0_hardirq);
  h.serve();
  h.go.world().mut(h.resamplefd.state()) = EventfdState{.count = 1, .hooked = 0};
  h.task.run(h.go, [&](Exec& x) { return h.vfio.attach_unmask(x); });
  CHECK(h.state().masked == 0);
  CHECK(h.go[h.resamplefd.state()].count == 0);
}

TEST_CASE("IHI 0048B 3.1.2: fields of interrupts that a controller does not have read as zero",
          "[models][arm][irqchip]") {
  timed::FreshSimcontext simcontext;
  Fabric fabric;
  GicV2 gic("gic", fabric, 1, 64, {host_spi});
  Steps go(fabric);
  constexpr std::uint64_t isenabler1 = 0x104;
  CHECK(gic.write_distributor(go.exec(), 0, isenabler1, 0xffffffff));
  CHECK(gic.read_distributor(go.exec(), 0, isenabler1) == 1U << (host_spi - 32));
  CHECK_THROWS_AS(gic.interrupt(0, host_spi + 1), std::out_of_range);
}

}  // namespace
}  // namespace irqloom::bench
