// A VM on arm64: the ioctls of VM and vGIC device, GSI routing, KVM_IRQ_LINE.
//
// arch/arm64/kvm/arm.c, arch/arm64/kvm/vgic/vgic-kvm-device.c and vgic-irqfd.c, Linux 6.1.192.
// Every ioctl is run by a VMM context and answers as the real one: 0 or -errno; a VM that KVM has
// declared dead answers -EIO to all of them.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/kvm/vgic/vgic.h"
#include "models/kvm/vm.h"

namespace irqloom {

/// KVM_ARM_IRQ_TYPE_*
enum class ArmIrqType : std::uint8_t { cpu = 0, spi = 1, ppi = 2, unknown = 3 };

enum class ArmRouteType : std::uint8_t { none = 0, irqchip = 1, msi = 2 };

/// One GSI's routing entry, and where it stands in the table: the last of those that lead to a pin
/// is the one that hears its acks.
struct ArmRouteState {
  std::uint16_t pin = 0;
  std::uint16_t order = 0;
  ArmRouteType type = ArmRouteType::none;
  std::uint8_t reserved = 0;
};

struct IoctlLocals {
  std::uint32_t value = 0;
  std::uint16_t offset = 0;
  std::uint8_t kind = 0;  ///< attr_*
  std::uint8_t reserved = 0;
};

inline constexpr std::uint8_t attr_read = 0;
inline constexpr std::uint8_t attr_write = 1;
inline constexpr std::uint8_t attr_level_info = 2;

class KvmArm64 : public KvmVm {
 public:
  /// How far user space has come when the simulation begins.
  enum class Start : std::uint8_t {
    empty,        ///< KVM_CREATE_VM.
    created,      ///< And the vGIC device with its addresses; attached vCPUs created and set up.
    initialised,  ///< And KVM_DEV_ARM_VGIC_CTRL_INIT.
    running       ///< And the first KVM_RUN: attached vCPUs are in guest mode.
  };

  struct Config {
    Vgic::Config vgic;
    Start start = Start::empty;
    /// GSIs that can be routed beyond those of the declared SPIs (INTID - 32).
    std::vector<unsigned> further_gsis = {};
    /// kvm_arch_set_irq_inatomic() injects SPIs in the signaller's context (since Linux 5.9).
    bool injects_in_atomic = true;
    std::string resample_policy = "at-eoi";
  };

  /// One line of KVM_SET_GSI_ROUTING.
  struct Route {
    unsigned gsi = 0;
    bool msi = false;
    unsigned pin = 0;  ///< INTID - 32
  };

  /// std::invalid_argument for an unknown policy, one that needs mask notifiers, or a bad INTID.
  KvmArm64(const sc_core::sc_module_name& name, Fabric& fabric, Config config);
  ~KvmArm64() override;

  Vgic& vgic() { return *vgic_; }
  const Lock& lock() const { return lock_; }  ///< kvm->lock
  const Lock& slots_lock() const { return slots_lock_; }
  ArmVcpu& vcpu(std::size_t id) { return *vcpus_.at(id); }
  std::size_t vcpus() const { return vcpus_.size(); }
  const Config& config() const { return config_; }

  /// KVM_CHECK_EXTENSION, by the name after KVM_CAP_; nothing for one that is not modelled.
  static std::optional<int> check_extension(std::string_view capability);

  // --- ioctls ----------------------------------------------------------------------------------

