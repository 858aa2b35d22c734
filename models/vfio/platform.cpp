#include "models/vfio/platform.h"

#include "models/events.h"

namespace irqloom {

namespace {

const char* const irq_c = "drivers/vfio/platform/vfio_platform_irq.c, Linux 6.1.192";

}  // namespace

VfioPlatform::VfioPlatform(const sc_core::sc_module_name& module_name, Fabric& fabric, bool level)
    : Module(module_name, fabric),
      level_(level),
      state_(fabric.reserve<VfioPlatformState>(std::string(name()))),
      lock_(fabric.lock(std::string(name()) + ".lock", "irq_ctx->lock", LockKind::spin)),
      label_(fabric.name(name())),
      automasked_(fabric.routine<&VfioPlatform::vfio_automasked_irq_handler>(
          *this, "vfio_automasked_irq_handler", irq_c)),
      edge_(fabric.routine<&VfioPlatform::vfio_irq_handler>(*this, "vfio_irq_handler", irq_c)),
      unmask_(fabric.routine<&VfioPlatform::unmask_handler>(*this, "vfio_platform_unmask_handler",
                                                            irq_c)),
      mask_(fabric.routine<&VfioPlatform::mask_routine>(*this, "vfio_platform_mask", irq_c)),
      set_trigger_(
          fabric.routine<&VfioPlatform::set_trigger_routine>(*this, "vfio_set_trigger", irq_c)),
      virqfd_(std::make_unique<Virqfd>(fabric, std::string(name()) + ".unmask", *this, nullptr)) {
  action.bind(*this);
  unmask_virqfd.bind(*virqfd_);
  fabric.at_reset([this](World& w) { w.mut(state_) = reset_; });
}

Call VfioPlatform::handler(Exec& x) {
  return level_ ? x.call<VfioPlatformLocals>(automasked_) : x.call(edge_);
}

Call VfioPlatform::thread_fn(Exec& /*x*/) {
  return Call::done(irq_none);
}

// Unlike vfio-pci's handler of a line without INTx Disable, this one looks at `masked`.
void VfioPlatform::vfio_automasked_irq_handler(Exec& x, Frame& self, VfioPlatformLocals& f) {
  ROUTINE();
  LOCK_IRQ(lock_, "mask unless masked", writes(state_), calls(host_line));
  if (x.get(state_).masked == 0) {
    CALL(host_line->disable_irq_nosync(x));
    STEP("irq_ctx->masked := true", writes(state_));
    x.set(state_).masked = 1;
    x.emit(event::vfio_platform_mask, {label_});
    f.ret = irq_handled;
  }
  x.unlock_irq(lock_);
  if (f.ret == irq_handled) {
    STEP("signal the trigger", calls(trigger));
    CALL(trigger->signal(x));
    LOCAL("IRQ_HANDLED");
  }
  RETURN(f.ret);
  ROUTINE_END();
}

void VfioPlatform::vfio_irq_handler(Exec& x, Frame& self) {
  ROUTINE();
  STEP("signal the trigger", calls(trigger));
  CALL(trigger->signal(x));
  LOCAL("IRQ_HANDLED");
  RETURN(irq_handled);
  ROUTINE_END();
}

// Runs in the context of whoever signalled the resamplefd: in a guest's exit.
Call VfioPlatform::virqfd_handler(Exec& x) {
  return x.call<VfioPlatformLocals>(unmask_);
}

// Unconditional: nobody looks at the device. A wire that is still high interrupts again at once.
void VfioPlatform::unmask_handler(Exec& x, Frame& self, VfioPlatformLocals& /*f*/) {
  ROUTINE();
  LOCK_IRQ(lock_, "unmask if masked", writes(state_), calls(host_line));
  if (x.get(state_).masked != 0) {
    CALL(host_line->enable_irq(x));
    STEP("irq_ctx->masked := false", writes(state_));
    x.set(state_).masked = 0;
    x.emit(event::vfio_platform_unmask, {label_});
  }
  x.unlock_irq(lock_);
  RETURN(0);
  ROUTINE_END();
}

Call VfioPlatform::unmask(Exec& x) {
  return x.call<VfioPlatformLocals>(unmask_);
}

Call VfioPlatform::mask(Exec& x) {
  return x.call<VfioPlatformLocals>(mask_);
}

void VfioPlatform::mask_routine(Exec& x, Frame& self, VfioPlatformLocals& /*f*/) {
  ROUTINE();
  LOCK_IRQ(lock_, "mask unless masked", writes(state_), calls(host_line));
  if (x.get(state_).masked == 0) {
    CALL(host_line->disable_irq_nosync(x));
    STEP("irq_ctx->masked := true", writes(state_));
    x.set(state_).masked = 1;
    x.emit(event::vfio_platform_mask, {label_});
  }
  x.unlock_irq(lock_);
  RETURN(0);
  ROUTINE_END();
}

Call VfioPlatform::set_trigger(Exec& x) {
  return x.call(set_trigger_);
}

// The line may be high already: then the first interrupt comes before the ioctl returns.
void VfioPlatform::set_trigger_routine(Exec& x, Frame& self) {
  ROUTINE();
  STEP("irq_ctx->trigger := eventfd, enable_irq", writes(state_), calls(host_line));
  if (x.get(state_).trigger == 0) {
    x.set(state_).trigger = 1;
    CALL(host_line->enable_irq(x));
    LOCAL("enabled");
  }
  RETURN(0);
  ROUTINE_END();
}

void VfioPlatform::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  virqfd_->touches(footprint);
}

}  // namespace irqloom
