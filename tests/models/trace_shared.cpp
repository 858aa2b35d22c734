// Reference traces T6 and T7: what shares the GSI with an assigned device.
#include <catch2/catch.hpp>

#include "tests/models/road.h"

namespace irqloom::bench {
namespace {

constexpr const char* cpu = "cpu0/hardirq";
constexpr const char* vcpu = "vcpu0/hardirq";
constexpr const char* inject_a = "kworker/a_irqfd.inject";
constexpr const char* inject_b = "kworker/b_irqfd.inject";
constexpr const char* set_irq = "take ioapic->lock, ioapic_set_irq, drop it";
constexpr const char* vfio_unmask = "unmask unless it still asserts";
constexpr const char* relock = "retake ioapic->lock, remote IRR := 0";

x86::Spec two_devices(const std::string& policy) {
  return devices({"a", "b"}, policy, Driver::Serves::primary);
}

std::string any_kernel() {
  return GENERATE(as<std::string>{}, "at-eoi", "on-unmask");
}

TEST_CASE("T6: two assigned devices on a GSI", "[models][trace]") {
  Road t(two_devices(any_kernel()));
  t.raise("a");
  t.go.rest(cpu);
  CHECK(t.after(inject_a, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
  t.raise("b");
  t.go.rest(cpu);
  CHECK(t.vfio_masked("b") == 1);
  CHECK(t.after(inject_b, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
  CHECK(t.go.count(event::ioapic_inject) == 1);
  t.go.through(vcpu, "acknowledge the device");
  t.go.through(vcpu, "acknowledge the device");
  CHECK(t.device("a").status + t.device("b").status == 0);
  CHECK(t.after(vcpu, set_irq) == Row{.r = 1, .vm = 1});
  CHECK(t.after(vcpu, vfio_unmask) == Row{.r = 1});
  CHECK(t.vfio_masked("b") == 1);
  CHECK(t.after(vcpu, vfio_unmask) == Row{.r = 1});
  CHECK(t.vfio_masked("b") == 0);
  CHECK(t.after(vcpu, relock) == Row{});
  t.go.settle();
  CHECK(t.guest_interrupts() == 1);
  CHECK(t.host_interrupts("a") + t.host_interrupts("b") == 2);
  CHECK(t.go.violations().empty());
}

TEST_CASE("T6, variant: B asserts between its handler and the ack", "[models][trace]") {
  Road t(two_devices(any_kernel()));
  t.raise("a");
  t.go.rest(cpu);
  t.go.rest(inject_a);
  t.go.until(vcpu, "exit: EOI");  // Both handlers ran; B's found nothing.
  CHECK(t.go.count(event::work_none) == 1);
  t.raise("b");
  t.go.rest(cpu);
  CHECK(t.after(inject_b, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
  CHECK(t.vfio_masked("b") == 1);
  CHECK(t.after(vcpu, set_irq) == Row{.r = 1, .vm = 1});  // The ack wipes B's level.
  CHECK(t.after(vcpu, vfio_unmask) == Row{.r = 1});
  t.go.through(vcpu, vfio_unmask);
  CHECK(t.vfio_masked("b") == 1);  // B's line is high: sent again.
  CHECK(t.after(vcpu, relock) == Row{});
  t.go.rest("kworker/b_vfio.resend");
  CHECK(t.after(inject_b, set_irq) == Row{.st = assigned, .irr = 1, .r = 1});
  t.go.settle();
  CHECK(t.guest_interrupts() == 2);
  CHECK(t.device("a").work + t.device("b").work == 0);
  CHECK(t.vfio_masked("a") + t.vfio_masked("b") == 0);
}

TEST_CASE("T7: an assigned and an emulated device on a GSI", "[models][trace]") {
  x86::Spec spec = one_device(any_kernel(), Driver::Serves::primary);
  spec.emulated.push_back({"emul0", {.max_raises = 1}});
  Road t(spec);
  t.go.through("emul0", "raise");
  CHECK(t.after("emul0.io", set_irq) == Row{.st = user_space, .irr = 1, .r = 1});
  t.raise("dev0");
  t.go.rest(cpu);
  CHECK(t.after("kworker/dev0_irqfd.inject", set_irq) ==
        Row{.st = user_space | assigned, .irr = 1, .r = 1, .vm = 1});
  const std::size_t sent = t.go.count(event::ioapic_inject);
  CHECK(sent == 1);
  // No handler serves the emulated device, so its line is up at each EOI.
  for (std::size_t eoi = 1; eoi <= 3; ++eoi) {
    const unsigned vm = eoi == 1 ? 1 : 0;
    CHECK(t.after(vcpu, set_irq) == Row{.st = user_space, .irr = 1, .r = 1, .vm = vm});
    CHECK(t.go.count(event::ioapic_inject) == sent + eoi - 1);  // Refused: still in service.
    CHECK(t.after(vcpu, relock) == Row{.st = user_space, .irr = 1, .r = 1});
    CHECK(t.go.count(event::ioapic_inject) == sent + eoi);
    CHECK(t.guest_interrupts() == eoi);
  }
  t.irq_line(false);
  CHECK(t.row() == Row{.r = 1});
  t.go.settle();
  CHECK(t.row() == Row{});
  CHECK(t.guest_interrupts() == 4);
}

}  // namespace
}  // namespace irqloom::bench
