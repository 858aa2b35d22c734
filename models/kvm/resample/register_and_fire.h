// kvm_register_and_fire_irq_mask_notifier(), version 2 of the fix (KVM list, 2022-08-05): who wants
// to hear of the mask is registered and told of the present one under the chip's lock, so that no
// change is missed between the two. Then the ack notifier follows.
#pragma once

#include "models/kvm/resample/policy.h"

namespace irqloom {

class RegisterAndFire {
 public:
  /// `policy`, which owns this object, hears of the mask by mask_changed(); `source` is where it
  /// was proposed.
  RegisterAndFire(Fabric& fabric, Resampler& resampler, ResamplePolicy& policy, std::string source);

  /// As ResamplePolicy::register_notifiers().
  Call operator()(Exec& x) const { return x.call<PolicyLocals>(routine_, {}); }

 private:
  void note_order(Exec& x);
  void register_and_fire(Exec& x, Frame& self, PolicyLocals& f);

  Resampler& resampler_;
  ResamplePolicy& policy_;
  RoutineId routine_;
};

}  // namespace irqloom
