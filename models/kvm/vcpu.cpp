#include "models/kvm/vcpu.h"

#include <stdexcept>

#include "models/events.h"

namespace irqloom {

Vcpu::Vcpu(const sc_core::sc_module_name& module_name, Fabric& fabric, unsigned id, Lapic& lapic,
           ExecutorId executor)
    : Module(module_name, fabric),
      id_(id),
      lapic_(lapic),
      executor_(executor),
      reason_(fabric.name("npf")) {}

void Vcpu::exit(Exec& x, std::uint64_t address) {
  x.leave_executor();
  x.emit(event::kvm_exit, {id_, reason_, static_cast<std::int64_t>(address)});
}

void Vcpu::enter(Exec& x) {
  x.enter_executor();
  const ExecutorState& e = x.get(fabric_.executors()[executor_].slot);
  if (e.hardirq == 0 && e.irqs_off == 0 && lapic_.deliverable(x)) x.reserve_executor(hardirq_);
  x.emit(event::kvm_entry, {id_});
}

void Vcpu::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(lapic_.state()));
}

std::uint8_t vcpu_of(const Exec& x, const std::vector<Vcpu*>& vcpus) {
  const unsigned executor = x.fabric().state(x.world(), x.self()).executor;
  for (std::size_t i = 0; i < vcpus.size(); ++i) {
    if (vcpus[i]->executor() + 1U == executor) return static_cast<std::uint8_t>(i);
  }
  throw std::logic_error("an exit of a context that is on no vCPU");
}

}  // namespace irqloom
