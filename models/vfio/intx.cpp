#include "models/vfio/intx.h"

#include "models/events.h"

namespace irqloom {

namespace {

const char* const intrs_c = "drivers/vfio/pci/vfio_pci_intrs.c, Linux 6.1.192";

}  // namespace

VfioIntx::VfioIntx(const sc_core::sc_module_name& module_name, Fabric& fabric, bool pci_2_3,
                   bool listens_to_mask)
    : Module(module_name, fabric),
      pci_2_3_(pci_2_3),
      state_(fabric.reserve<VfioIntxState>(std::string(name()))),
      listens_to_mask_(listens_to_mask),
      irqlock_(fabric.lock(std::string(name()) + ".irqlock", "vdev->irqlock", LockKind::spin)),
      label_(fabric.name(name())),
      handler_(fabric.routine<&VfioIntx::vfio_intx_handler>(*this, "vfio_intx_handler", intrs_c)),
      unmask_(fabric.routine<&VfioIntx::unmask_handler>(*this, "vfio_pci_intx_unmask_handler",
                                                        intrs_c)),
      forward_(fabric.routine<&VfioIntx::forwarded_mask>(
          *this, "vfio_intx_forwarded_mask", "proposal: forward mask events, KVM list 2022-07-15")),
      resend_(std::make_unique<WorkItem>(
          fabric, std::string(name()) + ".resend", "host kernel",
          fabric.routine<&VfioIntx::resend>(*this, "vfio_send_intx_eventfd", intrs_c))),
      virqfd_(
          std::make_unique<Virqfd>(fabric, std::string(name()) + ".unmask", *this, resend_.get())) {
  action.bind(*this);
  unmask_virqfd.bind(*virqfd_);
  if (listens_to_mask_) {
    forwarded_ = fabric.reserve<ForwardedMaskState>(std::string(name()) + ".forwarded");
  }
  fabric.at_reset([this](World& w) { w.mut(state_) = VfioIntxState{}; });
}

Call VfioIntx::handler(Exec& x) {
  return x.call<IntxLocals>(handler_);
}

Call VfioIntx::thread_fn(Exec& /*x*/) {
  return Call::done(irq_none);
}

void VfioIntx::vfio_intx_handler(Exec& x, Frame& self, IntxLocals& f) {
  ROUTINE();
  LOCK_IRQ(irqlock_, "mask if it is ours", cost("config.rmw"), writes(state_), calls(device),
           calls(host_line));
  if (!pci_2_3_) {
    CALL(host_line->disable_irq_nosync(x));
    STEP("ctx->masked := 1", writes(state_));
    x.set(state_).masked = 1;
    f.ret = irq_handled;
  } else if (x.get(state_).masked == 0 && device->check_and_mask_intx(x)) {
    x.set(state_).masked = 1;
    f.ret = irq_handled;
  }
  if (f.ret == irq_handled) x.emit(event::vfio_intx_mask, {label_});
  x.unlock_irq(irqlock_);
  if (f.ret == irq_handled) {
    STEP("signal the trigger", reads(state_), calls(trigger));
    if (x.get(state_).virq_disabled == 0) CALL(trigger->signal(x));
    LOCAL("IRQ_HANDLED");
  }
  RETURN(f.ret);
  ROUTINE_END();
}

// It may not signal the trigger from here (the nested signal would be dropped): the re-send is left
// to a work item.
Call VfioIntx::virqfd_handler(Exec& x) {
  if (listens_to_mask_ && x.get(forwarded_).masked != 0) {
    x.set(forwarded_).pending = 1;
    return Call::done();
  }
  return x.call<IntxLocals>(unmask_);
}

// Returns 1 when the device still asserts and the caller must signal the trigger again.
void VfioIntx::unmask_handler(Exec& x, Frame& self, IntxLocals& f) {
  ROUTINE();
  LOCK_IRQ(irqlock_, "unmask unless it still asserts", cost("config.rmw"), writes(state_),
           calls(device), calls(host_line));
  if (x.get(state_).masked != 0 && x.get(state_).virq_disabled == 0) {
    if (!pci_2_3_) {
      CALL(host_line->enable_irq(x));
      STEP("ctx->masked := 0", writes(state_));
      x.set(state_).masked = 0;
      x.emit(event::vfio_intx_unmask, {label_});
    } else {
      f.ret = unmask_pci_2_3(x) ? 0 : 1;
    }
  }
  x.unlock_irq(irqlock_);
  RETURN(f.ret);
  ROUTINE_END();
}

bool VfioIntx::unmask_pci_2_3(Exec& x) {
  if (!device->check_and_unmask_intx(x)) return false;
  x.set(state_).masked = 0;
  x.emit(event::vfio_intx_unmask, {label_});
  return true;
}

void VfioIntx::take_ioctls() {
  if (takes_ioctls_) return;
  takes_ioctls_ = true;
  mask_ = fabric_.routine<&VfioIntx::mask_routine>(*this, "vfio_pci_intx_mask", intrs_c);
  unmask_now_ = fabric_.routine<&VfioIntx::unmask_routine>(*this, "vfio_pci_intx_unmask", intrs_c);
}

Call VfioIntx::mask(Exec& x) {
  return x.call(mask_);
}

void VfioIntx::mask_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK_IRQ(irqlock_, "mask unless masked", cost("config.rmw"), writes(state_), calls(device),
           calls(host_line));
  if (x.get(state_).masked == 0) {
    if (pci_2_3_) {
      device->set_intx_disable(x, true);
    } else {
      CALL(host_line->disable_irq_nosync(x));
      STEP("ctx->masked := 1", writes(state_));
    }
    x.set(state_).masked = 1;
    x.emit(event::vfio_intx_mask, {label_});
  }
  x.unlock_irq(irqlock_);
  RETURN(0);
  ROUTINE_END();
}

