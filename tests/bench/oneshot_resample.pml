/* The premature resample once more, for Spin: one PCI 2.3 device, two host CPUs, two vCPUs, a Linux
 * guest with a oneshot threaded handler, and a device that raises without end. Each d_step is one
 * step of the models, so that both search the same graph; the counts must agree, not only the
 * verdicts. The code that it describes is that of models/: functions are named there.
 *
 * POLICY: 0 notifies at EOI (Linux 6.1), 1 resamples on unmask (Linux 6.3), 2 is postpone-v2.
 * spin -o2 -o3: neither hides what is only written, which is state for us, nor joins statements.
 */
#ifndef POLICY
#define POLICY 0
#endif

/* Which code injected: the label of an epoch. */
#define BY_SET_IRQ 1
#define BY_WRITE 2
#define BY_EOI 3

/* The device and the host. Its wire is up iff work && !vfio_masked: INTx Disable follows masked. */
bit work, vfio_masked;
bit host_remote_irr, host_irr, host_isr, host_tmr, host_inprogress;
bit trigger_lock, resamplefd_lock;
bit inject_pending, resend_pending;

/* KVM: the pin and its resampler. */
bit ioapic_lock, mask, remote_irr, irr, source;
bit sees_mask, postponed;

/* The guest: the local APIC of vCPU 0, the descriptor, and who occupies vCPU 0. */
bit guest_irr, guest_isr, guest_tmr;
bit desc_lock, masked, inprogress, runthread, threads_oneshot, handled_deferred;
byte threads_active;
bit in_hardirq, thread_irqs_off;
byte thread_cpu = 2; /* 2: on none */

/* The epoch whose runs are to come, and the one whose runs are under way. */
bit next_open, next_found, in_pass, current_found;
byte injected_by, next_label, next_runs, current_label, current_runs;
hidden byte K_R23, K_R27, unlabelled;

/* The thread's vCPU is its own while no hard interrupt runs there. */
#define thread_may_run (thread_cpu == 1 || !in_hardirq)

inline host_service() {
  if
  :: work && !vfio_masked && !host_remote_irr -> host_irr = 1; host_tmr = 1; host_remote_irr = 1
  :: else
  fi
}

inline service(origin) {
  if
  :: mask || remote_irr
  :: else -> guest_irr = 1; guest_tmr = 1; remote_irr = 1; injected_by = origin
  fi
}

inline service_pending() {
  if
  :: irr -> service(BY_WRITE)
  :: else
  fi
}

inline judge(found, label) {
  K_R23 = !found && label == BY_WRITE;
  K_R27 = !found && label == BY_SET_IRQ;
  unlabelled = !found && label != BY_WRITE && label != BY_SET_IRQ;
  assert(!K_R23);
  assert(!K_R27);
  assert(!unlabelled)
}

/* eventfd_signal() of the trigger: the irqfd drains the count and schedules the injection. */
inline signal_trigger() {
  d_step { !trigger_lock -> trigger_lock = 1 };
  d_step { inject_pending = 1 };
  d_step { trigger_lock = 0 }
}

/* eventfd_signal() of the resamplefd, with VFIO's virqfd as the waiter. */
inline signal_resamplefd() {
  d_step { !resamplefd_lock -> resamplefd_lock = 1 };
  d_step { true };
  d_step { true };
  d_step {
    still_up = vfio_masked && work;
    vfio_masked = still_up
  };
  d_step {
    resend_pending = resend_pending || still_up;
    still_up = 0
  };
  d_step { resamplefd_lock = 0 }
}

/* ioapic_write_indirect() with a new mask bit, and the entry into the guest after it. */
inline write_mask(new) {
#if POLICY == 0
  d_step { !ioapic_lock -> mask = new; service_pending() };
  d_step { true }
#elif POLICY == 1
  d_step {
    !ioapic_lock ->
    mask = new;
    notifies = irr && !new && !remote_irr;
    ioapic_lock = notifies;
    if
    :: notifies
    :: else -> service_pending()
    fi
  };
enter:
  if
  :: d_step { notifies -> notifies = 0 };
     signal_resamplefd();
     d_step { irr = 0; ioapic_lock = 0 };
     goto enter
  :: d_step { !notifies }
  fi
#else
  d_step { !ioapic_lock -> ioapic_lock = 1; mask = new };
  d_step {
    notifies = !new && postponed;
    sees_mask = new;
    postponed = 0
  };
notified:
  if
  :: d_step { notifies -> notifies = 0 }; signal_resamplefd(); goto notified
  :: d_step { !notifies -> service_pending(); ioapic_lock = 0 }
  fi;
  d_step { true }
#endif
}

/* kvm_notify_acked_irq() with irqfd_resampler_ack(). */
inline notify_acked() {
  d_step { !ioapic_lock -> source = 0; irr = 0 };
#if POLICY == 2
  d_step {
    notifies = !sees_mask;
    postponed = postponed || sees_mask
  };
acked:
  if
  :: d_step { notifies -> notifies = 0 }; signal_resamplefd(); goto acked
  :: d_step { !notifies }
  fi
#else
  d_step { true };
  signal_resamplefd();
  d_step { true }
#endif
}

