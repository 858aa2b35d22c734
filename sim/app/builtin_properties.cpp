#include "sim/app/builtin_properties.h"

#include <algorithm>

namespace irqloom::app {

const std::vector<BuiltinProperty>& builtin_properties() {
  static const std::vector<BuiltinProperty> table = {
      {"deadlock", "contexts wait for one another's locks and executors in a circle",
       "sim/core/deadlock.h"},
      {"handled-by-nobody", "an interrupt arrives for which there is no handler, or nobody cares",
       "kernel/irq/spurious.c, __report_bad_irq()"},
      {"invalid-report", "a driver passes on a report that its device did not send",
       "models/guest/driver.cpp"},
      {"irq-unsafe-lock",
       "a lock that interrupt handlers take is elsewhere taken with interrupts on",
       "kernel/locking/lockdep.c, irq-safe and irq-unsafe lock classes"},
      {"livelock", "a vCPU can leave its guest for ever before the guest has run",
       "models/property/livelock.cpp"},
      {"lock-order", "two locks are taken in both orders", "kernel/locking/lockdep.c"},
      {"lost-interrupt", "a device's work can never be served again without help",
       "models/property/recovery.cpp"},
      {"nested-signal",
       "an eventfd is signalled from within its own wake-up and the signal is lost",
       "fs/eventfd.c, eventfd_signal_allowed()"},
      {"self-deadlock", "code waits for itself, within one executor", "sim/core/deadlock.h"},
      {"served-eventually", "a device's work can wait for ever although its interrupt is not lost",
       "models/property/recovery.cpp", true},
      {"sleep-in-atomic", "code may sleep with a spinlock held or interrupts off",
       "kernel/sched/core.c, __might_resched()"},
      {"spurious-entry", "the guest's handlers run and find no work in any device of the line",
       "models/property/spurious_entry.cpp"},
      {"storm", "interrupts can be taken for ever although nothing is raised and nothing served",
       "models/property/storm.cpp"},
      {"stuck-masked", "the host's mask of an interrupt can never be lifted without help",
       "models/property/recovery.cpp"},
      {"suspend-aborted", "a wakeup interrupt aborts a suspend although no device has work",
       "models/property/spurious_entry.cpp"},
      {"unbalanced-enable", "enable_irq() of a line that is not disabled",
       "kernel/irq/manage.c, __enable_irq()"},
  };
  return table;
}

std::vector<std::string> builtin_names(bool all) {
  std::vector<std::string> names;
  for (const BuiltinProperty& p : builtin_properties()) {
    if (all || !p.by_name_only) names.emplace_back(p.name);
  }
  return names;
}

bool is_builtin_property(std::string_view name) {
  const auto& table = builtin_properties();
  return std::any_of(table.begin(), table.end(),
                     [name](const BuiltinProperty& p) { return p.name == name; });
}

}  // namespace irqloom::app
