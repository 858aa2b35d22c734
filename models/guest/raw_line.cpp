#include "models/guest/raw_line.h"

#include "models/cost.h"
#include "models/events.h"
#include "models/property/marks.h"

namespace irqloom {

RawLine::RawLine(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config)
    : Module(module_name, fabric),
      config_(std::move(config)),
      state_(fabric.reserve<RawLineState>(std::string(name()))),
      label_(fabric.name(name())),
      action_label_(fabric.name(config_.action_name)),
      handler_(
          fabric.routine<&RawLine::hard_handler>(*this, "raw_handler", "a guest without locks")),
      thread_(fabric.context(
          {.name = "irq/" + std::to_string(config_.irq) + "-" + config_.action_name,
           .layer = "guest",
           .stack_bytes = 160},
          fabric.routine<&RawLine::thread_loop>(*this, "raw_thread", "a guest without locks"))) {
  flow.bind(*this);
}

void RawLine::hard_handler(Exec& x, Frame& self) {
  ROUTINE();
  STEP("mask the line", cost(costs::irqchip), calls(chip));
  x.mark(mark::guest_entry);
  x.emit(event::pass_begin, {label_});
  CALL(chip->irq_mask(x, config_.hwirq));
  STEP("wake the thread", writes(state_));
  if (x.get(state_).run == 0) {
    x.set(state_).run = 1;
    x.emit(event::thread_wake, {label_, action_label_});
  }
  x.emit(event::pass_end, {label_});
  CALL(chip->irq_eoi(x, config_.hwirq));
  LOCAL("EOI is done");
  RETURN(0);
  ROUTINE_END();
}

void RawLine::thread_loop(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(x.get(state_).run != 0, "the thread wakes up", cost(costs::sched_wakeup),
              reads(state_));
    if (!config_.thread_cpus.empty()) {
      const auto n = static_cast<std::uint16_t>(config_.thread_cpus.size());
      x.migrate(thread_, config_.thread_cpus[x.choose(n)]);
    }
    STEP("take the request", writes(state_), calls(action));
    x.set(state_).run = 0;
    x.emit(event::thread_begin, {label_, action_label_});
    CALL(action->thread_fn(x));
    STEP("unmask the line", cost(costs::irqchip), calls(chip));
    x.emit(event::thread_end, {label_, action_label_});
    CALL(chip->irq_unmask(x, config_.hwirq));
    STEP("done");
    x.migrate(thread_, no_executor);
  }
  ROUTINE_END();
}

IRQLOOM_MODEL("guest/raw_line", "a guest whose mask, EOI and unmask share no lock", "the scenario");

}  // namespace irqloom
