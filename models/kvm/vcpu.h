// A vCPU: an executor that is carried by KVM, its local APIC, and the exits.
//
// arch/x86/kvm/x86.c: vcpu_enter_guest(), inject_pending_event(), Linux 6.1.192. While a guest
// context is outside, the whole vCPU stands still; at re-entry a deliverable interrupt goes before
// everything else. What the way from the local APIC into the guest consists of is a policy:
// nothing, or what vcpu_run.h has.
#pragma once

#include <memory>
#include <vector>

#include "models/irqchip/lapic.h"
#include "models/kvm/vcpu_run.h"
#include "models/module.h"

namespace irqloom {

class Vcpu : public Module {
 public:
  Vcpu(const sc_core::sc_module_name& name, Fabric& fabric, unsigned id, Lapic& lapic,
       ExecutorId executor, const VcpuTraits& traits = {});

  unsigned id() const { return id_; }
  Lapic& lapic() const { return lapic_; }
  ExecutorId executor() const { return executor_; }
  /// The guest's hard interrupt context on it; set once at elaboration.
  void set_hardirq(ContextId context);
  /// Its thread, requests and kicks; nullptr without.
  VcpuRun* run() const { return run_.get(); }

  /// The running guest context leaves for KVM. `address`: what it accessed.
  void exit(Exec& x, std::uint64_t address);
  /// It re-enters; if an interrupt can be injected now, the vCPU goes to its handler first.
  void enter(Exec& x);
  /// KVM_REQ_EVENT, of its own thread.
  void request_event(Exec& x);
  void touches(Footprint& footprint) const;

 private:
  unsigned id_;
  Lapic& lapic_;
  ExecutorId executor_;
  ContextId hardirq_ = 0;
  std::int64_t reason_;
  std::unique_ptr<VcpuRun> run_;
};

/// The position in `vcpus` of the one that the running context executes on; std::logic_error when
/// it is on none.
std::uint8_t vcpu_of(const Exec& x, const std::vector<Vcpu*>& vcpus);

}  // namespace irqloom
