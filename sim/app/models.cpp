#include "sim/app/models.h"

#include <iterator>

namespace irqloom::app {

namespace {

// Sorted.
const ModelInfo rows[] = {
    {"eventfd/eventfd", "an eventfd: counter, wake walk, dropped nested signals",
     "fs/eventfd.c, Linux 6.1"},
    {"genirq/affinity", "irq_set_affinity() of a line, now or in its next interrupt",
     "kernel/irq/manage.c and migration.c, Linux 6.1"},
    {"genirq/desc",
     "an interrupt line of the generic IRQ layer: flow handlers, shared and threaded actions",
     "kernel/irq/{chip,handle,manage,resend,spurious,pm}.c, Linux 6.1"},
    {"genirq/entry", "a CPU takes an interrupt and runs its flow handler",
     "arch/x86/kernel/irq.c, Linux 6.1"},
    {"genirq/free_irq", "free_irq() of a line's only action", "kernel/irq/manage.c, Linux 6.1"},
    {"genirq/gic_entry", "a CPU takes interrupts from a GIC until none is pending",
     "drivers/irqchip/irq-gic.c, Linux 6.1"},
    {"genirq/thread", "the thread of a threaded interrupt", "kernel/irq/manage.c, Linux 6.1"},
    {"guest/driver", "a driver in the guest, with a primary or a threaded handler", "the scenario"},
    {"guest/gic_chip", "the guest's irqchip over KVM's virtual GIC, and its driver's start-up",
     "drivers/irqchip/irq-gic.c, irq-gic-common.c, Linux 6.1"},
    {"guest/ioapic_chip", "the guest's irqchip over KVM's IOAPIC: accesses and EOIs exit",
     "arch/x86/kernel/apic/io_apic.c, Linux 6.1"},
    {"guest/raw_line", "a guest whose mask, EOI and unmask share no lock", "the scenario"},
    {"irqchip/apic_bus", "carries interrupt messages to the local APICs", "Intel SDM volume 3"},
    {"irqchip/gic_base", "what GICv2 and GICv3 share: the life of an interrupt, its selection",
     "ARM IHI 0048B.b, chapter 3; ARM IHI 0069H, chapter 4"},
    {"irqchip/gic_chip", "the host's irqchip over a GIC",
     "drivers/irqchip/irq-gic.c, irq-gic-v3.c, Linux 6.1"},
    {"irqchip/gic_eoimode1_chip", "the same with EOImode 1: EOIR at the entry, DIR at the end",
     "drivers/irqchip/irq-gic.c, irq-gic-v3.c, Linux 6.1"},
    {"irqchip/gicv2", "a GICv2: distributor and memory-mapped CPU interfaces",
     "ARM IHI 0048B.b, chapters 3 and 4"},
    {"irqchip/gicv3", "a GICv3: distributor, redistributors, CPU interfaces as system registers",
     "ARM IHI 0069H"},
    {"irqchip/ioapic", "an I/O APIC with remote IRR and its register bank",
     "Intel 82093AA datasheet"},
    {"irqchip/ioapic_chip", "the host's irqchip over the I/O APIC",
     "arch/x86/kernel/apic/io_apic.c, Linux 6.1"},
    {"irqchip/lapic", "a local APIC: IRR, ISR, TPR, EOI", "Intel SDM volume 3"},
    {"kvm/apic_page", "a vCPU's local APIC as its guest accesses it: registers, EOI, IPIs, LINT0",
     "arch/x86/kvm/lapic.c, Linux 6.1"},
    {"kvm/arm_vcpu", "a virtual CPU on arm64: its thread, entries, exits, kicks",
     "arch/arm64/kvm/arm.c, Linux 6.1"},
    {"kvm/i8259", "KVM's 8259 pair with its edge/level control registers",
     "arch/x86/kvm/i8259.c, Linux 6.1"},
    {"kvm/ioapic", "KVM's IOAPIC: both critical sections of an EOI, throttle, latched irr",
     "arch/x86/kvm/ioapic.c, Linux 6.1"},
    {"kvm/irqfd", "an irqfd: assign, deassign, wake-up, inject work",
     "virt/kvm/eventfd.c, Linux 6.1"},
    {"kvm/kvm", "GSI routing, kvm_set_irq(), ack and mask notifiers",
     "virt/kvm/irqchip.c, virt/kvm/eventfd.c, Linux 6.1"},
    {"kvm/kvm_arm64", "a VM on arm64: ioctls, GSI routing to SPIs, KVM_IRQ_LINE",
     "arch/arm64/kvm/arm.c, vgic/vgic-kvm-device.c, vgic-irqfd.c, Linux 6.1"},
    {"kvm/resampler", "the resamplers of a GSI", "virt/kvm/eventfd.c, Linux 6.1"},
    {"kvm/vcpu", "a virtual CPU: entries, exits, kicks", "arch/x86/kvm/x86.c, Linux 6.1"},
    {"kvm/vgic/cpu_interface", "list registers and the guest's CPU interface that they make",
     "ARM IHI 0048B.b, chapter 5; ARM IHI 0069H, chapter 6"},
    {"kvm/vgic/vgic", "KVM's virtual GIC: injection, ap_list, flush, fold, prune, distributor",
     "arch/arm64/kvm/vgic/, Linux 6.1"},
    {"kvm/vm", "what every VM has: kvm_set_irq(), ack notifiers",
     "virt/kvm/irqchip.c, virt/kvm/eventfd.c, Linux 6.1"},
    {"kvm/vm_ioctls", "what KVM's ioctls on an x86 VM refuse",
     "virt/kvm/eventfd.c, arch/x86/kvm/x86.c, Linux 6.1"},
    {"kvm/whole_irqchip",
     "routing tables of every kind, EOI exits, the clock's status, the I/O APIC's registers",
     "virt/kvm/irqchip.c, arch/x86/kvm/{ioapic,irq_comm}.c, Linux 6.1"},
    {"pci/device", "a device with INTx and PCI 2.3's command and status bits, or with a bare wire",
     "PCI Local Bus 2.3, 6.2.2 and 6.2.3"},
    {"pci/wire", "a level interrupt line", "PCI Local Bus 2.3, 2.2.6"},
    {"vfio/intx", "VFIO's INTx: mask at the device or at the controller, virqfd",
     "drivers/vfio/pci/vfio_pci_intrs.c, Linux 6.1"},
    {"vfio/platform", "vfio-platform's interrupts: automasked level, edge, virqfd",
     "drivers/vfio/platform/vfio_platform_irq.c, Linux 6.1"},
    {"vfio/platform_release", "a vfio-platform device is closed: with or without a reset, free_irq",
     "drivers/vfio/platform/vfio_platform_common.c, Linux 6.1"},
    {"vmm/emulated_device", "a device of the VMM's own, by KVM_IRQ_LINE",
     "Documentation/virt/kvm/api.rst"},
    {"vmm/gic_reset", "the VMM writes the virtual GIC's registers at a system reset",
     "hw/intc/arm_gic_kvm.c, arm_gicv3_kvm.c, QEMU 7.2"},
    {"vmm/held_line", "a device of the VMM's own on arm64, by KVM_IRQ_LINE",
     "Documentation/virt/kvm/api.rst"},
    {"vmm/main_thread", "a start-up step by step: vCPUs, virtual GIC, vm_start",
     "softmmu/cpus.c, runstate.c, QEMU 7.2"},
    {"vmm/process_exit", "the VMM is killed: its files are closed, the VM is gone; a second start",
     "kernel/exit.c, virt/kvm/kvm_main.c, Linux 6.1"},
    {"vmm/script", "what a VMM thread or a guest task does in order", "the scenario"},
    {"vmm/user_handler", "the VMM handles a device's eventfd itself, with KVM_IRQ_LINE",
     "hw/vfio/platform.c, QEMU 7.2"},
};

}  // namespace

const std::vector<ModelInfo>& models() {
  static const std::vector<ModelInfo> table(std::begin(rows), std::end(rows));
  return table;
}

}  // namespace irqloom::app
