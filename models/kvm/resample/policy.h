// When is the owner of an assigned device told to look at it again? The code before the fix of
// 2023, the fix, and every alternative that was proposed. One file each, found by name.
//
// History: "irqfd: postpone resamplefd notify for oneshot interrupts", KVM list, July 2022 to March
// 2023; merged in Linux 6.3 as d583fbd7066a and fef8f2b90edb.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/module.h"

namespace irqloom {

class Resampler;

/// What a policy changes in KVM's IOAPIC. The defaults are Linux 6.1.
struct ResampleTraits {
  /// At EOI of a masked pin, kvm_notify_acked_irq() is left for the unmask.
  bool skips_ack_when_masked = false;
  /// ...which drops ioapic->lock around it.
  bool drops_lock_to_ack = false;
  /// A pending level is resampled instead of injected when its entry is written unmasked (6.3).
  bool resamples_at_unmask = false;
  /// irqfd_resampler_shutdown() of the last member waits for one grace period, that of
  /// kvm_unregister_irq_ack_notifier() (6.12).
  bool merges_grace_periods = false;
  /// Mask notifiers are registered for resamplers.
  bool watches_mask = false;
};

/// Locals of the policies' routines.
struct PolicyLocals {
  std::uint8_t masked = 0;
  std::uint8_t notify = 0;
  std::uint8_t reserved[2] = {};
};

/// How one resampler acks, hears of the mask, and is registered. The defaults are Linux 6.1.
class ResamplePolicy {
 public:
  /// `resampler` owns this object.
  ResamplePolicy(Fabric& fabric, Resampler& resampler);
  virtual ~ResamplePolicy() = default;
  ResamplePolicy(const ResamplePolicy&) = delete;
  ResamplePolicy& operator=(const ResamplePolicy&) = delete;

  /// irqfd_resampler_ack(): the ack notifier, at EOI. No chip lock is held.
  virtual Call ack(Exec& x);
  /// The mask notifier, under ioapic->lock.
  virtual Call mask_changed(Exec& x, bool masked);
  /// Registers the resampler's notifiers (KVM_IRQFD assign, under resampler_lock).
  virtual Call register_notifiers(Exec& x);
  /// Takes them off their lists, and waits for those who still call them (under resampler_lock).
  Call unregister_notifiers(Exec& x);

  // --- registry --------------------------------------------------------------------------------

  struct Entry {
    std::string_view name;
    std::string_view summary;
    std::string_view source;
    ResampleTraits traits;
    std::unique_ptr<ResamplePolicy> (*make)(Fabric& fabric, Resampler& resampler);
  };
  /// Registers a policy at static initialization.
  struct Register {
    explicit Register(const Entry& entry);
  };
  /// All policies, sorted by name.
  static std::vector<Entry> all();
  /// std::invalid_argument for an unknown name.
  static const Entry& find(std::string_view name);

 protected:
  Resampler& resampler_;

 private:
  void irqfd_resampler_ack(Exec& x, Frame& self, PolicyLocals& f);
  void register_routine(Exec& x, Frame& self, PolicyLocals& f);
  void unregister_routine(Exec& x, Frame& self);

  RoutineId ack_;
  RoutineId register_;
  RoutineId unregister_;
};

/// The factory of a policy class.
template <class Policy>
std::unique_ptr<ResamplePolicy> make_policy(Fabric& fabric, Resampler& resampler) {
  return std::make_unique<Policy>(fabric, resampler);
}

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::PolicyLocals, IRQLOOM_FLAG(masked), IRQLOOM_FLAG(notify),
               IRQLOOM_NUMBER(reserved));
