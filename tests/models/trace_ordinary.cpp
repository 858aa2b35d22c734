// Reference traces T1 and T2: a level interrupt that the guest's hard handler serves. Ordinary
// forwarding has no difference between the kernels.
#include <catch2/catch.hpp>

#include "tests/models/road.h"

namespace irqloom::bench {
namespace {

constexpr const char* cpu = "cpu0/hardirq";
constexpr const char* vcpu = "vcpu0/hardirq";
constexpr const char* inject = "kworker/dev0_irqfd.inject";
constexpr const char* resend = "kworker/dev0_vfio.resend";
constexpr const char* set_irq = "take ioapic->lock, ioapic_set_irq, drop it";
constexpr const char* vfio_unmask = "unmask unless it still asserts";
constexpr const char* relock = "retake ioapic->lock, remote IRR := 0";

std::string any_kernel() {
  return GENERATE(as<std::string>{}, "at-eoi", "on-unmask");
}

// From the device to the guest's CPU: the same in T1 and T2.
void inject_first(Road& t) {
  t.raise("dev0");
  CHECK(t.after(cpu, "count the signal") == Row{.vm = 1});
  CHECK(t.go[t.machine.assignment("dev0").trigger->state()].count == 1);
  CHECK(t.after(cpu, "wake a waiter") == Row{.vm = 1});
  CHECK(t.go[t.machine.assignment("dev0").trigger->state()].count == 0);
  CHECK(t.go[t.machine.assignment("dev0").irqfd->inject_work().state()].pending == 1);
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
  t.go.rest(cpu);
}

void check_quiet(Road& t) {
  t.go.settle();
  CHECK(t.row() == Row{});
  CHECK(t.device("dev0").work == 0);
  CHECK(t.go.violations().empty());
}

TEST_CASE("T1: an ordinary level interrupt", "[models][trace]") {
  Road t(one_device(any_kernel(), Driver::Serves::primary));
  inject_first(t);
  CHECK(t.after(vcpu, "acknowledge the device") == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
  CHECK(t.device("dev0").status == 0);
  CHECK(t.after(vcpu, set_irq) == Row{.r = 1, .vm = 1});
  CHECK(t.after(vcpu, vfio_unmask) == Row{.r = 1});
  CHECK(t.after(vcpu, relock) == Row{});
  CHECK(t.pin().irq_eoi == 0);
  check_quiet(t);
  CHECK(t.host_interrupts() == 1);
  CHECK(t.guest_interrupts() == 1);
}

// The device has withdrawn nothing when the EOI looks.
x86::Spec late_device(const std::string& policy) {
  x86::Spec spec = one_device(policy, Driver::Serves::primary);
  spec.devices[0].config.late_deassert = true;
  return spec;
}

TEST_CASE("T2: the line is still high at EOI", "[models][trace]") {
  Road t(late_device(any_kernel()));
  inject_first(t);
  t.go.through(vcpu, "acknowledge the device");
  CHECK(t.device("dev0").status == 1);
  CHECK(t.after(vcpu, set_irq) == Row{.r = 1, .vm = 1});
  CHECK(t.after(vcpu, vfio_unmask) == Row{.r = 1, .vm = 1});
  t.go.through(vcpu, "schedule the re-send if it is wanted");
  CHECK(t.go[t.machine.assignment("dev0").vfio->resend_work().state()].pending == 1);
  CHECK(t.after(vcpu, relock) == Row{.vm = 1});
  CHECK(t.pin().irq_eoi == 0);
  CHECK(t.after(resend, "wake a waiter") == Row{.vm = 1});
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
  t.go.rest("dev0.deassert");
  t.go.settle();
  CHECK(t.row() == Row{});
  CHECK(t.host_interrupts() == 1);
  CHECK(t.guest_interrupts() == 2);
}

TEST_CASE("T2, variant: both work hops beat the re-lock", "[models][trace]") {
  Road t(late_device(any_kernel()));
  inject_first(t);
  t.go.through(vcpu, "schedule the re-send if it is wanted");
  t.go.until(vcpu, relock);
  t.go.through(resend, "wake a waiter");
  t.go.until(inject, set_irq);
  const std::size_t sent = t.go.count(event::ioapic_inject);
  // Refused: remote IRR is still set; the level is latched.
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
  CHECK(t.go.count(event::ioapic_inject) == sent);
  // Cleared, found pending, counted, sent, and set again, in one critical section.
  CHECK(t.after(vcpu, relock) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
  CHECK(t.go.count(event::ioapic_inject) == sent + 1);
  CHECK(t.pin().irq_eoi == 1);
  t.go.rest("dev0.deassert");
  t.go.settle();
  CHECK(t.row() == Row{});
  CHECK(t.host_interrupts() == 1);
  CHECK(t.guest_interrupts() == 2);
}

}  // namespace
}  // namespace irqloom::bench
