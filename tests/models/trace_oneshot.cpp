// Reference traces T3, T4 and T5: a guest that masks, ends the interrupt, serves the device in a
// thread and unmasks; the table of section 4.2 (kernels before 6.3), the merged fix, and what the
// fix leaves open.
#include <catch2/catch.hpp>

#include "tests/models/road.h"

namespace irqloom::bench {
namespace {

constexpr const char* cpu = "cpu0/hardirq";
constexpr const char* vcpu = "vcpu0/hardirq";
constexpr const char* thread = "irq/16-dev0";
constexpr const char* inject = "kworker/dev0_irqfd.inject";
constexpr const char* resend = "kworker/dev0_vfio.resend";
constexpr const char* set_irq = "take ioapic->lock, ioapic_set_irq, drop it";
constexpr const char* vfio_unmask = "unmask unless it still asserts";
constexpr const char* relock = "retake ioapic->lock, remote IRR := 0";
constexpr const char* write_rte = "take ioapic->lock, replace the entry";

bool has_violation(const Road& t, const std::string& property, const std::string& where) {
  for (const Violation& v : t.go.violations()) {
    if (v.property == property && v.where == where) return true;
  }
  return false;
}

// Rows 1 to 4, and row 5 for a device with PCI 2.3: the re-send is queued.
void up_to_masked_eoi(Road& t) {
  t.raise("dev0");
  CHECK(t.after(cpu, "wake a waiter") == Row{.vm = 1});                               // 1
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});  // 2
  t.go.rest(cpu);
  CHECK(t.after(vcpu, write_rte) == Row{.st = assigned, .m = 1, .irr = 1, .r = 1, .vm = 1});  // 3
  CHECK(t.after(vcpu, set_irq) == Row{.m = 1, .r = 1, .vm = 1});                              // 4
}

// Rows 5 to 8.
void up_to_served(Road& t) {
  up_to_masked_eoi(t);
  CHECK(t.after(vcpu, vfio_unmask) == Row{.m = 1, .r = 1, .vm = 1});  // 5
  t.go.through(vcpu, "schedule the re-send if it is wanted");
  CHECK(t.go[t.machine.assignment("dev0").vfio->resend_work().state()].pending == 1);
  CHECK(t.after(vcpu, relock) == Row{.m = 1, .vm = 1});  // 6
  t.go.rest(vcpu);
  t.go.rest(resend);
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .m = 1, .irr = 1, .vm = 1});  // 7
  CHECK(t.after(thread, "acknowledge the device") ==
        Row{.st = assigned, .m = 1, .irr = 1, .vm = 1});  // 8
  CHECK(t.device("dev0").status == 0);
}

TEST_CASE("T3: oneshot before 6.3, a bogus interrupt at unmask", "[models][trace]") {
  Road t(one_device("at-eoi", Driver::Serves::thread));
  up_to_served(t);
  CHECK(t.go.violations().empty());
  const std::size_t taken = t.guest_interrupts();
  CHECK(t.after(thread, write_rte) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});  // 9
  t.go.settle();                                                                        // 10
  CHECK(t.row() == Row{});
  CHECK(taken == 1);
  CHECK(t.host_interrupts() == 1);
  CHECK(t.guest_interrupts() == 2);
  CHECK(t.go.count(event::work_found) == 1);
  CHECK(t.go.count(event::work_none) == 1);
  CHECK(has_violation(t, "spurious-entry", "guest_irq16 (K-R23: ioapic_write_indirect)"));
}

