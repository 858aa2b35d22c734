// "irqfd: postpone resamplefd notify for oneshot interrupts", v1 and v2: an ack of a masked
// interrupt is remembered and notified when the mask notifier reports the unmask.
#pragma once

#include "models/kvm/resample/policy.h"

namespace irqloom {

class Postpone : public ResamplePolicy {
 public:
  Postpone(Fabric& fabric, Resampler& resampler);
  Call ack(Exec& x) override;
  Call mask_changed(Exec& x, bool masked) override;

 protected:
  /// v2 forgets a postponed notification at any mask event; v1 only when it is sent.
  virtual bool forgets_at_mask() const = 0;

 private:
  void postponing_ack(Exec& x, Frame& self, PolicyLocals& f);
  void mask_notify(Exec& x, Frame& self, PolicyLocals& f);
  bool note_mask(Exec& x, bool masked);

  RoutineId ack_;
  RoutineId mask_;
};

}  // namespace irqloom
