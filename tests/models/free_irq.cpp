// free_irq() of a line on a GIC (arm-vfio 1.4.9).
#include <catch2/catch.hpp>

#include "tests/models/arm_host.h"

namespace irqloom::bench {
namespace {

constexpr const char* cpu0_hardirq = "cpu0/hardirq";

TEST_CASE("1.4.9: free_irq masks in hardware, and the device keeps its line high",
          "[models][genirq]") {
  ArmHost h({});
  h.task.run(h.go, [&](Exec& x) { return h.free_irq.free_irq(x); });
  CHECK(h.spi().enable == 0);
  CHECK(h.line().depth == 1);
  CHECK(h.line().started == 0);
  h.raise();
  CHECK(h.spi().line == 1);
  CHECK_FALSE(h.go.enabled(cpu0_hardirq));
}

TEST_CASE("1.4.9: of a line that was never started nothing is left to mask", "[models][genirq]") {
  ArmHost h({.armed = false});
  h.task.run(h.go, [&](Exec& x) { return h.free_irq.free_irq(x); });
  CHECK(h.go.count(event::irq_mask) == 0);
  CHECK(h.line().depth == 1);
}

// The controller calls the interrupt active from its acknowledge on: __synchronize_hardirq().
TEST_CASE("1.4.9: free_irq waits for a handler, also for one that has only been acknowledged",
          "[models][genirq]") {
  ArmHost h({.edge = true});
  h.raise();
  if (GENERATE(false, true)) {
    h.go.through(cpu0_hardirq, "take the interrupt, read IAR");
  } else {
    h.go.until(cpu0_hardirq, "signal the trigger");
    CHECK(h.line().inprogress == 1);
  }
  h.task.ask(h.go, [&](Exec& x) { return h.free_irq.free_irq(x); });
  h.go.rest("task");
  CHECK(h.go.next("task") == "__synchronize_hardirq");
  h.go.rest(cpu0_hardirq);
  h.go.rest("task");
  CHECK(h.task.is_done(h.go));
  CHECK(h.go.violations().empty());
}

// VFIO's handler disables the line after free_irq() has: depth 2, until the next request.
TEST_CASE("1.4.9: a handler that is under way leaves no nested disable to the next owner",
          "[models][genirq]") {
  ArmHost h({});
  h.raise();
  h.go.until(cpu0_hardirq, "mask unless masked");
  h.task.ask(h.go, [&](Exec& x) { return h.free_irq.free_irq(x); });
  h.go.rest("task");
  h.go.rest(cpu0_hardirq);
  CHECK(h.line().depth == 2);
  h.go.rest("task");
  CHECK(h.task.is_done(h.go));
  CHECK(h.line().depth == 1);
}

TEST_CASE("1.4.8: the next owner's enable unmasks, and a line that is high fires at once",
          "[models][genirq]") {
  ArmHost h({});
  h.task.run(h.go, [&](Exec& x) { return h.free_irq.free_irq(x); });
  h.raise();
  h.task.run(h.go, [&](Exec& x) { return h.desc.enable_irq(x); });
  CHECK(h.go.enabled(cpu0_hardirq));
}

}  // namespace
}  // namespace irqloom::bench