active proctype device() {
  do
  :: d_step { true };
     d_step { !work -> work = 1; host_service() }
  od
}

/* common_interrupt() on host CPU 0: handle_fasteoi_irq() with vfio_intx_handler(). */
active proctype host_hardirq() {
  bit handled;
  do
  :: d_step { host_irr && !host_isr -> host_irr = 0; host_isr = 1 };
     d_step { host_inprogress = 1 };
     d_step { true };
     d_step { handled = work && !vfio_masked; vfio_masked = vfio_masked || handled };
     if
     :: d_step { handled }; signal_trigger(); d_step { host_inprogress = 0 }
     :: d_step { !handled -> host_inprogress = 0 }
     fi;
     d_step {
       handled = 0;
       host_isr = 0;
       host_remote_irr = 0;
       host_service()
     };
     d_step { true };
     d_step { true }
  od
}

/* schedule_work(&irqfd->inject): kvm_set_irq(source 1, level 1). */
active proctype inject_worker() {
  do
  :: d_step { inject_pending };
     d_step { inject_pending = 0 };
     d_step { !ioapic_lock -> source = 1; irr = 1; service(BY_SET_IRQ) }
  od
}

/* VFIO's re-send of the trigger. */
active proctype resend_worker() {
  do
  :: d_step { resend_pending };
     d_step { resend_pending = 0 };
     d_step { true };
     signal_trigger()
  od
}

/* common_interrupt() on vCPU 0: handle_fasteoi_irq() of a oneshot line. */
active proctype guest_hardirq() {
  bit still_up, notifies;
  do
  :: d_step {
       guest_irr && !guest_isr && !(thread_cpu == 0 && thread_irqs_off) ->
       guest_irr = 0;
       guest_isr = 1;
       in_hardirq = 1
     };
     d_step { !desc_lock -> assert(!masked && !inprogress); desc_lock = 1; masked = 1 };
     d_step { true };
     write_mask(1);
     d_step {
       inprogress = 1;
       in_pass = 1;
       if
       :: !next_open ->
          next_open = 1;
          next_found = 0;
          next_label = injected_by;
          injected_by = 0
       :: else
       fi;
       desc_lock = 0
     };
     d_step { true };
     d_step {
       if
       :: !runthread -> runthread = 1; threads_oneshot = 1; threads_active++; next_runs++
       :: else
       fi
     };
     d_step {
       !desc_lock ->
       desc_lock = 1;
       inprogress = 0;
       in_pass = 0;
       if
       :: next_open && next_runs == 0 ->
          judge(next_found, next_label);
          next_open = 0;
          next_found = 0;
          next_label = 0
       :: else
       fi
     };
     d_step { true };
     d_step { guest_isr = 0 };
     d_step { !ioapic_lock };
     notify_acked();
     d_step {
       !ioapic_lock ->
       remote_irr = 0;
       if
       :: irr -> service(BY_EOI)
       :: else
       fi
     };
     d_step { true };
     d_step { assert(threads_oneshot) };
     d_step { desc_lock = 0 };
     d_step { in_hardirq = 0 }
  od
}

inline end_run(result) {
  handled_deferred = handled_deferred || result;
  current_runs--;
  if
  :: current_runs == 0 ->
     judge(current_found, current_label);
     current_found = 0;
     current_label = 0
  :: else
  fi
}

/* irq_thread() with a driver that serves the device, and irq_finalize_oneshot(). */
active proctype guest_thread() {
  bit found, unmasks, still_up, notifies;
  do
  :: if
     :: d_step { runthread -> thread_cpu = 0 }
     :: d_step { runthread -> thread_cpu = 1 }
     fi;
     d_step {
       thread_may_run ->
       runthread = 0;
       if
       :: current_runs == 0 ->
          current_runs = next_runs;
          current_found = next_found;
          current_label = next_label;
          next_runs = 0;
          next_open = 0;
          next_found = 0;
          next_label = 0
       :: else
       fi
     };
     d_step {
       thread_may_run ->
       found = work;
       current_found = current_found || found;
       next_found = next_found || (found && in_pass)
     };
     if
     :: d_step { found && thread_may_run -> work = 0 };
        d_step { thread_may_run -> end_run(1) }
     :: d_step { !found && thread_may_run -> end_run(0) }
     fi;
     d_step {
       thread_may_run && !desc_lock && !inprogress ->
       if
       :: !runthread -> threads_oneshot = 0
       :: else
       fi;
       unmasks = !threads_oneshot && masked;
       desc_lock = unmasks;
       thread_irqs_off = unmasks;
       if
       :: unmasks -> masked = 0
       :: else -> found = 0
       fi
     };
finalized:
     if
     :: d_step { unmasks && thread_may_run -> unmasks = 0 };
        write_mask(0);
        d_step { thread_may_run -> desc_lock = 0; thread_irqs_off = 0; found = 0 };
        goto finalized
     :: d_step { !unmasks && thread_may_run -> threads_active--; thread_cpu = 2 }
     fi
  od
}
