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
          *this, "irqfd_resampler_shutdown", eventfd_c)),
      deassign_(
          fabric.routine<&Irqfd::kvm_irqfd_deassign>(*this, "kvm_irqfd_deassign", eventfd_c)) {
  waiter.bind(*this);
  inject_->begins_with(kvm);
  kvm.attach(*this);
  fabric.at_reset([this](World& w) { w.mut(state_) = reset_; });
}

Call Irqfd::wake(Exec& x) {
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

Call Irqfd::assign(Exec& x) {
  return x.call<AssignLocals>(assign_);
}

Call Irqfd::deassign(Exec& x) {
  return x.call(deassign_);
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
// sample or delivered to the hooked waiter, or both.
void Irqfd::kvm_irqfd_assign(Exec& x, Frame& self, AssignLocals& f) {
  ROUTINE();
  if (kvm_.is_dead(x)) {
    RETURN(-EIO);
  }
  if (!kvm_.intc_initialized(x)) {
    RETURN(-EAGAIN);
  }
  if (resampler_ != nullptr) {
    LOCK(resampler_lock_, "take resampler_lock", cost("kvm.assign"), calls(kvm_));
    if (!resampler_->is_registered(x)) {
      CALL(resampler_->policy().register_notifiers(x));
      LOCAL("registered");
    }
    STEP("append to resampler->list", cost("kvm.assign"), calls(kvm_));
    f.was_member = (x.get(resampler_->state()).members >> member_ & 1) != 0 ? 1 : 0;
    x.set(resampler_->state()).members |= static_cast<std::uint16_t>(1U << member_);
    STEP_WHEN(x.get(kvm_.state()).ack_readers == 0, "synchronize_srcu", cost("kvm.srcu"),
              calls(kvm_));
    x.unlock(resampler_lock_);
  }
  STEP("add to irqfds.items, copy the route", cost("kvm.assign"), writes(state_), calls(kvm_));
  if (kvm_.has_irqfd_on(x, eventfd_)) {
    if (resampler_ != nullptr && f.was_member == 0) CALL(x.call(resampler_shutdown_));
    LOCAL("refused");
    RETURN(-EBUSY);
  }
  x.set(state_).active = 1;
  STEP("vfs_poll: hook the wait queue", cost("kvm.assign"), calls(eventfd_));
  eventfd_.hook(x, waiter_index_);
  // Without wqh.lock: a signaller may have counted and not yet called the hooked waiter (K-R9).
  STEP("vfs_poll: sample the count", cost("kvm.assign"), calls(eventfd_));
  f.events = eventfd_.count(x) != 0 ? 1 : 0;
  STEP("inject what was pending already", cost("kvm.assign"), calls(*inject_));
  if (f.events != 0) inject_->schedule(x);
  RETURN(0);
  ROUTINE_END();
}

void Irqfd::kvm_irqfd_deassign(Exec& x, Frame& self) {
  ROUTINE();
  STEP("deactivate", cost("kvm.assign"), writes(state_));
  x.set(state_).active = 0;
  STEP("irqfd_shutdown: drain and unhook", cost("kvm.assign"), calls(eventfd_));
  eventfd_.drain(x);
  eventfd_.unhook(x, waiter_index_);
  STEP_WHEN(inject_->is_idle(x), "flush_work(inject)", calls(*inject_));
  if (resampler_ != nullptr) CALL(x.call(resampler_shutdown_));
  LOCAL("done");
  RETURN(0);
  ROUTINE_END();
}

void Irqfd::irqfd_resampler_shutdown(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(resampler_lock_, "take resampler_lock", cost("kvm.assign"), calls(kvm_));
  x.set(resampler_->state()).members &= static_cast<std::uint16_t>(~(1U << member_));
  STEP_WHEN(x.get(kvm_.state()).ack_readers == 0, "synchronize_srcu", cost("kvm.srcu"),
            calls(kvm_));
  if (x.get(resampler_->state()).members == 0) {
    x.set(resampler_->state()).registered = 0;
    x.set(resampler_->state()).hears_mask = 0;
    kvm_.ack_notifiers_changed(x);
    CALL(kvm_.set_irq(x, source_irqfd_resample, gsi_, false));
    LOCAL("the line is lowered");
  }
  STEP("drop resampler_lock");
  x.unlock(resampler_lock_);
  RETURN(0);
  ROUTINE_END();
}

void Irqfd::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  footprint.writes.push_back(range(eventfd_.state()));
  inject_->touches(footprint);
  kvm_.touches(footprint);
}

}  // namespace irqloom
