#include "models/vmm/operations.h"

#include <array>

namespace irqloom {

namespace {

using Kind = ScriptOp::Kind;
using Takes = OperationInfo::Takes;

constexpr Archs any_arch = Archs::both;
constexpr Archs only_x86 = Archs::x86;
constexpr Archs only_arm64 = Archs::arm64;

constexpr auto all_operations = std::to_array<OperationInfo>({
    {"assign", Kind::assign, any_arch, Side::vmm, Takes::device, true,
     "KVM_IRQFD: what the device's trigger eventfd counts becomes interrupts of its GSI",
     "virt/kvm/eventfd.c, kvm_irqfd_assign()"},
    {"deassign", Kind::deassign, any_arch, Side::vmm, Takes::device, false,
     "KVM_IRQFD with DEASSIGN: from its return on the eventfd injects nothing",
     "virt/kvm/eventfd.c, kvm_irqfd_deassign()"},
    {"signal", Kind::signal, any_arch, Side::vmm, Takes::device, false,
     "write(2) of 1 to the device's trigger eventfd", "fs/eventfd.c, eventfd_write()"},
    {"enable", Kind::enable, any_arch, Side::guest, Takes::line, false,
     "enable_irq() of the line; of one that is not enabled at the start, request_irq()",
     "kernel/irq/manage.c, enable_irq()"},
    {"disable", Kind::disable, any_arch, Side::guest, Takes::line, false,
     "disable_irq_nosync() of the line", "kernel/irq/manage.c, disable_irq_nosync()"},
    {"suspend", Kind::suspend, only_x86, Side::guest, Takes::line, false,
     "a suspend arms the line for wakeup, or disables one that does not wake the machine",
     "kernel/irq/pm.c, suspend_device_irq()"},
    {"check-wakeup", Kind::check_wakeup, only_x86, Side::guest, Takes::line, false,
     "pm_wakeup_pending(): a wakeup interrupt that came in aborts the suspend",
     "drivers/base/power/wakeup.c, pm_wakeup_pending()"},
    {"resume", Kind::resume, only_x86, Side::guest, Takes::line, false,
     "the suspend of the line is taken back", "kernel/irq/pm.c, resume_irq()"},
    {"wait", Kind::wait, any_arch, Side::both, Takes::nothing, false,
     "nothing but the rest before it (cost script.wait)", "the scenario"},
    {"create-vgic", Kind::create_vgic, only_arm64, Side::vmm, Takes::nothing, true,
     "KVM_CREATE_DEVICE of the virtual GIC, and both of its addresses",
     "arch/arm64/kvm/vgic/vgic-init.c, kvm_vgic_create()"},
    {"create-vcpu", Kind::create_vcpu, only_arm64, Side::vmm, Takes::number, true,
     "KVM_CREATE_VCPU and KVM_ARM_VCPU_INIT of the vCPU `value`; its thread stays parked",
     "virt/kvm/kvm_main.c, kvm_vm_ioctl_create_vcpu()"},
    {"nr-irqs", Kind::nr_irqs, only_arm64, Side::vmm, Takes::number, true,
     "KVM_DEV_ARM_VGIC_GRP_NR_IRQS: the virtual GIC gets `value` interrupts",
     "arch/arm64/kvm/vgic/vgic-kvm-device.c, vgic_set_common_attr()"},
    {"ctrl-init", Kind::ctrl_init, only_arm64, Side::vmm, Takes::nothing, true,
     "KVM_DEV_ARM_VGIC_CTRL_INIT: the virtual GIC gets its interrupts",
     "arch/arm64/kvm/vgic/vgic-init.c, vgic_init()"},
    {"irq-line", Kind::irq_line, only_arm64, Side::vmm, Takes::intid_and_level, true,
     "KVM_IRQ_LINE: the level of the SPI `intid`, whatever number that is",
     "arch/arm64/kvm/arm.c, kvm_vm_ioctl_irq_line()"},
    {"register-reset", Kind::register_reset, only_arm64, Side::vmm, Takes::nothing, true,
     "QEMU's reset of the virtual GIC: it writes its registers, from the start's values",
     "QEMU, hw/intc/arm_gic_kvm.c, kvm_arm_gic_put()"},
    {"set-trigger", Kind::set_trigger, only_arm64, Side::vmm, Takes::device, false,
     "VFIO_DEVICE_SET_IRQS: VFIO gets the trigger eventfd and enables the host's line",
     "drivers/vfio/platform/vfio_platform_irq.c, vfio_set_trigger()"},
    {"attach-unmask", Kind::attach_unmask, only_arm64, Side::vmm, Takes::device, false,
     "VFIO_DEVICE_SET_IRQS: the resamplefd unmasks the device's interrupt from now on",
     "drivers/vfio/virqfd.c, vfio_virqfd_enable()"},
    {"mask", Kind::mask, any_arch, Side::vmm, Takes::device, false,
     "VFIO_DEVICE_SET_IRQS: the device's interrupt is masked now",
     "drivers/vfio/pci/vfio_pci_intrs.c, drivers/vfio/platform/vfio_platform_irq.c"},
    {"unmask", Kind::unmask, any_arch, Side::vmm, Takes::device, false,
     "VFIO_DEVICE_SET_IRQS: the device's interrupt is unmasked now",
     "drivers/vfio/pci/vfio_pci_intrs.c, drivers/vfio/platform/vfio_platform_irq.c"},
    {"handle-eventfd", Kind::handle_eventfd, only_arm64, Side::vmm, Takes::device, false,
     "the VMM's main loop handles the trigger eventfd itself: KVM_IRQ_LINE for each signal",
     "QEMU, hw/vfio/platform.c, vfio_intp_interrupt()"},
    {"main-loop", Kind::main_loop, only_arm64, Side::vmm, Takes::nothing, false,
     "the VMM's main loop begins: file descriptors are handled from now on",
     "QEMU, softmmu/runstate.c, qemu_main_loop()"},
    {"await-main-loop", Kind::await_main_loop, only_arm64, Side::vmm, Takes::nothing, false,
     "waits for the main loop, as a command of the monitor does",
     "QEMU, softmmu/runstate.c, qemu_main_loop()"},
    {"vm-start", Kind::vm_start, only_arm64, Side::vmm, Takes::nothing, false,
     "the parked vCPU threads may call KVM_RUN", "QEMU, softmmu/cpus.c, resume_all_vcpus()"},
    {"vm-stop", Kind::vm_stop, only_arm64, Side::vmm, Takes::nothing, false,
     "the vCPU threads leave KVM_RUN and park; it waits for them",
     "QEMU, softmmu/cpus.c, pause_all_vcpus()"},
    {"await-reset", Kind::await_reset, only_arm64, Side::vmm, Takes::nothing, false,
     "waits until the guest asks for a reset (PSCI SYSTEM_RESET)",
     "QEMU, softmmu/runstate.c, main_loop_should_exit()"},
    {"reset-done", Kind::reset_done, only_arm64, Side::vmm, Takes::nothing, false,
     "answers that: the guest's system-reset returns",
     "QEMU, softmmu/runstate.c, qemu_system_reset()"},
    {"raise", Kind::raise, only_arm64, Side::vmm, Takes::device, false,
     "the device gets work and raises its interrupt, beside its own raises", "the scenario"},
    {"reset-device", Kind::reset_device, only_arm64, Side::both, Takes::device, false,
     "the device is reset, by VFIO or by the guest's driver: no work, its wire low",
     "drivers/vfio/platform/vfio_platform_common.c, vfio_platform_call_reset()"},
    {"kick-vcpu", Kind::kick_vcpu, only_arm64, Side::vmm, Takes::vcpu, false,
     "the vCPU `value` leaves its guest for a moment: an interrupt of the host, such as a tick",
     "virt/kvm/kvm_main.c, kvm_vcpu_kick()"},
    {"kill", Kind::kill, only_arm64, Side::vmm, Takes::nothing, false,
     "SIGKILL of the VMM, by an optional script; then its scripts and the guest's begin anew",
     "kernel/exit.c, do_exit(); virt/kvm/eventfd.c, kvm_irqfd_release()"},
    {"gic-init", Kind::gic_init, only_arm64, Side::guest, Takes::nothing, false,
     "the guest's driver sets up its GIC: every SPI level, disabled, inactive; then it is on",
     "drivers/irqchip/irq-gic.c, gic_dist_init(); irq-gic-v3.c, gic_dist_init()"},
    {"clear-pending", Kind::clear_pending, only_arm64, Side::guest, Takes::nothing, false,
     "ICPENDR of every SPI: what was latched is forgotten, as some guests' start-up does it",
     "Arm IHI 0048B, 4.3.8"},
    {"set-type", Kind::set_type, only_arm64, Side::guest, Takes::line, false,
     "ICFGR: the line gets its trigger type",
     "drivers/irqchip/irq-gic-common.c, gic_configure_irq()"},
    {"set-affinity", Kind::set_affinity, any_arch, Side::guest, Takes::line_and_vcpu, false,
     "irq_set_affinity(): the line moves to the vCPU `value`",
     "kernel/irq/manage.c, irq_set_affinity(); drivers/irqchip, gic_set_affinity()"},
    {"system-reset", Kind::system_reset, only_arm64, Side::guest, Takes::nothing, false,
     "the guest asks the VMM for a reset and waits until it is done",
     "arch/arm64/kvm/psci.c, kvm_psci_system_reset()"},
});

}  // namespace

std::span<const OperationInfo> operations() {
  return all_operations;
}

}  // namespace irqloom
