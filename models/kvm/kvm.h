// One VM's interrupt plumbing: GSI routing, kvm_set_irq(), ack and mask notifiers.
//
// virt/kvm/irqchip.c and virt/kvm/eventfd.c, Linux 6.1.192.
#pragma once

#include <memory>
#include <vector>

#include "models/kvm/ioapic.h"
#include "models/kvm/resample/policy.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

class Resampler;

/// Irq source ids (include/linux/kvm_host.h).
inline constexpr unsigned source_userspace = 0;       ///< KVM_USERSPACE_IRQ_SOURCE_ID
inline constexpr unsigned source_irqfd_resample = 1;  ///< KVM_IRQFD_RESAMPLE_IRQ_SOURCE_ID

enum class RouteType : std::uint8_t { none = 0, ioapic = 1, msi = 2 };

/// One GSI's routing entry.
struct RouteState {
  RouteType type = RouteType::none;
  std::uint8_t pin = 0;
  std::uint8_t vector = 0;  ///< MSI only.
  std::uint8_t dest = 0;    ///< MSI only: physical APIC id.
};

/// SRCU readers (kvm->irq_srcu): acks under way.
struct KvmState {
  std::uint8_t ack_readers = 0;
  std::uint8_t reserved = 0;
};

class Kvm : public Module, public GsiIf {
 public:
  sc_core::sc_export<GsiIf> gsi;

  struct Config {
    unsigned gsis = 24;  ///< Size of the routing table.
    KvmIoapic::Config ioapic = {};
    std::string resample_policy = "at-eoi";
  };

  /// std::invalid_argument for an unknown policy.
  Kvm(const sc_core::sc_module_name& name, Fabric& fabric, Config config, ApicBus& bus);
  ~Kvm() override;

  /// kvm_set_irq(): looks the route up now and calls its chip. Unrouted: -1, silently.
  Call set_irq(Exec& x, unsigned source, unsigned gsi, bool level) override;
  /// kvm_notify_acked_irq(): de-asserts and notifies what is registered for the pin's GSI. The
  /// caller holds no chip lock.
  Call notify_acked_irq(Exec& x, unsigned pin);
  /// kvm_fire_mask_notifiers(), under the chip's lock.
  Call fire_mask_notifiers(Exec& x, unsigned pin, bool masked);
  /// kvm_notify_irqfd_resampler() (Linux 6.3), under ioapic->lock.
  Call notify_irqfd_resampler(Exec& x, unsigned pin);
  bool has_resampler(Exec& x, unsigned pin) const;

  void touches(Footprint& footprint) const override;

  KvmIoapic& ioapic() { return *ioapic_; }
  const ResamplePolicy::Entry& resample_entry() const { return resample_; }
  Slot<KvmState> state() const { return state_; }
  /// kvm->irqfds.resampler_lock
  const Lock& resampler_lock() const { return resampler_lock_; }
  Slot<RouteState> route(unsigned n) const { return routes_[n]; }
  unsigned gsis() const { return routes_.size; }
  ApicBus& bus() { return bus_; }
  /// Called by resamplers at elaboration. Not owned.
  void attach(Resampler& resampler) { resamplers_.push_back(&resampler); }

 private:
  Resampler* registered_resampler(Exec& x, unsigned pin) const;
  void ack_window(Exec& x, Frame& self, PinLocals& f);

  SlotArray<RouteState> routes_;
  Slot<KvmState> state_;
  Lock resampler_lock_;
  ApicBus& bus_;
  std::vector<Resampler*> resamplers_;
  std::int64_t ioapic_label_;
  RoutineId ack_window_;
  const ResamplePolicy::Entry& resample_;
  std::unique_ptr<KvmIoapic> ioapic_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::RouteState, IRQLOOM_NUMBER(type), IRQLOOM_NUMBER(pin), IRQLOOM_HEX(vector),
               IRQLOOM_HEX(dest));
IRQLOOM_FIELDS(irqloom::KvmState, IRQLOOM_NUMBER(ack_readers), IRQLOOM_NUMBER(reserved));
