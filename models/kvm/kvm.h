// A VM on x86: GSI routing to the in-kernel I/O APIC and to MSIs, mask notifiers.
//
// virt/kvm/irqchip.c and arch/x86/kvm/irq_comm.c, Linux 6.1.192.
#pragma once

#include <memory>
#include <vector>

#include "models/kvm/ioapic.h"
#include "models/kvm/vm.h"

namespace irqloom {

class WholeIrqchip;

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

class Kvm : public KvmVm {
 public:
  struct Config {
    unsigned gsis = 24;  ///< Size of the routing table.
    KvmIoapic::Config ioapic = {};
    std::string resample_policy = "at-eoi";
    /// Not 0: elaborates a WholeIrqchip for so many vCPUs, with an empty routing table.
    unsigned whole_for = 0;
  };

  /// std::invalid_argument for an unknown policy. In what follows, `n` is a GSI.
  Kvm(const sc_core::sc_module_name& name, Fabric& fabric, const Config& config, ApicBus& bus);
  ~Kvm() override;

  /// kvm_notify_acked_irq() of line 0..15 of the 8259 pair.
  Call notify_pic_acked(Exec& x, unsigned line);
  /// kvm_set_msi() of a GSI that is routed to a message: how many APICs took it.
  unsigned set_msi(Exec& x, unsigned n);
  /// All vCPUs look again at whose EOIs concern the I/O APIC.
  void ack_notifiers_changed(Exec& x) override;
  /// kvm_fire_mask_notifiers(), under the chip's lock.
  Call fire_mask_notifiers(Exec& x, unsigned pin, bool masked);
  /// MSIs only: the I/O APIC's routes are left to the work item.
  bool can_set_irq_inatomic(Exec& x, unsigned n) const override;
  Call set_irq_inatomic(Exec& x, unsigned source, unsigned n) override;
  const Lock& mask_lock() const override { return ioapic_->lock(); }
  bool is_masked(Exec& x, unsigned n) const override;

  void touches(Footprint& footprint) const override;

  KvmIoapic& ioapic() { return *ioapic_; }
  Slot<RouteState> route(unsigned n) const { return routes_[n]; }
  unsigned gsis() const { return routes_.size; }
  ApicBus& bus() { return bus_; }
  /// nullptr where it is not elaborated.
  WholeIrqchip* whole() const { return whole_.get(); }

 protected:
  Call set_routed_irq(Exec& x, unsigned source, unsigned n, bool level) override;
  bool leads_to(Exec& x, unsigned n, unsigned pin) const override;

 private:
  SlotArray<RouteState> routes_;
  ApicBus& bus_;
  std::unique_ptr<KvmIoapic> ioapic_;
  std::unique_ptr<WholeIrqchip> whole_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::RouteState, IRQLOOM_NUMBER(type), IRQLOOM_NUMBER(pin), IRQLOOM_HEX(vector),
               IRQLOOM_HEX(dest), IRQLOOM_HEX(msi_mode), IRQLOOM_NUMBER(master_line),
               IRQLOOM_NUMBER(slave_line), IRQLOOM_NUMBER(reserved));
