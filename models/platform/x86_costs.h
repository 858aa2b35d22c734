// What passes between two parts of the guest's side of the road: the cost keys of the steps that a
// context takes from the act of the one to the act of the other, one after another. They are the
// keys of models/genirq, models/guest and models/kvm, of an interrupt that finds everybody idle.
#pragma once

#include <string>
#include <vector>

#include "models/platform/x86.h"

namespace irqloom::x86 {

using Costs = std::vector<std::string>;

/// From the start of a line's flow handler to the call of its first handler
/// (models/genirq/chip.cpp, models/guest/raw_line.cpp): what a guest does first are exits.
Costs flow_costs(const GuestLine& line);

/// From the call of one handler to that of the next when the first finds nothing to do
/// (kernel/irq/handle.c: __handle_irq_event_percpu(), Linux 6.1).
Costs handler_costs(const GuestAction& action);

/// From the call of a handler to the write that acknowledges an assigned device.
Costs serve_costs(const GuestLine& line, const GuestAction& action);

/// From the call of a handler to the EOI of the line; of a raw one's thread to the unmask.
Costs return_costs(const GuestLine& line, const GuestAction& action);

}  // namespace irqloom::x86