Call VfioIntx::unmask(Exec& x) {
  return x.call(unmask_now_);
}

// A device that still asserts stays masked, and the ioctl signals the trigger itself.
void VfioIntx::unmask_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCAL("unmask");
  CALL(x.call<IntxLocals>(unmask_));
  STEP("signal the trigger if it is wanted", reads(state_), calls(trigger));
  if (self.result != 0 && x.get(state_).virq_disabled == 0) CALL(trigger->signal(x));
  LOCAL("done");
  RETURN(0);
  ROUTINE_END();
}

void VfioIntx::resend(Exec& x, Frame& self) {
  ROUTINE();
  STEP("signal the trigger again", reads(state_), calls(trigger));
  if (x.get(state_).virq_disabled == 0) CALL(trigger->signal(x));
  LOCAL("done");
  RETURN(0);
  ROUTINE_END();
}

Call VfioIntx::mask_changed(Exec& x, bool masked) {
  return x.call<IntxLocals>(forward_, {.ret = static_cast<std::uint8_t>(masked ? 1 : 0)});
}

// The listener decides under its own lock: it remembers an unmask request that comes while the
// guest has the interrupt masked, and honours it when the guest unmasks. f.ret: masked.
void VfioIntx::forwarded_mask(Exec& x, Frame& self, IntxLocals& f) {
  ROUTINE();
  LOCK_IRQ(irqlock_, "note the guest's mask", writes(forwarded_));
  {
    ForwardedMaskState& s = x.set(forwarded_);
    s.masked = f.ret;
    f.ret = static_cast<std::uint8_t>(s.masked == 0 && s.pending != 0);
    if (s.masked == 0) s.pending = 0;
  }
  x.unlock_irq(irqlock_);
  if (f.ret != 0) {
    CALL(x.call<IntxLocals>(unmask_));
    STEP("schedule the re-send if it is wanted", calls(*resend_));
    if (self.result != 0) resend_->schedule(x);
  }
  RETURN(0);
  ROUTINE_END();
}

void VfioIntx::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  if (listens_to_mask_) footprint.writes.push_back(range(forwarded_));
  resend_->touches(footprint);
  virqfd_->touches(footprint);
}

}  // namespace irqloom
