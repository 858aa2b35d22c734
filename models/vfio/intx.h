// vfio-pci's INTx: masks the device (PCI 2.3) or the line at every interrupt, signals the trigger
// eventfd, and unmasks when the resamplefd says so.
//
// drivers/vfio/pci/vfio_pci_intrs.c, Linux 6.1.192 (with the fixes of 2024).
#pragma once

#include <memory>

#include "models/eventfd/eventfd.h"
#include "models/module.h"
#include "models/seam.h"
#include "models/vfio/virqfd.h"
#include "sim/core/work.h"

namespace irqloom {

struct VfioIntxState {
  std::uint8_t masked = 0;         ///< ctx->masked
  std::uint8_t virq_disabled = 0;  ///< The guest's view of INTx Disable.
};

struct IntxLocals {
  std::uint8_t ret = 0;
  std::uint8_t reserved[3] = {};
};

/// Only for listeners of forwarded mask events: the guest's mask and an unmask that waits for it.
struct ForwardedMaskState {
  std::uint8_t masked = 0;
  std::uint8_t pending = 0;
};

/// What forwarded mask events tell the listener (policy forward-mask); see kvm/resample.
class MaskListenerIf : virtual public sc_core::sc_interface, virtual public Touches {
 public:
  /// The guest masked or unmasked the interrupt; called under ioapic->lock.
  virtual Call mask_changed(Exec& x, bool masked) = 0;
};

/// `pci_2_3`: the device has a working INTx Disable, so the host line may be shared; otherwise the
/// line is disabled at the controller.
class VfioIntx : public Module, public ActionIf, public VirqfdHandlerIf, public MaskListenerIf {
 public:
  sc_core::sc_export<ActionIf> action;
  /// The unmask virqfd: what the resamplefd wakes.
  sc_core::sc_export<WakeIf> unmask_virqfd;
  sc_core::sc_port<IntxIf> device;
  sc_core::sc_port<SignalIf> trigger;
  sc_core::sc_port<IrqLineIf> host_line;

  VfioIntx(const sc_core::sc_module_name& name, Fabric& fabric, bool pci_2_3, bool listens_to_mask);

  Call handler(Exec& x) override;
  Call thread_fn(Exec& x) override;
  /// vfio_pci_intx_unmask_handler(), unless forwarded mask events say that the guest is not ready.
  Call virqfd_handler(Exec& x) override;
  Call mask_changed(Exec& x, bool masked) override;
  void touches(Footprint& footprint) const override;

  // VFIO_DEVICE_SET_IRQS with no data, in the context of the VMM that calls. Only after
  // take_ioctls(), during elaboration.

  void take_ioctls();

  Call mask(Exec& x);
  Call unmask(Exec& x);

  Slot<VfioIntxState> state() const { return state_; }
  /// What the resamplefd wakes.
  Virqfd& virqfd() { return *virqfd_; }
  WorkItem& resend_work() { return *resend_; }

 private:
  void vfio_intx_handler(Exec& x, Frame& self, IntxLocals& f);
  void unmask_handler(Exec& x, Frame& self, IntxLocals& f);
  void mask_routine(Exec& x, Frame& self);
  void unmask_routine(Exec& x, Frame& self);
  void resend(Exec& x, Frame& self);
  void forwarded_mask(Exec& x, Frame& self, IntxLocals& f);
  bool unmask_pci_2_3(Exec& x);

  bool pci_2_3_;
  Slot<VfioIntxState> state_;
  Slot<ForwardedMaskState> forwarded_;
  bool listens_to_mask_;
  Lock irqlock_;
  std::int64_t label_;
  RoutineId handler_;
  RoutineId unmask_;
  RoutineId forward_;
  bool takes_ioctls_ = false;
  RoutineId mask_ = 0;
  RoutineId unmask_now_ = 0;
  std::unique_ptr<WorkItem> resend_;
  std::unique_ptr<Virqfd> virqfd_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::VfioIntxState, IRQLOOM_FLAG(masked), IRQLOOM_FLAG(virq_disabled));
IRQLOOM_FIELDS(irqloom::ForwardedMaskState, IRQLOOM_FLAG(masked), IRQLOOM_FLAG(pending));
IRQLOOM_FIELDS(irqloom::IntxLocals, IRQLOOM_NUMBER(ret), IRQLOOM_NUMBER(reserved));