TEST_CASE("T3, a device whose host line is disabled: a second host interrupt", "[models][trace]") {
  x86::Spec spec = one_device("at-eoi", Driver::Serves::thread);
  spec.devices[0].pci_2_3 = false;
  Road t(spec);
  t.raise("dev0");
  CHECK(t.after(cpu, "wake a waiter") == Row{.vm = 1});                               // 1
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});  // 2
  t.go.rest(cpu);
  CHECK(t.after(vcpu, write_rte) == Row{.st = assigned, .m = 1, .irr = 1, .r = 1, .vm = 1});  // 3
  CHECK(t.after(vcpu, set_irq) == Row{.m = 1, .r = 1, .vm = 1});                              // 4
  CHECK(t.host_interrupts() == 1);
  // The line is high: the host's interrupt fires as soon as it is enabled.
  CHECK(t.after(vcpu, "ctx->masked := 0") == Row{.m = 1, .r = 1});  // 5
  CHECK(t.go.enabled(cpu));
  CHECK(t.after(vcpu, relock) == Row{.m = 1});  // 6
  t.go.rest(vcpu);
  CHECK(t.after(cpu, "wake a waiter") == Row{.m = 1, .vm = 1});
  CHECK(t.host_interrupts() == 2);
  t.go.rest(cpu);
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .m = 1, .irr = 1, .vm = 1});    // 7
  t.go.through(thread, "acknowledge the device");                                       // 8
  CHECK(t.after(thread, write_rte) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});  // 9
  t.go.settle();                                                                        // 10
  CHECK(t.row() == Row{});
  CHECK(t.host_interrupts() == 2);
  CHECK(t.guest_interrupts() == 2);
}

TEST_CASE("T4: oneshot since 6.3, resampled at unmask", "[models][trace]") {
  Road t(one_device("on-unmask", Driver::Serves::thread));
  up_to_served(t);
  // The resamplefd is signalled under ioapic->lock, before irr falls; the line is low.
  CHECK(t.after(thread, vfio_unmask) == Row{.st = assigned, .irr = 1});
  CHECK(t.go[t.machine.kvm().ioapic().lock().slot].owner != 0);
  CHECK(t.after(thread, "clear irr instead of injecting") == Row{.st = assigned});
  t.go.settle();
  CHECK(t.row() == Row{.st = assigned});
  CHECK(t.host_interrupts() == 1);
  CHECK(t.guest_interrupts() == 1);
  CHECK(t.go.violations().empty());
}

// Section 4.9: the line is still high at unmask, so vfio sends again, and the interrupt comes by
// the work item.
TEST_CASE("T4, the line is still high at unmask: one round trip later", "[models][trace]") {
  x86::Spec spec = one_device("on-unmask", Driver::Serves::thread);
  spec.devices[0].config.late_deassert = true;
  Road t(spec);
  up_to_masked_eoi(t);
  t.go.rest(vcpu);
  t.go.rest(resend);
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .m = 1, .irr = 1, .vm = 1});
  t.go.through(thread, "acknowledge the device");
  CHECK(t.after(thread, vfio_unmask) == Row{.st = assigned, .irr = 1, .vm = 1});
  t.go.until(thread, "clear irr instead of injecting");
  t.go.rest(resend);
  t.go.until(inject, set_irq);
  CHECK_FALSE(t.go.enabled(inject));  // It waits for ioapic->lock until the write is finished.
  CHECK(t.after(thread, "clear irr instead of injecting") == Row{.st = assigned, .vm = 1});
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});
}

TEST_CASE("T5: the unmask overtakes the re-trigger, on every kernel", "[models][trace]") {
  const auto policy = GENERATE(as<std::string>{}, "at-eoi", "on-unmask");
  Road t(one_device(policy, Driver::Serves::thread));
  up_to_masked_eoi(t);
  t.go.rest(vcpu);  // t0
  t.go.rest(resend);
  CHECK(t.row() == Row{.m = 1, .vm = 1});
  CHECK(t.go[t.machine.assignment("dev0").irqfd->inject_work().state()].pending == 1);
  CHECK(t.after(thread, "acknowledge the device") == Row{.m = 1, .vm = 1});  // t1
  CHECK(t.device("dev0").status == 0);
  CHECK(t.after(thread, write_rte) == Row{.vm = 1});  // t2
  CHECK(t.guest_interrupts() == 1);
  CHECK(t.after(inject, set_irq) == Row{.st = assigned, .irr = 1, .r = 1, .vm = 1});  // t3
  t.go.settle();
  CHECK(t.guest_interrupts() == 2);
  CHECK(t.host_interrupts() == 1);
  CHECK(has_violation(t, "spurious-entry", "guest_irq16 (K-R27: ioapic_set_irq)"));
}

}  // namespace
}  // namespace irqloom::bench
