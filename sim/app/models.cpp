#include "sim/app/models.h"

namespace irqloom::app {

const std::vector<ModelInfo>& models() {
  static const std::vector<ModelInfo> table = {
      {"eventfd/eventfd", "an eventfd: counter, wake walk, dropped nested signals",
       "fs/eventfd.c, Linux 6.1"},
      {"genirq/desc",
       "an interrupt line of the generic IRQ layer: flow handlers, shared and threaded actions",
       "kernel/irq/{chip,handle,manage,resend,spurious,pm}.c, Linux 6.1"},
      {"genirq/entry", "a CPU takes an interrupt and runs its flow handler",
       "arch/x86/kernel/irq.c, Linux 6.1"},
      {"genirq/thread", "the thread of a threaded interrupt", "kernel/irq/manage.c, Linux 6.1"},
      {"guest/driver", "a driver in the guest, with a primary or a threaded handler",
       "the scenario"},
      {"guest/ioapic_chip", "the guest's irqchip over KVM's IOAPIC: accesses and EOIs exit",
       "arch/x86/kernel/apic/io_apic.c, Linux 6.1"},
      {"guest/raw_line", "a guest whose mask, EOI and unmask share no lock", "the scenario"},
      {"irqchip/apic_bus", "carries interrupt messages to the local APICs", "Intel SDM volume 3"},
      {"irqchip/gic_base", "what GICv2 and GICv3 share: the life of an interrupt, its selection",
       "ARM IHI 0048B.b, chapter 3; ARM IHI 0069H, chapter 4"},
      {"irqchip/gicv2", "a GICv2: distributor and memory-mapped CPU interfaces",
       "ARM IHI 0048B.b, chapters 3 and 4"},
      {"irqchip/gicv3", "a GICv3: distributor, redistributors, CPU interfaces as system registers",
       "ARM IHI 0069H"},
      {"irqchip/ioapic", "an I/O APIC with remote IRR and its register bank",
       "Intel 82093AA datasheet"},
      {"irqchip/ioapic_chip", "the host's irqchip over the I/O APIC",
       "arch/x86/kernel/apic/io_apic.c, Linux 6.1"},
      {"irqchip/lapic", "a local APIC: IRR, ISR, TPR, EOI", "Intel SDM volume 3"},
      {"kvm/ioapic", "KVM's IOAPIC: both critical sections of an EOI, throttle, latched irr",
       "arch/x86/kvm/ioapic.c, Linux 6.1"},
      {"kvm/irqfd", "an irqfd: assign, deassign, wake-up, inject work",
       "virt/kvm/eventfd.c, Linux 6.1"},
      {"kvm/kvm", "GSI routing, kvm_set_irq(), ack and mask notifiers",
       "virt/kvm/irqchip.c, virt/kvm/eventfd.c, Linux 6.1"},
      {"kvm/resampler", "the resamplers of a GSI", "virt/kvm/eventfd.c, Linux 6.1"},
      {"kvm/vcpu", "a virtual CPU: entries, exits, kicks", "arch/x86/kvm/x86.c, Linux 6.1"},
      {"pci/device",
       "a device with INTx and PCI 2.3's command and status bits, or with a bare wire",
       "PCI Local Bus 2.3, 6.2.2 and 6.2.3"},
      {"pci/wire", "a level interrupt line", "PCI Local Bus 2.3, 2.2.6"},
      {"vfio/intx", "VFIO's INTx: mask at the device or at the controller, virqfd",
       "drivers/vfio/pci/vfio_pci_intrs.c, Linux 6.1"},
      {"vmm/emulated_device", "a device of the VMM's own, by KVM_IRQ_LINE",
       "Documentation/virt/kvm/api.rst"},
      {"vmm/script", "what a VMM thread or a guest task does in order", "the scenario"},
  };
  return table;
}

}  // namespace irqloom::app
