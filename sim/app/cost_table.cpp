#include "sim/app/cost_table.h"

#include <algorithm>

#include "sim/scenario/cost_reader.h"
#include "sim/scenario/suggest.h"
#include "sim/scenario/units.h"

namespace irqloom::app {
namespace {

using timed::CostKind;

// "observed": kvm tracepoints of Linux 6.1.192 on one CPU (SVM without AVIC, HZ 250), whose own
// cost is in these times.
constexpr std::string_view estimate = "estimate";

const std::vector<std::pair<std::string, CostKind>>& kinds() {
  static const std::vector<std::pair<std::string, CostKind>> table = {
      {"busy", CostKind::busy}, {"sleep", CostKind::sleep}, {"elsewhere", CostKind::elsewhere}};
  return table;
}

timed::StepCost default_of(const DefaultCost& row) {
  return {core::fixed_cost(scenario::parse_duration(row.time)), row.kind};
}

void read_cost_into(const scenario::Cursor& value, timed::StepCost& cost) {
  const bool has_kind = value.json().is_object() && value.json().contains("cost");
  if (!has_kind) {
    cost.spec = scenario::read_cost(value);
    return;
  }
  value.unknown_keys({"cost", "kind"});
  cost.spec = scenario::read_cost(value["cost"]);
  cost.kind = value["kind"].one_of_or<CostKind>(cost.kind, kinds());
}

}  // namespace

const std::vector<DefaultCost>& default_costs() {
  static const std::vector<DefaultCost> table = {
      {"config.rmw", "1us", CostKind::busy,
       "VFIO reads and writes the command word of a PCI device", estimate},
      {"cpu", "200ns", CostKind::busy, "a step that is nothing but instructions", estimate},
      {"device", "100ns", CostKind::elsewhere, "a device changes its interrupt line", estimate},
      {"device.access", "200us", CostKind::sleep,
       "a driver's transfer on a slow bus: 9 bytes by I2C at 400 kHz, 9 bits each",
       "I2C-bus specification, fast mode"},
      {"device.deassert", "20us", CostKind::elsewhere,
       "an acknowledged device withdraws its request", estimate},
      {"device.period", "2ms", CostKind::elsewhere, "a device rests before it raises again",
       estimate},
      {"entry", "2us", CostKind::busy, "KVM enters the guest",
       "observed: kvm_inj_virq to kvm_entry, 2 us"},
      {"eventfd", "300ns", CostKind::busy, "an eventfd is signalled and its waiters are called",
       estimate},
      {"exit.eoi", "6us", CostKind::busy, "a guest's EOI exits and reaches KVM's local APIC",
       "observed: kvm_exit to kvm_eoi, 6 to 7 us"},
      {"exit.hlt", "2us", CostKind::busy, "a guest that has nothing to do leaves for KVM",
       estimate},
      {"exit.irq", "2us", CostKind::busy, "an interrupt makes a vCPU leave its guest", estimate},
      {"exit.mmio", "6us", CostKind::busy,
       "a guest's access of an interrupt controller exits and is decoded",
       "observed: kvm_exit to kvm_apic_accept_irq, 6 to 7 us"},
      {"exit.userspace", "10us", CostKind::busy, "a guest's access exits to the VMM",
       "observed: kvm_exit to kvm_userspace_exit, 2 to 3 us, to the next kvm_entry, 8 us"},
      {"ioctl", "1us", CostKind::busy, "a system call of the VMM, or a call in the guest's kernel",
       estimate},
      {"irq.entry", "1us", CostKind::busy, "a CPU takes an interrupt, up to the flow handler",
       estimate},
      {"irq.exit", "500ns", CostKind::busy, "a CPU returns from an interrupt", estimate},
      {"irqchip", "200ns", CostKind::busy, "an access to an interrupt controller without an exit",
       estimate},
      {"kvm.assign", "1us", CostKind::busy, "one part of KVM_IRQFD", estimate},
      {"kvm.eoi_delay", "10ms", CostKind::elsewhere,
       "kvm_ioapic_eoi_inject_work is delayed by HZ/100 jiffies",
       "arch/x86/kvm/ioapic.c, Linux 6.1; observed: 8 to 10.4 ms (2 jiffies at HZ 250)"},
      {"kvm.ioapic", "2us", CostKind::busy, "one critical section of KVM's IOAPIC",
       "observed: kvm_ack_irq to kvm_set_irq, 1 to 2 us"},
      {"kvm.kick", "500ns", CostKind::busy, "a request is made, or an IPI sent, to a vCPU",
       estimate},
      {"kvm.srcu", "50us", CostKind::sleep, "synchronize_srcu() when no reader is left", estimate},
      {"kvm.vgic", "300ns", CostKind::busy, "one critical section of KVM's virtual GIC", estimate},
      {"sched.wakeup", "5us", CostKind::busy, "the scheduler runs a woken interrupt thread",
       estimate},
      {"script.wait", "100us", CostKind::elsewhere, "a script rests before its next operation",
       estimate},
      {"work.hop", "5us", CostKind::busy, "a kworker wakes up and takes a queued work item",
       estimate},
  };
  return table;
}

std::string_view to_string(CostKind kind) {
  for (const auto& [name, k] : kinds()) {
    if (k == kind) return name;
  }
  return "busy";
}

std::string period_key(std::string_view device) {
  return std::string(device) + ".period";
}

timed::CostTable read_costs(const scenario::Cursor& costs,
                            const std::vector<std::string>& devices) {
  timed::CostTable table;
  std::vector<std::string> keys;
  for (const DefaultCost& row : default_costs()) {
    table[std::string(row.key)] = default_of(row);
    keys.emplace_back(row.key);
  }
  for (const std::string& device : devices)
    keys.push_back(period_key(device));
  for (const auto& [key, value] : costs.items_or_none()) {
    value.attempt([&, &key = key, &value = value] {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        value.fail_key("nothing has the cost \"" + key + "\"", scenario::list_of(keys),
                       scenario::nearest(key, keys));
      }
      const auto [entry, is_new] = table.try_emplace(key);
      if (is_new) entry->second = table.at(std::string(common_period_key));
      read_cost_into(value, entry->second);
    });
  }
  return table;
}

}  // namespace irqloom::app
