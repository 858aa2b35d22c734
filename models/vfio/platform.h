// vfio-platform's interrupt: a level one masks its host line at every interrupt, and unmasks when
// the resamplefd says so; an edge one only signals.
//
// drivers/vfio/platform/vfio_platform_irq.c, Linux 6.1.192: every interrupt is requested at open,
// disabled; VFIO_DEVICE_SET_IRQS with a trigger enables it.
#pragma once

#include <memory>

#include "models/module.h"
#include "models/seam.h"
#include "models/vfio/virqfd.h"

namespace irqloom {

struct VfioPlatformState {
  std::uint8_t masked = 0;   ///< irq_ctx->masked
  std::uint8_t trigger = 0;  ///< irq_ctx->trigger is set.
};

struct VfioPlatformLocals {
  std::uint8_t ret = 0;
  std::uint8_t reserved[3] = {};
};

class VfioPlatform : public Module, public ActionIf, public VirqfdHandlerIf {
 public:
  sc_core::sc_export<ActionIf> action;
  /// The unmask virqfd: what the resamplefd wakes.
  sc_core::sc_export<WakeIf> unmask_virqfd;
  sc_core::sc_port<SignalIf> trigger;
  sc_core::sc_port<IrqLineIf> host_line;

  /// `level`: automasked; false: edge-triggered.
  VfioPlatform(const sc_core::sc_module_name& name, Fabric& fabric, bool level);

  /// At reset the trigger is set (the host's line has to be enabled beside).
  void start_at_reset() { reset_.trigger = 1; }

  Call handler(Exec& x) override;
  Call thread_fn(Exec& x) override;
  /// vfio_platform_unmask_handler()
  Call virqfd_handler(Exec& x) override;
  void touches(Footprint& footprint) const override;

  // VFIO_DEVICE_SET_IRQS, each in the context of the VMM that calls.

  /// TRIGGER with an eventfd: from now on the device's interrupts come through.
  Call set_trigger(Exec& x);
  /// UNMASK with an eventfd, and without one: what the resamplefd wakes.
  Virqfd& virqfd() { return *virqfd_; }
  /// UNMASK with no data: unmasks now.
  Call unmask(Exec& x);
  /// MASK with no data.
  Call mask(Exec& x);

  Slot<VfioPlatformState> state() const { return state_; }

 private:
  void vfio_automasked_irq_handler(Exec& x, Frame& self, VfioPlatformLocals& f);
  void vfio_irq_handler(Exec& x, Frame& self);
  void unmask_handler(Exec& x, Frame& self, VfioPlatformLocals& f);
  void mask_routine(Exec& x, Frame& self, VfioPlatformLocals& f);
  void set_trigger_routine(Exec& x, Frame& self);

  bool level_;
  Slot<VfioPlatformState> state_;
  VfioPlatformState reset_;
  Lock lock_;
  std::int64_t label_;
  RoutineId automasked_;
  RoutineId edge_;
  RoutineId unmask_;
  RoutineId mask_;
  RoutineId set_trigger_;
  std::unique_ptr<Virqfd> virqfd_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::VfioPlatformState, IRQLOOM_FLAG(masked), IRQLOOM_FLAG(trigger));
IRQLOOM_FIELDS(irqloom::VfioPlatformLocals, IRQLOOM_NUMBER(ret), IRQLOOM_NUMBER(reserved));
