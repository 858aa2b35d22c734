#include "tests/models/host.h"

#include <algorithm>

namespace irqloom::bench {

namespace {

constexpr unsigned pins = 24;

DescConfig host_line(DescConfig config) {
  config.irq = line_pin;
  config.hwirq = line_pin;
  config.layer = "host kernel";
  return config;
}

}  // namespace

Action::Action(const sc_core::sc_module_name& module_name, Fabric& fabric)
    : Module(module_name, fabric),
      on_interrupt([](Exec& /*x*/) { return Call::done(); }),
      hard_(fabric.routine<&Action::hard_handler>(*this, "hard_handler", "the test")),
      thread_(fabric.routine<&Action::thread_function>(*this, "thread_function", "the test")) {
  action.bind(*this);
}

void Action::hard_handler(Exec& x, Frame& self) {
  ROUTINE();
  STEP("the handler runs");
  CALL(on_interrupt(x));
  LOCAL("it returns");
  RETURN(hard_result);
  ROUTINE_END();
}

void Action::thread_function(Exec& x, Frame& self) {
  ROUTINE();
  STEP("the thread's function runs");
  RETURN(thread_result);
  ROUTINE_END();
}

HostParts::HostParts(const HostConfig& config)
    : bus("bus", fabric),
      ioapic("ioapic", fabric, pins),
      chip("chip", fabric, ioapic),
      desc("line", fabric, host_line(config.desc)),
      task("task", fabric) {
  ioapic.messages.bind(bus.messages);
  desc.chip.bind(chip.ops);
  for (std::size_t i = 0; i < config.actions; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    actions.push_back(std::make_unique<Action>(("action_" + name).c_str(), fabric));
    if (config.threaded) actions[i]->hard_result = irq_wake_thread_result;
    desc.add_action({.name = name, .threaded = config.threaded});
    desc.actions.bind(actions[i]->action);
  }
  if (config.wakeup) desc.wake_at_reset();
  desc.start_at_reset();
  add_cpu();
  add_cpu();
  const bool is_edge = config.desc.flow == Flow::edge;
  fabric.at_reset([this, is_edge](World& w) {
    w.mut(ioapic.pin(line_pin)) =
        IoapicPin{.vector = line_vector,
                  .trigger_mode = static_cast<std::uint8_t>(is_edge ? 0 : 1),
                  .mask = 0};
  });
}

void HostParts::add_cpu() {
  const auto n = static_cast<unsigned>(lapics.size());
  const std::string cpu = "cpu" + std::to_string(n);
  executors.push_back(fabric.executor(cpu));
  lapics.push_back(std::make_unique<Lapic>(("lapic" + std::to_string(n)).c_str(), fabric, n));
  bus.attach(*lapics[n]);
  chip.attach(executors[n], *lapics[n]);
  entries.push_back(
      std::make_unique<CpuEntry>((cpu + "_entry").c_str(), fabric,
                                 CpuEntry::Config{.layer = "host kernel",
                                                  .context = cpu + "/hardirq",
                                                  .cpu = static_cast<std::uint16_t>(n)},
                                 *lapics[n], executors[n]));
  entries[n]->add_vector(line_vector);
  entries[n]->flows.bind(desc.flow);
}

void Host::disable() {
  task.run(go, [this](Exec& x) { return desc.disable_irq_nosync(x); });
}

void Host::enable() {
  task.run(go, [this](Exec& x) { return desc.enable_irq(x); });
}

std::size_t Host::hard_interrupts(std::size_t cpu) const {
  return go.taken(cpu == 0 ? cpu0 : cpu1, "take the interrupt");
}

bool Host::has_request(std::size_t cpu) const {
  return (go[lapics[cpu]->state()].irr[line_vector / 32] >> line_vector % 32 & 1U) != 0;
}

bool Host::has_violation(std::string_view property) const {
  const auto& all = go.violations();
  return std::any_of(all.begin(), all.end(),
                     [&](const Violation& v) { return v.property == property; });
}

}  // namespace irqloom::bench
