// The halves of a vCPU's entry and exit that concern the virtual GIC: kvm_vgic_flush_hwstate() and
// kvm_vgic_sync_hwstate(). arch/arm64/kvm/vgic/vgic.c, vgic-v2.c and vgic-v3.c, Linux 6.1.192,
// where the two versions differ in the layout of list registers only.
#include <algorithm>

#include "models/irqchip/gic_irq.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "models/kvm/vgic/vgic.h"

namespace irqloom {

// --- entry --------------------------------------------------------------------------------------

// vgic_irq_cmp(): active ones first, then what is enabled and pending, by priority.
void Vgic::vgic_sort_ap_list(Exec& x, unsigned vcpu) {
  VgicApList& list = x.set(ap_lists_[vcpu]);
  const auto less = [&](std::uint8_t a, std::uint8_t b) {
    const VgicIrq& p = x.get(irqs_[a - 1U]);
    const VgicIrq& q = x.get(irqs_[b - 1U]);
    if (p.active != 0 || q.active != 0) return p.active > q.active;
    const bool p_due = p.enabled != 0 && irq_is_pending(p);
    const bool q_due = q.enabled != 0 && irq_is_pending(q);
    if (!p_due || !q_due) return p_due && !q_due;
    return p.priority < q.priority;
  };
  std::stable_sort(list.irq, list.irq + list.size, less);
}

// An active level interrupt is never shown pending as well: software resamples it at its EOI.
void Vgic::vgic_populate_lr(Exec& x, unsigned vcpu, unsigned n, unsigned at) {
  const VgicIrq& irq = x.get(irqs_[n]);
  ListRegister lr;
  lr.irq = static_cast<std::uint8_t>(n + 1);
  lr.priority = irq.priority;
  lr.group = irq.group;
  bool allow_pending = true;
  if (irq.active != 0) lr.state |= lr_active;
  if (irq.config == vgic_config_level) {
    lr.eoi = 1;
    allow_pending = irq.active == 0;
  }
  if (allow_pending && irq_is_pending(irq)) {
    lr.state |= lr_pending;
    if (irq.config == vgic_config_edge) x.set(irqs_[n]).pending_latch = 0;
  }
  x.set(vcpus_[vcpu]->interface().lr(at)) = lr;
}

Call Vgic::kvm_vgic_flush_hwstate(Exec& x, unsigned vcpu) {
  // A look without the lock: whoever fills the list makes a request, which is checked later.
  if (x.get(ap_lists_[vcpu]).size == 0) return Call::done();
  return x.call<ApListLocals>(flush_, {.vcpu = static_cast<std::uint8_t>(vcpu)});
}

void Vgic::flush_routine(Exec& x, Frame& self, ApListLocals& f) {
  ROUTINE();
  LOCK(ap_list_locks_[f.vcpu], "ap_list_lock: populate the list registers", cost("kvm.vgic"),
       calls(*this));
  if (x.get(ap_lists_[f.vcpu]).size > vcpus_[f.vcpu]->interface().nr_lr()) {
    vgic_sort_ap_list(x, f.vcpu);
  }
  for (;;) {
    f.irq = static_cast<std::uint8_t>(x.get(ap_lists_[f.vcpu]).irq[f.i] - 1);
    pass_lock_irqsave(x, irq_locks_[f.irq]);
    if (vgic_target_oracle(x, f.irq) == f.vcpu + 1) {
      vgic_populate_lr(x, f.vcpu, f.irq, f.count);
      ++f.count;
    }
    ++f.i;
    if (f.count == vcpus_[f.vcpu]->interface().nr_lr() || f.i == x.get(ap_lists_[f.vcpu]).size) {
      break;
    }
    STEP("irq_lock: populate the next list register", cost("kvm.vgic"), calls(*this));
  }
  end_flush(x, f);
  x.unlock(ap_list_locks_[f.vcpu]);
  RETURN(0);
  ROUTINE_END();
}

void Vgic::end_flush(Exec& x, const ApListLocals& f) {
  VirtualCpuInterface& interface = vcpus_[f.vcpu]->interface();
  VcpuInterface& s = x.set(interface.state());
  s.used_lrs = f.count;
  s.underflow = f.count == interface.nr_lr() && f.i < x.get(ap_lists_[f.vcpu]).size ? 1 : 0;
  for (unsigned n = f.count; n < interface.nr_lr(); ++n) {
    if (x.get(interface.lr(n)).irq != 0) x.set(interface.lr(n)) = ListRegister{};
  }
}

// --- exit ---------------------------------------------------------------------------------------

bool Vgic::lr_signals_eoi_mi(Exec& x, unsigned vcpu, unsigned at) const {
  const ListRegister& lr = x.get(vcpus_[vcpu]->interface().lr(at));
  return lr.state == 0 && lr.eoi != 0;
}

void Vgic::fold_lr_state(Exec& x, unsigned vcpu, unsigned at) {
  ListRegister& lr = x.set(vcpus_[vcpu]->interface().lr(at));
  const unsigned n = lr.irq - 1U;
  pass_lock_irqsave(x, irq_locks_[n]);
  VgicIrq& irq = x.set(irqs_[n]);
  irq.active = (lr.state & lr_active) != 0 ? 1 : 0;
  if (irq.config == vgic_config_edge && (lr.state & lr_pending) != 0) irq.pending_latch = 1;
  if (irq.config == vgic_config_level && lr.state == 0) irq.pending_latch = 0;
  lr = ListRegister{};
}

Call Vgic::kvm_vgic_sync_hwstate(Exec& x, unsigned vcpu) {
  // No other context takes an interrupt off this list, so an empty one means unused registers.
  if (x.get(ap_lists_[vcpu]).size == 0) return Call::done();
  return x.call<ApListLocals>(sync_, {.vcpu = static_cast<std::uint8_t>(vcpu)});
}

// Whoever waits for the EOI is told before the interrupt loses its active state, without irq_lock.
void Vgic::sync_routine(Exec& x, Frame& self, ApListLocals& f) {
  ROUTINE();
  f.count = x.get(vcpus_[f.vcpu]->interface().state()).used_lrs;
  for (f.i = 0; f.i < f.count; ++f.i) {
    if (lr_signals_eoi_mi(x, f.vcpu, f.i)) {
      f.irq = x.get(vcpus_[f.vcpu]->interface().lr(f.i)).irq;
      CALL(kvm_.notify_acked_irq(x, config_.spis[f.irq - 1U] - gic::first_spi));
    }
    STEP("irq_lock: fold a list register", cost("kvm.vgic"), calls(*this), calls(kvm_));
    fold_lr_state(x, f.vcpu, f.i);
  }
  if (f.count != 0) {
    x.set(vcpus_[f.vcpu]->interface().state()).used_lrs = 0;
    x.set(vcpus_[f.vcpu]->interface().state()).underflow = 0;
  }
  CALL(x.call<ApListLocals>(prune_, {.vcpu = f.vcpu}));
  LOCAL("pruned");
  RETURN(0);
  ROUTINE_END();
}

void Vgic::prune_routine(Exec& x, Frame& self, ApListLocals& f) {
  ROUTINE();
  for (;;) {
    LOCK(ap_list_locks_[f.vcpu], "ap_list_lock: prune", cost("kvm.vgic"), calls(*this));
    f.target = static_cast<std::uint8_t>(f.vcpu + 1);
    f.i = 0;
    while (f.i < x.get(ap_lists_[f.vcpu]).size) {
      f.irq = static_cast<std::uint8_t>(x.get(ap_lists_[f.vcpu]).irq[f.i] - 1);
      pass_lock_irqsave(x, irq_locks_[f.irq]);
      f.target = vgic_target_oracle(x, f.irq);
      if (f.target == 0) {
        remove(x, f.vcpu, f.irq);
      } else if (f.target == f.vcpu + 1) {
        ++f.i;
      } else {
        break;
      }
      if (f.i == x.get(ap_lists_[f.vcpu]).size) break;
      STEP("irq_lock: keep, remove or move the next one", cost("kvm.vgic"), calls(*this));
    }
    x.unlock(ap_list_locks_[f.vcpu]);
    if (f.i == x.get(ap_lists_[f.vcpu]).size) break;
    // It moves: both lists, the one of the lower vCPU first, and what was seen is looked at again.
    f.count = std::min<std::uint8_t>(f.vcpu, static_cast<std::uint8_t>(f.target - 1));
    LOCK(ap_list_locks_[f.count], "ap_list_lock of the lower vCPU", cost("kvm.vgic"), calls(*this));
    f.count = std::max<std::uint8_t>(f.vcpu, static_cast<std::uint8_t>(f.target - 1));
    LOCK_NESTED(ap_list_locks_[f.count], "ap_list_lock of the other vCPU: move it",
                cost("kvm.vgic"), calls(*this));
    f.count = 0;
    if (vgic_target_oracle(x, f.irq) == f.target && x.get(irqs_[f.irq]).vcpu == f.vcpu + 1) {
      remove(x, f.vcpu, f.irq);
      append(x, f.target - 1U, f.irq);
      f.count = 1;
    }
    x.unlock(ap_list_locks_[f.target - 1U]);
    x.unlock(ap_list_locks_[f.vcpu]);
    if (f.count != 0) CALL(vcpus_[f.target - 1U]->kick(x));
    LOCAL("moved");
  }
  RETURN(0);
  ROUTINE_END();
}

bool Vgic::kvm_vgic_vcpu_pending_irq(Exec& x, unsigned vcpu) const {
  if (x.get(dist_).enabled == 0) return false;
  const VcpuInterface& interface = x.get(vcpus_[vcpu]->interface().state());
  const VgicApList& list = x.get(ap_lists_[vcpu]);
  return std::any_of(list.irq, list.irq + list.size, [&](std::uint8_t n) {
    const VgicIrq& irq = x.get(irqs_[n - 1U]);
    return irq_is_pending(irq) && irq.enabled != 0 && irq.active == 0 &&
           irq.priority < interface.pmr;
  });
}

}  // namespace irqloom
