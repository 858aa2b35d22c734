// vfio-platform on a host with a GIC (arm-vfio 1.3, 1.4 and 4.3).
#include <catch2/catch.hpp>
#include <cerrno>

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
  h.go.world().mut(h.resamplefd.state()) = EventfdState{.count = 1};
  h.go.world().mut(h.vfio.virqfd().state()).enabled = 0;
  const auto attach = [&](Exec& x) { return h.vfio.virqfd().enable(x); };
  CHECK(h.task.run(h.go, attach) == 0);
  CHECK(h.state().masked == 0);
  // vfio_virqfd_enable() polls and does not read: the next signal drains both.
  CHECK(h.go[h.resamplefd.state()].count == 1);
  CHECK(h.task.run(h.go, attach) == -EBUSY);
  h.resample();
  CHECK(h.go[h.resamplefd.state()].count == 0);
}

// drivers/vfio/virqfd.c: virqfd_shutdown() takes the waiter off under wqh.lock.
TEST_CASE("4.4.1: an unmask eventfd that is let go: who signals already is waited for",
          "[models][arm]") {
  ArmHost h({});
  h.raise();
  h.go.rest(cpu0_hardirq);
  h.serve();
  h.other.ask(h.go, [&](Exec& x) { return h.resamplefd.signal(x); });
  h.go.until("other", "the resamplefd wakes the virqfd");
  h.task.ask(h.go, [&](Exec& x) { return h.vfio.virqfd().disable(x); });
  h.go.rest("task");
  h.go.rest("kworker/vfio.unmask.shutdown");
  CHECK(h.go.next("kworker/vfio.unmask.shutdown") == "eventfd_ctx_remove_wait_queue");
  h.go.settle();
  CHECK(h.task.is_done(h.go));
  CHECK(h.state().masked == 0);
  CHECK(h.go[h.resamplefd.state()].queue[0] == 0);
  h.raise();
  h.go.rest(cpu0_hardirq);
  h.resample();
  CHECK(h.state().masked == 1);
  CHECK(h.go[h.resamplefd.state()].count == 1);
}

TEST_CASE("the end of an unmask eventfd takes VFIO's virqfd off", "[models][arm]") {
  ArmHost h({});
  CHECK(h.task.run(h.go, [&](Exec& x) { return h.resamplefd.close(x); }) == 0);
  h.go.settle();
  CHECK(h.go[h.vfio.virqfd().state()].enabled == 0);
  CHECK(h.go[h.resamplefd.state()].queue[0] == 0);
  CHECK(h.task.run(h.go, [&](Exec& x) { return h.vfio.virqfd().enable(x); }) == -EBADF);
}

// drivers/vfio/virqfd.c: vfio_virqfd_enable() holds the file until it has hooked itself.
TEST_CASE("an unmask eventfd does not end while it is being attached", "[models][arm]") {
  ArmHost h({});
  h.task.ask(h.go, [&](Exec& x) { return h.vfio.virqfd().disable(x); });
  h.go.settle();
  h.task.ask(h.go, [&](Exec& x) { return h.vfio.virqfd().enable(x); });
  h.go.until("task", "vfs_poll: hook the wait queue");
  CHECK(h.other.run(h.go, [&](Exec& x) { return h.resamplefd.close(x); }) == 0);
  CHECK(h.go.taken("other", "the file is gone: EPOLLHUP") == 0);
  h.go.settle();
  CHECK(h.go.taken("task", "the file is gone: EPOLLHUP") == 1);
  CHECK(h.go[h.vfio.virqfd().state()].enabled == 0);
  CHECK(h.go[h.resamplefd.state()].queue[0] == 0);
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
