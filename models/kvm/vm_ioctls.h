// What KVM's ioctls on an x86 VM refuse before they do anything: arguments, and a VM without the
// controllers that they speak of (virt/kvm/eventfd.c, virt/kvm/kvm_main.c, arch/x86/kvm/x86.c,
// Linux 6.1.192). Results are 0 or -errno.
#pragma once

#include <span>
#include <string_view>

#include "models/kvm/kvm.h"
#include "models/kvm/whole_irqchip.h"
#include "models/module.h"

namespace irqloom {

/// kvm->arch.irqchip_mode
enum class IrqchipMode : std::uint8_t { none = 0, kernel = 1, split = 2 };

inline constexpr std::string_view irqchip_modes[] = {"none", "kernel", "split"};

struct VmIoctlState {
  IrqchipMode irqchip = IrqchipMode::none;
  std::uint8_t reserved = 0;
};

/// What a file descriptor is.
enum class FdKind : std::uint8_t { eventfd, other_file, not_open };

struct IrqfdArgs {
  static constexpr std::uint64_t deassign = 1;  ///< KVM_IRQFD_FLAG_DEASSIGN
  static constexpr std::uint64_t resample = 2;  ///< KVM_IRQFD_FLAG_RESAMPLE

  std::uint64_t flags = 0;
  FdKind fd = FdKind::eventfd;
  FdKind resamplefd = FdKind::eventfd;  ///< Looked at with `resample` only.
};

class VmIoctls : public Module {
 public:
  /// `kvm` has a whole irqchip. With `kernel`, its routing table is the default one at reset.
  VmIoctls(const sc_core::sc_module_name& name, Fabric& fabric, Kvm& kvm, IrqchipMode irqchip);

  /// KVM_CREATE_IRQCHIP
  std::int32_t create_irqchip(Exec& x);
  /// KVM_IRQFD, up to where the irqfd itself acts (Irqfd::assign(), Irqfd::deassign()).
  std::int32_t check_irqfd(Exec& x, const IrqfdArgs& args) const;
  /// KVM_IRQ_LINE and KVM_IRQ_LINE_STATUS, up to where the GSI is set.
  std::int32_t check_irq_line(Exec& x) const;
  /// KVM_SET_GSI_ROUTING
  std::int32_t set_gsi_routing(Exec& x, std::uint64_t flags, std::span<const RoutingEntry> entries);

 private:
  IrqchipMode mode(Exec& x) const { return x.get(state_).irqchip; }

  Kvm& kvm_;
  Slot<VmIoctlState> state_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::VmIoctlState, IRQLOOM_LABELS(irqchip, irqloom::irqchip_modes),
               IRQLOOM_NUMBER(reserved));