  Call create_vgic(Exec& x);                  ///< KVM_CREATE_DEVICE
  Call set_nr_irqs(Exec& x, unsigned value);  ///< KVM_DEV_ARM_VGIC_GRP_NR_IRQS
  Call set_addresses(Exec& x);                ///< KVM_DEV_ARM_VGIC_GRP_ADDR, both
  Call ctrl_init(Exec& x);                    ///< KVM_DEV_ARM_VGIC_CTRL_INIT
  Call create_vcpu(Exec& x, unsigned id);     ///< KVM_CREATE_VCPU
  Call vcpu_init(Exec& x, unsigned id);       ///< KVM_ARM_VCPU_INIT
  Call irq_line(Exec& x, ArmIrqType type, unsigned vcpu, unsigned number, bool level);
  /// KVM_SET_GSI_ROUTING: replaces the table. Routes of GSIs that are not declared are checked and
  /// lead nowhere. Atomic.
  std::int32_t set_gsi_routing(Exec& x, const std::vector<Route>& routes);
  std::int32_t signal_msi(Exec& x) const;  ///< KVM_SIGNAL_MSI; there is no ITS.
  /// KVM_SET_DEVICE_ATTR of GRP_DIST_REGS, one 32-bit register.
  Call dist_attr_write(Exec& x, unsigned offset, std::uint32_t value);
  /// KVM_GET_DEVICE_ATTR: 0 or -errno; the register is Vgic::mmio_read(offset, true) then.
  Call dist_attr_read(Exec& x);
  /// KVM_SET_DEVICE_ATTR of GRP_LEVEL_INFO, 32 interrupts from `intid` on (GICv3).
  Call level_info_write(Exec& x, unsigned intid, std::uint32_t levels);

  // --- KvmVm -----------------------------------------------------------------------------------

  /// Before the controller is ready, a policy may notify the owner of the device from there.
  std::uint16_t work_stack_bytes() const override { return 320; }
  bool is_dead(Exec& x) const override;
  bool intc_initialized(Exec& x) const override;
  bool can_set_irq_inatomic(Exec& x, unsigned gsi) const override;
  Call set_irq_inatomic(Exec& x, unsigned source, unsigned gsi) override;

  /// gsi n to pin n for every SPI; by vgic_init().
  void kvm_vgic_setup_default_irq_routing(Exec& x);
  /// Called by vCPUs at elaboration, in the order of their ids.
  void attach_vcpu(ArmVcpu& vcpu);
  void touches(Footprint& footprint) const override;
  using KvmVm::attach;

 protected:
  Call set_routed_irq(Exec& x, unsigned source, unsigned gsi, bool level) override;
  bool leads_to(Exec& x, unsigned gsi, unsigned pin) const override;

 private:
  void create_vcpu_routine(Exec& x, Frame& self, IoctlLocals& f);
  std::int32_t precreate_vcpu(Exec& x, unsigned id);
  void create_vgic_routine(Exec& x, Frame& self);
  std::int32_t create_locked(Exec& x);
  void nr_irqs_routine(Exec& x, Frame& self, IoctlLocals& f);
  void addresses_routine(Exec& x, Frame& self);
  void attr_routine(Exec& x, Frame& self, IoctlLocals& f);
  std::optional<ArmRouteState> route(Exec& x, unsigned gsi) const;
  bool lock_all_vcpus(Exec& x);
  void unlock_all_vcpus(Exec& x);
  void default_routes(World& w, unsigned nr_spis) const;

  Config config_;
  std::vector<unsigned> gsis_;  ///< Sorted; with a slot of routes_ each.
  SlotArray<ArmRouteState> routes_;
  std::unique_ptr<Vgic> vgic_;
  std::vector<ArmVcpu*> vcpus_;
  std::array<std::int64_t, 4> type_labels_;  ///< By ArmIrqType.
  Lock lock_;
  Lock slots_lock_;
  RoutineId create_vcpu_;
  RoutineId create_vgic_;
  RoutineId nr_irqs_;
  RoutineId addresses_;
  RoutineId attr_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ArmRouteState, IRQLOOM_NUMBER(pin), IRQLOOM_NUMBER(order),
               IRQLOOM_NUMBER(type), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::IoctlLocals, IRQLOOM_HEX(value), IRQLOOM_HEX(offset), IRQLOOM_NUMBER(kind),
               IRQLOOM_NUMBER(reserved));
