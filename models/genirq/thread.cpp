#include "models/genirq/thread.h"

#include "models/cost.h"
#include "models/events.h"

namespace irqloom {

IrqThread::IrqThread(IrqDesc& desc, std::size_t action)
    : desc_(desc), action_(action), label_(desc.action_configs_[action].label) {
  Fabric& fabric = desc.fabric_;
  const RoutineId main = fabric.routine<&IrqThread::irq_thread>(
      *this, "irq_thread", "kernel/irq/manage.c, Linux 6.1.192");
  const std::string comm = desc.config_.comm_prefix + "/" + std::to_string(desc.config_.irq) + "-" +
                           desc.action_configs_[action].name;
  context_ = fabric.context({.name = desc.config_.layer == "guest" ? comm : "host-" + comm,
                             .layer = desc.config_.layer,
                             .comm = comm,
                             .stack_bytes = desc.config_.thread_stack_bytes},
                            main);
}

bool IrqThread::is_woken(Exec& x) const {
  return (x.get(desc_.state_).runthread & bit()) != 0;
}

void IrqThread::irq_thread(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(is_woken(x), "the irq thread wakes up", cost(costs::sched_wakeup),
              reads(desc_.state_));
    if (!desc_.config_.thread_cpus.empty()) {
      const auto n = static_cast<std::uint16_t>(desc_.config_.thread_cpus.size());
      x.migrate(context_, desc_.config_.thread_cpus[x.choose(n)]);
    }
    STEP("test and clear RUNTHREAD", writes(desc_.state_), calls(desc_.actions));
    x.set(desc_.state_).runthread &= static_cast<std::uint8_t>(~bit());
    x.emit(event::thread_begin, {desc_.label_, label_});
    CALL(desc_.actions[static_cast<int>(action_)]->thread_fn(x));
    STEP("thread_fn has returned", writes(desc_.state_));
    if (self.result == irq_handled) x.set(desc_.state_).handled_deferred = 1;
    x.emit(event::thread_end, {desc_.label_, label_});
    if (desc_.config_.oneshot) {
      CALL(x.call<FlowLocals>(desc_.finalize_, {.action = static_cast<std::uint8_t>(action_)}));
      STEP("wake the synchronize_irq waiters", writes(desc_.state_));
    }
    --x.set(desc_.state_).threads_active;
    x.migrate(context_, no_executor);
  }
  ROUTINE_END();
}

// Waits while the hard handler is in progress: an unmask before its end would let a new interrupt
// mask the line, be refused, and stay masked for ever (G-R01 of the race catalogue: "genirq:
// Prevent oneshot irq thread race").
void IrqDesc::finalize_oneshot(Exec& x, Frame& self, FlowLocals& f) {
  ROUTINE();
  LOCK_IRQ_WHEN(x.get(state_).inprogress == 0, lock_, "take desc->lock, not INPROGRESS",
                writes(state_), calls(chip));
  {
    DescState& s = x.set(state_);
    const auto bit = static_cast<std::uint8_t>(1U << f.action);
    // Woken again meanwhile: the bit stays, the next run finalizes.
    if ((s.runthread & bit) == 0) s.threads_oneshot &= static_cast<std::uint8_t>(~bit);
  }
  if (x.get(state_).threads_oneshot == 0 && x.get(state_).disabled == 0 &&
      x.get(state_).masked != 0) {
    CALL(unmask_irq(x));
    STEP("drop desc->lock");
  }
  x.unlock_irq(lock_);
  RETURN(0);
  ROUTINE_END();
}

IRQLOOM_MODEL("genirq/thread", "the thread of a threaded interrupt",
              "kernel/irq/manage.c, Linux 6.1");

}  // namespace irqloom
