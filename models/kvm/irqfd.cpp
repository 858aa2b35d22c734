#include "models/kvm/irqfd.h"

#include <cerrno>

#include "models/events.h"
#include "models/kvm/resample/policy.h"

namespace irqloom {

namespace {

const char* const eventfd_c = "virt/kvm/eventfd.c, Linux 6.1.192";

}  // namespace

Irqfd::Irqfd(const sc_core::sc_module_name& module_name, Fabric& fabric, KvmVm& kvm,
             Eventfd& eventfd, unsigned waiter_index, unsigned gsi, Resampler* resampler,
             unsigned member)
    : Module(module_name, fabric),
      kvm_(kvm),
      eventfd_(eventfd),
      waiter_index_(waiter_index),
      gsi_(gsi),
      resampler_(resampler),
      member_(member),
      state_(fabric.reserve<IrqfdState>(std::string(name()))),
      resampler_lock_(kvm.resampler_lock()),
      inject_(std::make_unique<WorkItem>(
          fabric, std::string(name()) + ".inject", "kvm",
          fabric.routine<&Irqfd::irqfd_inject>(*this, "irqfd_inject", eventfd_c), "work.hop",
          kvm.work_stack_bytes())),
      wakeup_(fabric.routine<&Irqfd::irqfd_wakeup>(*this, "irqfd_wakeup", eventfd_c)),
      assign_(fabric.routine<&Irqfd::kvm_irqfd_assign>(*this, "kvm_irqfd_assign", eventfd_c)),
      resampler_shutdown_(fabric.routine<&Irqfd::irqfd_resampler_shutdown>(
          *this, "irqfd_resampler_shutdown", eventfd_c)) {
  waiter.bind(*this);
  inject_->begins_with(kvm);
  kvm.attach(*this);
  fabric.at_reset([this](World& w) { w.mut(state_) = reset_; });
}

void Irqfd::can_go() {
  if (shutdown_) return;
  deassign_ = fabric_.routine<&Irqfd::kvm_irqfd_deassign>(*this, "kvm_irqfd_deassign", eventfd_c);
  shutdown_ = std::make_unique<WorkItem>(
      fabric_, std::string(name()) + ".shutdown", "kvm",
      fabric_.routine<&Irqfd::irqfd_shutdown>(*this, "irqfd_shutdown", eventfd_c), "work.hop",
      kvm_.work_stack_bytes());
}

Call Irqfd::wake(Exec& x, PollKey key) {
  if (key == PollKey::hup) {
    deactivate(x);
    return Call::done();
  }
  eventfd_.drain(x);
  x.emit(event::irqfd_wakeup, {gsi_});
  if (x.get(state_).active != 0 && kvm_.can_set_irq_inatomic(x, gsi_)) return x.call(wakeup_);
  inject_->schedule(x);
  return Call::done(1);  // An exclusive waiter: the event is consumed.
}

void Irqfd::irqfd_wakeup(Exec& x, Frame& self) {
  ROUTINE();
  CALL(kvm_.set_irq_inatomic(x, source_userspace, gsi_));
  LOCAL("injected");
  RETURN(1);
  ROUTINE_END();
}

void Irqfd::deactivate(Exec& x) {
  x.pass_lock_irq(kvm_.irqfds_lock());
  if (x.get(state_).active == 0) return;
  x.set(state_).active = 0;
  shutdown_->schedule(x);
}

Call Irqfd::assign(Exec& x) {
  return x.call<AssignLocals>(assign_);
}

Call Irqfd::deassign(Exec& x) {
  return x.call<DeassignLocals>(deassign_);
}

// The route is looked up now, not when the eventfd was signalled.
void Irqfd::irqfd_inject(Exec& x, Frame& self) {
  ROUTINE();
  x.emit(event::irqfd_inject, {gsi_});
  if (resampler_ != nullptr) {
    CALL(kvm_.set_irq(x, source_irqfd_resample, gsi_, true));
  } else {
    CALL(kvm_.set_irq(x, source_userspace, gsi_, true));
    STEP("the pulse's other half", calls(kvm_));
    CALL(kvm_.set_irq(x, source_userspace, gsi_, false));
  }
  LOCAL("done");
  RETURN(0);
  ROUTINE_END();
}

// Active before hooked, and hooked before the count is sampled: a signal is either seen by the
// sample or delivered to the hooked waiter, or both. The file is held meanwhile, so that the
// eventfd does not end; inside of irq_srcu, so that a shutdown finds all of it done.
void Irqfd::kvm_irqfd_assign(Exec& x, Frame& self, AssignLocals& f) {
  ROUTINE();
  if (kvm_.is_dead(x)) {
    RETURN(-EIO);
  }
  if (!kvm_.intc_initialized(x)) {
    RETURN(-EAGAIN);
  }
  if (eventfd_.is_closed(x)) {
    RETURN(-EBADF);
  }
  eventfd_.get_file(x);
  if (resampler_ != nullptr) {
    LOCK(resampler_lock_, "take resampler_lock", cost("kvm.assign"), calls(kvm_));
    if (!resampler_->is_listed(x)) {
      x.set(resampler_->state()).listed = 1;
      CALL(resampler_->policy().register_notifiers(x));
      LOCAL("registered");
    }
    STEP("append to resampler->list", cost("kvm.assign"), calls(kvm_));
    ++x.set(resampler_->state()).entries[member_];
    CALL(kvm_.irq_srcu().synchronize(x));
    STEP("drop resampler_lock");
    x.unlock(resampler_lock_);
  }
  STEP_WHEN(is_shut_down(x), "add to irqfds.items, copy the route", cost("kvm.assign"),
            writes(state_), calls(kvm_), of_shutdown());
  x.pass_lock_irq(kvm_.irqfds_lock());
  if (kvm_.has_irqfd_on(x, eventfd_)) {
    if (resampler_ != nullptr) CALL(x.call(resampler_shutdown_));
    STEP("drop the file", calls(eventfd_));
    CALL(eventfd_.put_file(x));
    LOCAL("refused");
    RETURN(-EBUSY);
  }
  f.srcu = kvm_.irq_srcu().read_lock(x);
  x.set(state_).active = 1;
  LOCK_IRQ(eventfd_.lock(), "vfs_poll: hook the wait queue", cost("kvm.assign"), calls(eventfd_));
  eventfd_.add_wait_queue(x, waiter_index_);
  x.unlock_irq(eventfd_.lock());
  // Without wqh.lock: a signaller may have counted and not yet called the hooked waiter (K-R9).
  STEP("vfs_poll: sample the count", cost("kvm.assign"), calls(eventfd_));
  f.events = eventfd_.count(x) != 0 ? 1 : 0;
  STEP("inject what was pending already", cost("kvm.assign"), calls(*inject_), calls(eventfd_),
       calls(kvm_.irq_srcu()));
  if (f.events != 0) inject_->schedule(x);
  kvm_.irq_srcu().read_unlock(x, f.srcu);
  CALL(eventfd_.put_file(x));
  LOCAL("assigned");
  RETURN(0);
  ROUTINE_END();
}

void Irqfd::kvm_irqfd_deassign(Exec& x, Frame& self, DeassignLocals& f) {
  ROUTINE();
  if (eventfd_.is_closed(x)) {
    RETURN(-EBADF);
  }
  STEP("irqfd_deactivate", cost("kvm.assign"), writes(state_), calls(*shutdown_),
       kvm_.of_shutdowns());
  deactivate(x);
  f.shutdowns = kvm_.shutdowns(x);
  SLEEP_WHEN((kvm_.shutdowns(x) & f.shutdowns) == 0, "flush_workqueue(irqfd_cleanup_wq)",
             kvm_.of_shutdowns());
  RETURN(0);
  ROUTINE_END();
}

// From the removal on no new event is scheduled, because a signaller holds wqh.lock until he has
// called the waiter; what was scheduled before is waited for; nobody raises the line after it was
// lowered.
void Irqfd::irqfd_shutdown(Exec& x, Frame& self) {
  ROUTINE();
  CALL(kvm_.irq_srcu().synchronize(x));
  LOCK_IRQ(eventfd_.lock(), "eventfd_ctx_remove_wait_queue", cost("kvm.assign"), calls(eventfd_));
  eventfd_.remove_wait_queue(x, waiter_index_);
  x.unlock_irq(eventfd_.lock());
  SLEEP_WHEN(inject_->is_idle(x), "flush_work(inject)", calls(*inject_));
  if (resampler_ != nullptr) CALL(x.call(resampler_shutdown_));
  LOCAL("done");
  RETURN(0);
  ROUTINE_END();
}

void Irqfd::irqfd_resampler_shutdown(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(resampler_lock_, "take resampler_lock", cost("kvm.assign"), calls(kvm_));
  --x.set(resampler_->state()).entries[member_];
  if (!resampler_->is_empty(x) || !kvm_.resample_entry().traits.merges_grace_periods) {
    CALL(kvm_.irq_srcu().synchronize(x));
  }
  STEP("the last one unlinks the resampler", calls(kvm_));
  if (resampler_->is_empty(x)) {
    x.set(resampler_->state()).listed = 0;
    CALL(resampler_->policy().unregister_notifiers(x));
    STEP("lower the line", cost("kvm.assign"), calls(kvm_));
    kvm_.ack_notifiers_changed(x);
    CALL(kvm_.set_irq(x, source_irqfd_resample, gsi_, false));
    LOCAL("the line is lowered");
  }
  STEP("drop resampler_lock");
  x.unlock(resampler_lock_);
  RETURN(0);
  ROUTINE_END();
}

Calls Irqfd::of_shutdown() const {
  if (shutdown_ == nullptr) return {};
  return calls(*shutdown_);
}

void Irqfd::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  footprint.writes.push_back(range(eventfd_.state()));
  inject_->touches(footprint);
  if (shutdown_ != nullptr) shutdown_->touches(footprint);
  kvm_.touches(footprint);
}

}  // namespace irqloom
