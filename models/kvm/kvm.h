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

class Irqfd;
class Resampler;
class WholeIrqchip;
enum class IrqChip : std::uint8_t;

/// Irq source ids (include/linux/kvm_host.h).
inline constexpr unsigned source_userspace = 0;      ///< KVM_USERSPACE_IRQ_SOURCE_ID
inline constexpr unsigned source_irqfd_resample = 1; ///< KVM_IRQFD_RESAMPLE_IRQ_SOURCE_ID

enum class RouteType : std::uint8_t { none = 0, ioapic = 1, msi = 2 };

/// One GSI's routing entry.
struct RouteState {
  RouteType type = RouteType::none;
  std::uint8_t pin = 0;
  std::uint8_t vector = 0;  ///< MSI only.
  std::uint8_t dest = 0;    ///< MSI only: physical APIC id.
  // With a whole irqchip:
  std::uint8_t msi_mode = 0;     ///< MSI only: how it is delivered, see set_msi_route().
  std::uint8_t master_line = 0;  ///< 1 + the line of the master 8259; 0: none.
  std::uint8_t slave_line = 0;   ///< Likewise of the slave.
  std::uint8_t reserved = 0;
};

/// Takes an MSI's address and data into the route (kvm_set_msi_irq()).
void set_msi_route(RouteState& route, std::uint64_t address, std::uint32_t data);
/// The message of an MSI route.
ApicMessage msi_of(const RouteState& route);

/// SRCU readers (kvm->irq_srcu): acks under way.
struct KvmState {
  std::uint8_t ack_readers = 0;
  std::uint8_t reserved = 0;
};

class Kvm : public Module, public GsiIf {
 public:
  sc_core::sc_export<GsiIf> gsi;

  struct Config {
    unsigned gsis = 24;      ///< Size of the routing table.
    KvmIoapic::Config ioapic = {};
    std::string resample_policy = "at-eoi";
    /// Not 0: elaborates a WholeIrqchip for so many vCPUs, with an empty routing table.
    unsigned whole_for = 0;
  };

  /// std::invalid_argument for an unknown policy.
  Kvm(const sc_core::sc_module_name& name, Fabric& fabric, Config config, ApicBus& bus);
  ~Kvm() override;

  /// kvm_set_irq(): looks the route up now and calls its chip. Unrouted: -1, silently.
  Call set_irq(Exec& x, unsigned source, unsigned gsi, bool level) override;
  /// kvm_notify_acked_irq(): de-asserts and notifies what is registered for the pin's GSI. The
  /// caller holds no chip lock.
  Call notify_acked_irq(Exec& x, unsigned pin);
  Call notify_acked_irq(Exec& x, unsigned pin, IrqChip chip);
  /// kvm_arch_set_irq_inatomic(): an MSI goes out at once; false: any other route, to be deferred.
  bool set_irq_inatomic(Exec& x, unsigned gsi);
  /// kvm_set_msi() of a GSI that is routed to a message: how many APICs took it.
  unsigned set_msi(Exec& x, unsigned gsi);
  /// kvm_arch_post_irq_ack_notifier_list_update()
  void ack_notifiers_changed(Exec& x);
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
  /// nullptr where it is not elaborated.
  WholeIrqchip* whole() const { return whole_.get(); }
  /// kvm->irqfds.items, those that may ever be on it.
  const std::vector<Irqfd*>& irqfds() const { return irqfds_; }
  void attach(Irqfd& irqfd) { irqfds_.push_back(&irqfd); }
  /// Called by resamplers at elaboration. Not owned.
  void attach(Resampler& resampler) { resamplers_.push_back(&resampler); }

 private:
  Resampler* registered_resampler(Exec& x, unsigned pin, IrqChip chip) const;
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
  std::vector<Irqfd*> irqfds_;
  std::unique_ptr<WholeIrqchip> whole_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::RouteState, IRQLOOM_NUMBER(type), IRQLOOM_NUMBER(pin), IRQLOOM_HEX(vector),
               IRQLOOM_HEX(dest), IRQLOOM_HEX(msi_mode), IRQLOOM_NUMBER(master_line),
               IRQLOOM_NUMBER(slave_line), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::KvmState, IRQLOOM_NUMBER(ack_readers), IRQLOOM_NUMBER(reserved));
