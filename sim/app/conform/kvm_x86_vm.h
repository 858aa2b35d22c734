// The VM that a program of model "kvm-x86" plays on, and what its VMM and its guest can do with it.
//
// Elaborated for one program: its irqfds, eventfds and GSIs are part of the structure, as they are
// in a scenario.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/eventfd/eventfd.h"
#include "models/irqchip/apic_bus.h"
#include "models/kvm/apic_page.h"
#include "models/kvm/irqfd.h"
#include "models/kvm/kvm.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vm_ioctls.h"
#include "sim/app/conform/actor.h"
#include "sim/app/conform/irqfd_plan.h"
#include "sim/app/conform/record.h"
#include "sim/app/conform/rig.h"

namespace irqloom::app::conform {

/// The flags that a KVM_IRQFD without DEASSIGN has.
std::uint64_t assign_flags(const Record& op);
/// Of an "irqfd_assign" that has an fd.
IrqfdKey irqfd_key(const Record& op, const FdNames& names);

/// What has to be elaborated for a program.
struct VmPlan {
  IrqchipMode irqchip = IrqchipMode::kernel;
  bool has_routes = true;  ///< Starts with the default table.
  std::string resample_policy;
  unsigned vcpus = 1;
  unsigned gsis = 24;  ///< One more than the highest that a route can have.
  std::vector<std::string> eventfds;
  std::vector<IrqfdKey> irqfds;
};

/// Throws BadRecord for a configuration or an operation that cannot be.
VmPlan plan_vm(const Record& program);

class KvmX86Vm {
 public:
  /// std::invalid_argument for more irqfds on one GSI or one eventfd than there is room for.
  explicit KvmX86Vm(const VmPlan& plan);

  Rig& rig() { return rig_; }
  Exec& exec() { return rig_.exec(); }
  Kvm& kvm() { return kvm_; }
  WholeIrqchip& irqchip() { return *kvm_.whole(); }
  VmIoctls& ioctls() { return ioctls_; }
  ApicPage& page(unsigned vcpu) { return *pages_[vcpu]; }
  unsigned vcpus() const { return static_cast<unsigned>(pages_.size()); }

  Eventfd& eventfd(const std::string& key) { return fds_.eventfd(key); }
  Irqfd& irqfd(const IrqfdKey& key) { return fds_.irqfd(key); }
  /// Who is assigned to the eventfd, on that GSI or on any; nullptr.
  Irqfd* assigned(const std::string& fd, std::optional<std::uint32_t> gsi) {
    return fds_.assigned(exec(), fd, gsi);
  }

  std::int32_t host(Actor::Op op) { return host_.perform(rig_, std::move(op)); }
  std::int32_t guest(unsigned vcpu, Actor::Op op) {
    return guests_[vcpu]->perform(rig_, std::move(op));
  }
  /// Runs queued work, but for what is queued with a delay.
  void run_work();
  /// Runs all of it.
  void run_all_work() { settle(rig_); }
  bool is_throttled();

 private:
  Rig rig_;
  ApicBus bus_;
  std::vector<std::unique_ptr<Lapic>> lapics_;
  Kvm kvm_;
  std::vector<std::unique_ptr<ApicPage>> pages_;
  VmIoctls ioctls_;
  VmEventfds fds_;
  Actor host_;
  std::vector<std::unique_ptr<Actor>> guests_;
};

}  // namespace irqloom::app::conform
