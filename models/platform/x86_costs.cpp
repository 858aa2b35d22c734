#include "models/platform/x86_costs.h"

namespace irqloom::x86 {

Costs handler_costs(const GuestAction& action) {
  if (action.serves == Driver::Serves::thread) return {"cpu", "cpu"};
  return {"cpu", "device.access"};
}

Costs flow_costs(const GuestLine& line) {
  if (line.raw) return {"irqchip", "exit.mmio", "kvm.ioapic", "entry", "sched.wakeup"};
  switch (line.flow) {
    case Flow::level:
      return {"cpu",      "exit.mmio",  "kvm.ioapic", "entry", "irqchip",
              "exit.eoi", "kvm.ioapic", "entry",      "cpu"};
    case Flow::edge:
      return {"cpu", "exit.eoi", "kvm.ioapic", "entry", "cpu", "cpu"};
    case Flow::fasteoi:
      break;
  }
  if (line.oneshot) return {"cpu", "exit.mmio", "kvm.ioapic", "entry", "cpu"};
  return {"cpu"};
}

Costs serve_costs(const GuestLine& line, const GuestAction& action) {
  if (line.raw || action.serves == Driver::Serves::primary) return {"cpu", "device.access"};
  return {"cpu", "sched.wakeup", "cpu", "device.access"};
}

Costs return_costs(const GuestLine& line, const GuestAction& action) {
  if (line.raw) return {"cpu", "device.access"};
  Costs costs = handler_costs(action);
  costs.emplace_back("cpu");
  return costs;
}

}  // namespace irqloom::x86
