// All event types of the models: the kernel's tracepoints with the kernel's names, fields and print
// formats, and our own (system "irqloom") where the kernel has none.
// Formats: include/trace/events/{irq,kvm}.h and arch/x86/kvm/trace.h of Linux 6.1.
#pragma once

#include "sim/core/event.h"

namespace irqloom::event {

// System "irq": include/trace/events/irq.h.
extern const EventType irq_handler_entry;  ///< irq, name
extern const EventType irq_handler_exit;   ///< irq, ret

// System "kvm": include/trace/events/kvm.h and arch/x86/kvm/trace.h.
extern const EventType kvm_set_irq;                 ///< gsi, level, irq_source_id
extern const EventType kvm_ack_irq;                 ///< irqchip, pin
extern const EventType kvm_ioapic_set_irq;          ///< pin, dst, vec, mode (a name), coalesced
extern const EventType kvm_ioapic_delayed_eoi_inj;  ///< dst, vec, mode (a name)
extern const EventType kvm_apic_accept_irq;         ///< apicid, vec, mode (a name)
extern const EventType kvm_eoi;                     ///< apicid, vector
extern const EventType kvm_inj_virq;                ///< vector
extern const EventType kvm_entry;                   ///< vcpu_id
extern const EventType kvm_exit;                    ///< vcpu_id, reason (a name)

// The same system on arm64: arch/arm64/kvm/trace_arm.h and vgic/trace.h.
extern const EventType vgic_update_irq_pending;  ///< vcpu_id, irq, level
extern const EventType kvm_irq_line;             ///< type (a name), its number, vcpu, irq, level
extern const EventType kvm_entry_arm64;          ///< kvm_entry
extern const EventType kvm_exit_arm64;           ///< kvm_exit: ret (a name), esr_ec (a name)

// System "irqloom": the seams that the kernel does not trace. A `line` is the name of an interrupt
// line (IrqDesc), a `device` the name of a device.
extern const EventType raise;                 ///< device: it has new work
extern const EventType wire;                  ///< device, level: what it drives
extern const EventType work_found;            ///< line, device: a handler saw unserved work
extern const EventType work_none;             ///< line, device: a handler looked and saw none
extern const EventType work_served;           ///< device
extern const EventType eventfd_signal;        ///< eventfd, count
extern const EventType eventfd_nested;        ///< eventfd: dropped signal
extern const EventType irqfd_wakeup;          ///< gsi
extern const EventType irqfd_inject;          ///< gsi
extern const EventType irqfd_resample;        ///< gsi: the resamplefds are notified
extern const EventType ioapic_inject;         ///< pin, origin (InjectOrigin): a message was sent
extern const EventType vfio_intx_mask;        ///< device
extern const EventType vfio_intx_unmask;      ///< device
extern const EventType vfio_platform_mask;    ///< device
extern const EventType vfio_platform_unmask;  ///< device
extern const EventType device_reset;          ///< device
extern const EventType operation_result;      ///< operation, error (errno, 0: none)
extern const EventType irq_mask;              ///< line
extern const EventType irq_unmask;            ///< line
extern const EventType pass_begin;            ///< line: a flow handler enters its actions
extern const EventType pass_end;              ///< line
extern const EventType thread_wake;           ///< line, action: RUNTHREAD was clear and is set
extern const EventType thread_begin;          ///< line, action
extern const EventType thread_end;            ///< line, action
extern const EventType unbalanced_enable;     ///< line
extern const EventType nobody_cared;          ///< line: the spurious detector disabled it
extern const EventType wakeup_abort;          ///< line: a wakeup interrupt aborts the suspend
extern const EventType suspend_result;        ///< line, aborted: pm_wakeup_pending()
extern const EventType driver_report;         ///< device, valid: what a driver passes on

/// Which code sent the interrupt of a pin of KVM's IOAPIC: the label of a spurious entry.
enum InjectOrigin : std::int64_t {
  inject_set_irq = 0,     ///< kvm_ioapic_set_irq -> ioapic_set_irq
  inject_write_indirect,  ///< ioapic_write_indirect
  inject_eoi,             ///< kvm_ioapic_update_eoi_one
  inject_delayed,         ///< kvm_ioapic_eoi_inject_work
  inject_retrigger        ///< apic_retrigger_irq: the guest, to itself
};

}  // namespace irqloom::event
