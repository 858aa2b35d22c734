#include "models/events.h"

namespace irqloom::event {

using enum ArgKind;

const EventType irq_handler_entry{
    "irq", "irq_handler_entry", {{"irq"}, {"name", name}}, "irq={0} name={1}"};
const EventType irq_handler_exit{
    "irq", "irq_handler_exit", {{"irq"}, {"ret", name}}, "irq={0} ret={1}"};

const EventType kvm_set_irq{"kvm",
                            "kvm_set_irq",
                            {{"gsi"}, {"level", flag}, {"irq_source_id"}},
                            "gsi {0} level {1} source {2}"};
const EventType kvm_ack_irq{
    "kvm", "kvm_ack_irq", {{"irqchip", name}, {"pin"}}, "irqchip {0} pin {1}"};
const EventType kvm_ioapic_set_irq{
    "kvm",
    "kvm_ioapic_set_irq",
    {{"pin"}, {"dst", hex}, {"vec"}, {"mode", name}, {"coalesced", name}},
    "pin {0} dst {1} vec {2} ({3}){4}"};
const EventType kvm_ioapic_delayed_eoi_inj{"kvm",
                                           "kvm_ioapic_delayed_eoi_inj",
                                           {{"dst", hex}, {"vec"}, {"mode", name}},
                                           "dst {0} vec {1} ({2})"};
const EventType kvm_apic_accept_irq{"kvm",
                                    "kvm_apic_accept_irq",
                                    {{"apicid", hex}, {"vec"}, {"mode", name}},
                                    "apicid {0} vec {1} ({2})"};
const EventType kvm_eoi{"kvm", "kvm_eoi", {{"apicid", hex}, {"vector"}}, "apicid {0} vector {1}"};
const EventType kvm_inj_virq{"kvm", "kvm_inj_virq", {{"irq", hex}}, "IRQ 0x{0}"};
const EventType kvm_entry{"kvm", "kvm_entry", {{"vcpu_id"}}, "vcpu {0}, rip 0x0"};
const EventType kvm_exit{
    "kvm",
    "kvm_exit",
    {{"vcpu_id"}, {"exit_reason", name}, {"info2", hex}},
    "vcpu {0} reason {1} rip 0x0 info1 0x0000000000000000 info2 0x{2} intr_info 0x00000000 "
    "error_code 0x00000000"};

const EventType vgic_update_irq_pending{"kvm",
                                        "vgic_update_irq_pending",
                                        {{"vcpu_id"}, {"irq"}, {"level", flag}},
                                        "VCPU: {0}, IRQ {1}, level: {2}"};
const EventType kvm_irq_line{
    "kvm",
    "kvm_irq_line",
    {{"type", name}, {"type_number"}, {"vcpu_idx"}, {"irq_num"}, {"level", flag}},
    "Inject {0} interrupt ({1}), vcpu->idx: {2}, num: {3}, level: {4}"};
const EventType kvm_entry_arm64{"kvm", "kvm_entry", {}, "PC: 0x0000000000000000"};
const EventType kvm_exit_arm64{"kvm",
                               "kvm_exit",
                               {{"ret", name}, {"esr_ec", name}},
                               "{0}: HSR_EC: {1}, PC: 0x0000000000000000"};

const EventType raise{"irqloom", "raise", {{"device", name}}};
const EventType wire{"irqloom", "wire", {{"device", name}, {"level", flag}}};
const EventType work_found{"irqloom", "work_found", {{"line", name}, {"device", name}}};
const EventType work_none{"irqloom", "work_none", {{"line", name}, {"device", name}}};
const EventType work_served{"irqloom", "work_served", {{"device", name}}};
const EventType eventfd_signal{"irqloom", "eventfd_signal", {{"eventfd", name}, {"count"}}};
const EventType eventfd_nested{"irqloom", "eventfd_nested", {{"eventfd", name}}};
const EventType irqfd_wakeup{"irqloom", "irqfd_wakeup", {{"gsi"}}};
const EventType irqfd_inject{"irqloom", "irqfd_inject", {{"gsi"}}};
const EventType irqfd_resample{"irqloom", "irqfd_resample", {{"gsi"}}};
const EventType ioapic_inject{"irqloom", "ioapic_inject", {{"pin"}, {"origin"}}};
const EventType vfio_intx_mask{"irqloom", "vfio_intx_mask", {{"device", name}}};
const EventType vfio_intx_unmask{"irqloom", "vfio_intx_unmask", {{"device", name}}};
const EventType vfio_platform_mask{"irqloom", "vfio_platform_mask", {{"device", name}}};
const EventType vfio_platform_unmask{"irqloom", "vfio_platform_unmask", {{"device", name}}};
const EventType device_reset{"irqloom", "device_reset", {{"device", name}}};
const EventType operation_result{"irqloom", "operation_result", {{"operation", name}, {"error"}}};
const EventType irq_mask{"irqloom", "irq_mask", {{"line", name}}};
const EventType irq_unmask{"irqloom", "irq_unmask", {{"line", name}}};
const EventType pass_begin{"irqloom", "pass_begin", {{"line", name}}};
const EventType pass_end{"irqloom", "pass_end", {{"line", name}}};
const EventType thread_wake{"irqloom", "thread_wake", {{"line", name}, {"action", name}}};
const EventType thread_begin{"irqloom", "thread_begin", {{"line", name}, {"action", name}}};
const EventType thread_end{"irqloom", "thread_end", {{"line", name}, {"action", name}}};
const EventType unbalanced_enable{"irqloom", "unbalanced_enable", {{"line", name}}};
const EventType nobody_cared{"irqloom", "nobody_cared", {{"line", name}}};
const EventType wakeup_abort{"irqloom", "wakeup_abort", {{"line", name}}};
const EventType suspend_result{"irqloom", "suspend_result", {{"line", name}, {"aborted", flag}}};
const EventType driver_report{"irqloom", "driver_report", {{"device", name}, {"valid", flag}}};

}  // namespace irqloom::event
