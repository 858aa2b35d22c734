#include "tests/bench/islands.h"

#include <stdexcept>
#include <string>

#include "models/genirq/desc.h"
#include "models/genirq/entry.h"
#include "models/irqchip/apic_bus.h"
#include "models/irqchip/ioapic.h"
#include "models/irqchip/ioapic_chip.h"
#include "models/pci/device.h"
#include "models/pci/wire.h"

namespace irqloom::bench {

namespace {

constexpr std::uint8_t first_vector = 0x31;
constexpr unsigned lines_per_island = devices_per_island / devices_per_line;

/// The shortest of all drivers: reads the status and acknowledges, at once.
class ServeAction : public Module, public ActionIf {
 public:
  sc_core::sc_export<ActionIf> action;
  sc_core::sc_port<DeviceIf> device;

  ServeAction(const sc_core::sc_module_name& module_name, Fabric& fabric, std::uint64_t& handled)
      : Module(module_name, fabric), handled_(handled) {
    action.bind(*this);
  }

  Call handler(Exec& x) override {
    if (!device->read_status(x)) return Call::done(irq_none);
    ++handled_;
    (void)device->acknowledge(x);
    return Call::done(irq_handled);
  }
  Call thread_fn(Exec& /*x*/) override { return Call::done(irq_none); }
  void touches(Footprint& footprint) const override { device[0]->touches(footprint); }

 private:
  std::uint64_t& handled_;
};

std::string numbered(const char* what, std::size_t n) {
  return what + std::to_string(n);
}

timed::StepCost fixed(std::uint64_t ps, timed::CostKind kind) {
  return timed::StepCost{core::fixed_cost(ps), kind};
}

}  // namespace

timed::CostTable island_costs() {
  core::CostSpec period;
  period.kind = core::CostSpec::Kind::uniform;
  period.min_ps = shortest_period;
  period.max_ps = longest_period;
  return {{"device.period", {period, timed::CostKind::elsewhere}},
          {"device", fixed(raise_time, timed::CostKind::elsewhere)},
          {"irq.entry", fixed(entry_time, timed::CostKind::busy)},
          {"cpu", fixed(cpu_time, timed::CostKind::busy)},
          {"irqchip", fixed(irqchip_time, timed::CostKind::busy)},
          {"irq.exit", fixed(exit_time, timed::CostKind::busy)}};
}

struct Islands::Island {
  Island(Fabric& fabric, std::size_t index, std::uint64_t& handled);
  void add_line(Fabric& fabric, std::size_t number, unsigned pin, std::uint64_t& handled);

  ApicBus bus;
  Ioapic ioapic;
  IoapicChip chip;
  ExecutorId executor;
  Lapic lapic;
  CpuEntry entry;
  std::vector<std::unique_ptr<Module>> parts;
};

Islands::Island::Island(Fabric& fabric, std::size_t index, std::uint64_t& handled)
    : bus(numbered("bus", index).c_str(), fabric),
      ioapic(numbered("ioapic", index).c_str(), fabric, lines_per_island),
      chip(numbered("chip", index).c_str(), fabric, ioapic),
      executor(fabric.executor(numbered("cpu", index))),
      lapic(numbered("lapic", index).c_str(), fabric, 0),
      entry(
          numbered("entry", index).c_str(), fabric,
          CpuEntry::Config{.layer = "host kernel", .context = numbered("cpu", index) + "/hardirq"},
          lapic, executor) {
  ioapic.messages.bind(bus.messages);
  bus.attach(lapic);
  chip.attach(executor, lapic);
  for (unsigned pin = 0; pin < lines_per_island; ++pin)
    add_line(fabric, index * lines_per_island + pin, pin, handled);
}

void Islands::Island::add_line(Fabric& fabric, std::size_t number, unsigned pin,
                               std::uint64_t& handled) {
  auto wire = std::make_unique<Wire>(numbered("wire", number).c_str(), fabric, pin);
  wire->out.bind(ioapic.inputs);
  auto desc =
      std::make_unique<IrqDesc>(numbered("irq", number).c_str(), fabric,
                                DescConfig{.irq = pin, .hwirq = pin, .layer = "host kernel"});
  for (unsigned source = 0; source < devices_per_line; ++source) {
    const std::size_t n = number * devices_per_line + source;
    auto device =
        std::make_unique<Device>(numbered("dev", n).c_str(), fabric, DeviceConfig{}, source);
    device->wire.bind(wire->in);
    auto driver = std::make_unique<ServeAction>(numbered("driver", n).c_str(), fabric, handled);
    driver->device.bind(device->registers);
    desc->add_action({.name = numbered("driver", n)});
    desc->actions.bind(driver->action);
    parts.push_back(std::move(device));
    parts.push_back(std::move(driver));
  }
  desc->start_at_reset();
  desc->chip.bind(chip.ops);
  const auto vector = static_cast<std::uint8_t>(first_vector + pin);
  entry.add_vector(vector);
  entry.flows.bind(desc->flow);
  const Slot<IoapicPin> slot = ioapic.pin(pin);
  fabric.at_reset([slot, vector](World& w) {
    w.mut(slot) = IoapicPin{.vector = vector, .polarity = 1, .trigger_mode = 1, .mask = 0};
  });
  parts.push_back(std::move(wire));
  parts.push_back(std::move(desc));
}

Islands::Islands(Fabric& fabric, unsigned devices) {
  if (devices == 0 || devices % devices_per_island != 0) {
    throw std::invalid_argument("islands have " + std::to_string(devices_per_island) + " devices");
  }
  for (std::size_t i = 0; i < devices / devices_per_island; ++i)
    islands_.push_back(std::make_unique<Island>(fabric, i, handled_));
}

Islands::~Islands() = default;

}  // namespace irqloom::bench
