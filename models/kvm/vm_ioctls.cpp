#include "models/kvm/vm_ioctls.h"

#include <algorithm>
#include <cerrno>

namespace irqloom {

namespace {

std::int32_t error_of(FdKind kind) {
  switch (kind) {
    case FdKind::eventfd:
      return 0;
    case FdKind::other_file:
      return -EINVAL;
    case FdKind::not_open:
      break;
  }
  return -EBADF;
}

}  // namespace

VmIoctls::VmIoctls(const sc_core::sc_module_name& module_name, Fabric& fabric, Kvm& kvm,
                   IrqchipMode irqchip)
    : Module(module_name, fabric),
      kvm_(kvm),
      state_(fabric.reserve<VmIoctlState>(std::string(name()))) {
  fabric.at_reset([this, irqchip](World& w) {
    w.mut(state_).irqchip = irqchip;
    Exec x(fabric_, w);
    if (irqchip == IrqchipMode::kernel) {
      kvm_.whole()->set_default_routing(x);
    } else {
      (void)kvm_.whole()->set_routing(x, {});
    }
  });
}

std::int32_t VmIoctls::create_irqchip(Exec& x) {
  if (mode(x) != IrqchipMode::none) return -EEXIST;
  x.set(state_).irqchip = IrqchipMode::kernel;
  kvm_.whole()->set_default_routing(x);
  return 0;
}

// kvm_arch_irqfd_allowed() knows that nobody in the kernel sees the EOIs of a split I/O APIC.
std::int32_t VmIoctls::check_irqfd(Exec& x, const IrqfdArgs& args) const {
  if ((args.flags & ~(IrqfdArgs::deassign | IrqfdArgs::resample)) != 0) return -EINVAL;
  if ((args.flags & IrqfdArgs::deassign) != 0) return error_of(args.fd);
  const bool resamples = (args.flags & IrqfdArgs::resample) != 0;
  if (mode(x) == IrqchipMode::none) return -EINVAL;
  if (resamples && mode(x) != IrqchipMode::kernel) return -EINVAL;
  const std::int32_t error = error_of(args.fd);
  return error != 0 || !resamples ? error : error_of(args.resamplefd);
}

std::int32_t VmIoctls::check_irq_line(Exec& x) const {
  return mode(x) == IrqchipMode::none ? -ENXIO : 0;
}

// Beside a split I/O APIC there are messages only.
std::int32_t VmIoctls::set_gsi_routing(Exec& x, std::uint64_t flags,
                                       std::span<const RoutingEntry> entries) {
  if (mode(x) == IrqchipMode::none || flags != 0) return -EINVAL;
  const bool has_pins = std::any_of(entries.begin(), entries.end(), [](const RoutingEntry& e) {
    return e.type == RoutingEntry::Type::irqchip;
  });
  if (has_pins && mode(x) == IrqchipMode::split) return -EINVAL;
  return kvm_.whole()->set_routing(x, entries);
}

IRQLOOM_MODEL("kvm/vm_ioctls", "what KVM's ioctls on an x86 VM refuse",
              "virt/kvm/eventfd.c, arch/x86/kvm/x86.c, Linux 6.1");

}  // namespace irqloom
