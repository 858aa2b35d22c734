// What the steps of the models cost unless a scenario says otherwise. A step says which of them it
// costs: STEP("...", cost(costs::kvm_ioapic)).
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/core/cost.h"
#include "sim/core/step.h"
#include "sim/registry.h"

namespace irqloom {

/// The cost of steps of one kind.
struct Cost {
  std::string_view name;  ///< As in a scenario's "costs": "kvm.ioapic".
  std::uint64_t ps = 0;   ///< Fixed.
  core::CostKind kind = core::CostKind::busy;
  std::string_view what;    ///< What takes that long.
  std::string_view source;  ///< Where the time comes from: an observation, the code, an estimate.
};

using Costs = Registry<Cost>;

/// For STEP() and its like.
inline CostKey cost(const Cost& c) {
  return cost(c.name);
}

namespace costs {

using core::CostKind;

constexpr std::uint64_t operator""_ns(unsigned long long n) {
  return n * 1'000;
}
constexpr std::uint64_t operator""_us(unsigned long long n) {
  return n * 1'000'000;
}
constexpr std::uint64_t operator""_ms(unsigned long long n) {
  return n * 1'000'000'000;
}

// "observed": kvm tracepoints of Linux 6.1.192 on one CPU (SVM without AVIC, HZ 250), whose own
// cost is in these times.
inline constexpr std::string_view estimate = "estimate";

inline const Costs::Named config_rmw({"config.rmw", 1_us, CostKind::busy,
                                      "VFIO reads and writes the command word of a PCI device",
                                      estimate});
inline const Costs::Named cpu({"cpu", 200_ns, CostKind::busy,
                               "a step that is nothing but instructions", estimate});
inline const Costs::Named device({"device", 100_ns, CostKind::elsewhere,
                                  "a device changes its interrupt line", estimate});
inline const Costs::Named device_access(
    {"device.access", 200_us, CostKind::sleep,
     "a driver's transfer on a slow bus: 9 bytes by I2C at 400 kHz, 9 bits each",
     "I2C-bus specification, fast mode"});
inline const Costs::Named device_deassert({"device.deassert", 20_us, CostKind::elsewhere,
                                           "an acknowledged device withdraws its request",
                                           estimate});
inline const Costs::Named device_period({"device.period", 2_ms, CostKind::elsewhere,
                                         "a device rests before it raises again", estimate});
inline const Costs::Named entry({"entry", 2_us, CostKind::busy, "KVM enters the guest",
                                 "observed: kvm_inj_virq to kvm_entry, 2 us"});
inline const Costs::Named eventfd({"eventfd", 300_ns, CostKind::busy,
                                   "an eventfd is signalled and its waiters are called", estimate});
inline const Costs::Named exit_eoi({"exit.eoi", 6_us, CostKind::busy,
                                    "a guest's EOI exits and reaches KVM's local APIC",
                                    "observed: kvm_exit to kvm_eoi, 6 to 7 us"});
inline const Costs::Named exit_hlt({"exit.hlt", 2_us, CostKind::busy,
                                    "a guest that has nothing to do leaves for KVM", estimate});
inline const Costs::Named exit_irq({"exit.irq", 2_us, CostKind::busy,
                                    "an interrupt makes a vCPU leave its guest", estimate});
inline const Costs::Named exit_mmio(
    {"exit.mmio", 6_us, CostKind::busy,
     "a guest's access of an interrupt controller exits and is decoded",
     "observed: kvm_exit to kvm_apic_accept_irq, 6 to 7 us"});
inline const Costs::Named exit_userspace(
    {"exit.userspace", 10_us, CostKind::busy, "a guest's access exits to the VMM",
     "observed: kvm_exit to kvm_userspace_exit, 2 to 3 us, to the next kvm_entry, 8 us"});
inline const Costs::Named ioctl({"ioctl", 1_us, CostKind::busy,
                                 "a system call of the VMM, or a call in the guest's kernel",
                                 estimate});
inline const Costs::Named irq_entry({"irq.entry", 1_us, CostKind::busy,
                                     "a CPU takes an interrupt, up to the flow handler", estimate});
inline const Costs::Named irq_exit({"irq.exit", 500_ns, CostKind::busy,
                                    "a CPU returns from an interrupt", estimate});
inline const Costs::Named irqchip({"irqchip", 200_ns, CostKind::busy,
                                   "an access to an interrupt controller without an exit",
                                   estimate});
inline const Costs::Named kvm_assign({"kvm.assign", 1_us, CostKind::busy, "one part of KVM_IRQFD",
                                      estimate});
inline const Costs::Named kvm_eoi_delay(
    {"kvm.eoi_delay", 10_ms, CostKind::elsewhere,
     "kvm_ioapic_eoi_inject_work is delayed by HZ/100 jiffies",
     "arch/x86/kvm/ioapic.c, Linux 6.1; observed: 8 to 10.4 ms (2 jiffies at HZ 250)"});
inline const Costs::Named kvm_ioapic({"kvm.ioapic", 2_us, CostKind::busy,
                                      "one critical section of KVM's IOAPIC",
                                      "observed: kvm_ack_irq to kvm_set_irq, 1 to 2 us"});
inline const Costs::Named kvm_kick({"kvm.kick", 500_ns, CostKind::busy,
                                    "a request is made, or an IPI sent, to a vCPU", estimate});
inline const Costs::Named kvm_srcu({"kvm.srcu", 50_us, CostKind::sleep,
                                    "synchronize_srcu() when no reader is left", estimate});
inline const Costs::Named kvm_vgic({"kvm.vgic", 300_ns, CostKind::busy,
                                    "one critical section of KVM's virtual GIC", estimate});
inline const Costs::Named sched_wakeup({"sched.wakeup", 5_us, CostKind::busy,
                                        "the scheduler runs a woken interrupt thread", estimate});
inline const Costs::Named script_wait({"script.wait", 100_us, CostKind::elsewhere,
                                       "a script rests before its next operation", estimate});
inline const Costs::Named work_hop({"work.hop", 5_us, CostKind::busy,
                                    "a kworker wakes up and takes a queued work item", estimate});

}  // namespace costs

}  // namespace irqloom
