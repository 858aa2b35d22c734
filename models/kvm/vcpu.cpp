#include "models/kvm/vcpu.h"

#include <stdexcept>

#include "models/events.h"

namespace irqloom {

Vcpu::Vcpu(const sc_core::sc_module_name& module_name, Fabric& fabric, unsigned id, Lapic& lapic,
           ExecutorId executor, const VcpuTraits& traits)
    : Module(module_name, fabric),
      id_(id),
      lapic_(lapic),
      executor_(executor),
      reason_(fabric.name("npf")) {
  if (!traits.has_thread) return;
  run_ = std::make_unique<VcpuRun>(
      fabric, VcpuRun::Config{.name = std::string(name()), .id = id, .traits = traits}, lapic,
      executor);
}

void Vcpu::set_hardirq(ContextId context) {
  hardirq_ = context;
  if (run_) run_->set_hardirq(context);
}

void Vcpu::exit(Exec& x, std::uint64_t address) {
  x.leave_executor();
  if (run_) run_->exited(x);
  x.emit(event::kvm_exit, {id_, reason_, static_cast<std::int64_t>(address)});
}

void Vcpu::request_event(Exec& x) {
  if (run_) run_->request_event(x);
}

void Vcpu::enter(Exec& x) {
  if (run_) {
    run_->hand_over(x);
    return;
  }
  x.enter_executor();
  const ExecutorState& e = x.get(fabric_.executors()[executor_].slot);
  if (e.hardirq == 0 && e.irqs_off == 0 && lapic_.deliverable(x)) x.reserve_executor(hardirq_);
  x.emit(event::kvm_entry, {id_});
}

void Vcpu::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(lapic_.state()));
  if (run_) run_->touches(footprint);
}

std::uint8_t vcpu_of(const Exec& x, const std::vector<Vcpu*>& vcpus) {
  const unsigned executor = x.fabric().state(x.world(), x.self()).executor;
  for (std::size_t i = 0; i < vcpus.size(); ++i) {
    if (vcpus[i]->executor() + 1U == executor) return static_cast<std::uint8_t>(i);
  }
  throw std::logic_error("an exit of a context that is on no vCPU");
}

}  // namespace irqloom
