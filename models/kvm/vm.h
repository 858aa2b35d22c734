// What KVM has for the interrupts of a VM whatever the architecture: kvm_set_irq(), ack notifiers,
// resamplers. An architecture adds its routing entries and the controllers behind them.
//
// virt/kvm/irqchip.c and virt/kvm/eventfd.c, Linux 6.1.192.
#pragma once

#include <string>
#include <vector>

#include "models/kvm/resample/policy.h"
#include "models/kvm/srcu.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

class Eventfd;
class Irqfd;
class Resampler;

/// Irq source ids (include/linux/kvm_host.h). ARM's controller does not tell them apart.
inline constexpr unsigned source_userspace = 0;       ///< KVM_USERSPACE_IRQ_SOURCE_ID
inline constexpr unsigned source_irqfd_resample = 1;  ///< KVM_IRQFD_RESAMPLE_IRQ_SOURCE_ID

struct AckLocals {
  std::uint16_t pin = 0;
  std::uint8_t srcu = 0;  ///< What srcu_read_lock() returned.
  std::uint8_t reserved = 0;
};

class KvmVm : public Module, public GsiIf {
 public:
  sc_core::sc_export<GsiIf> gsi;

  /// `irqchip`: the printed name of the controller whose pins are acknowledged.
  /// std::invalid_argument for an unknown policy.
  KvmVm(const sc_core::sc_module_name& name, Fabric& fabric, std::string_view irqchip,
        std::string_view resample_policy);

  /// kvm_set_irq(): looks the route up now and calls its chip. Unrouted: -1, silently.
  Call set_irq(Exec& x, unsigned source, unsigned gsi, bool level) override;
  /// kvm_notify_acked_irq(): de-asserts and notifies what is registered for the pin's GSI. The
  /// caller holds no chip lock.
  Call notify_acked_irq(Exec& x, unsigned pin);
  /// kvm_notify_irqfd_resampler() (Linux 6.3), under ioapic->lock: the walk over resampler_list.
  /// The caller is a reader of irq_srcu meanwhile, and has asked has_resampler().
  Call notify_irqfd_resampler(Exec& x, unsigned pin);
  bool has_resampler(Exec& x, unsigned pin) const;

  // --- what an architecture decides ------------------------------------------------------------

  /// How deep an irqfd's work item may call (ContextInfo::stack_bytes).
  virtual std::uint16_t work_stack_bytes() const { return 96; }
  /// kvm->vm_dead: every ioctl answers -EIO.
  virtual bool is_dead(Exec& /*x*/) const { return false; }
  /// kvm_arch_intc_initialized(): KVM_IRQFD is refused with -EAGAIN until then.
  virtual bool intc_initialized(Exec& /*x*/) const { return true; }
  /// Whether kvm_arch_set_irq_inatomic() injects in the signaller's context; otherwise it answers
  /// -EWOULDBLOCK, and the irqfd's work item does it.
  virtual bool can_set_irq_inatomic(Exec& x, unsigned gsi) const = 0;
  /// kvm_arch_set_irq_inatomic() where it does: level 1.
  virtual Call set_irq_inatomic(Exec& x, unsigned source, unsigned gsi) = 0;
  /// The lock under which pins are masked, and whether a GSI's pin is: for policies that watch the
  /// mask. std::logic_error where there are no mask notifiers.
  virtual const Lock& mask_lock() const;
  virtual bool is_masked(Exec& x, unsigned gsi) const;

  /// kvm_arch_post_irq_ack_notifier_list_update()
  virtual void ack_notifiers_changed(Exec& /*x*/) {}

  const ResamplePolicy::Entry& resample_entry() const { return resample_; }
  /// kvm->irq_srcu
  Srcu& irq_srcu() { return irq_srcu_; }
  /// kvm->irqfds.resampler_lock
  const Lock& resampler_lock() const { return resampler_lock_; }
  /// kvm->irq_lock, kvm->irqfds.lock: critical sections within one step.
  const Lock& irq_lock() const { return irq_lock_; }
  const Lock& irqfds_lock() const { return irqfds_lock_; }
  /// Called by resamplers and irqfds at elaboration. Not owned.
  void attach(Resampler& resampler) { resamplers_.push_back(&resampler); }
  void attach(const Irqfd& irqfd) { irqfds_.push_back(&irqfd); }
  const std::vector<Resampler*>& resamplers() const { return resamplers_; }
  /// Whether some irqfd of the VM waits on that eventfd: KVM_IRQFD is refused with -EBUSY then.
  bool has_irqfd_on(Exec& x, const Eventfd& eventfd) const;

  /// Which irqfds are being shut down, a bit each (at most 32 irqfds of a VM can go): what a flush
  /// of irqfd_cleanup_wq waits for, of those that were queued before it.
  std::uint32_t shutdowns(Exec& x) const;
  /// What shutdowns() reads.
  Calls of_shutdowns() const;

  void touches(Footprint& footprint) const override;

 protected:
  /// What the route of the GSI calls (kvm_set_ioapic_irq(), vgic_irqfd_set_irq()).
  virtual Call set_routed_irq(Exec& x, unsigned source, unsigned gsi, bool level) = 0;
  /// Whether kvm_irq_map_chip_pin() says that pin for this GSI.
  virtual bool leads_to(Exec& x, unsigned gsi, unsigned pin) const = 0;
  /// The walk over the ack notifiers of that pin's GSI.
  Call acked(Exec& x, unsigned pin);

 private:
  Resampler* registered_resampler(Exec& x, unsigned pin) const;
  Resampler* listed_resampler(Exec& x, unsigned pin) const;
  void ack_window(Exec& x, Frame& self, AckLocals& f);

  Srcu irq_srcu_;
  Lock resampler_lock_;
  Lock irq_lock_;
  Lock irqfds_lock_;
  std::vector<Resampler*> resamplers_;
  std::vector<const Irqfd*> irqfds_;
  std::int64_t irqchip_label_;
  RoutineId ack_window_;
  const ResamplePolicy::Entry& resample_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::AckLocals, IRQLOOM_NUMBER(pin), IRQLOOM_NUMBER(srcu),
               IRQLOOM_NUMBER(reserved));
