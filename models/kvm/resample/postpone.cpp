#include "models/kvm/resample/postpone.h"

#include "models/cost.h"
#include "models/kvm/resampler.h"

namespace irqloom {

Postpone::Postpone(Fabric& fabric, Resampler& resampler)
    : ResamplePolicy(fabric, resampler),
      ack_(fabric.routine<&Postpone::postponing_ack>(*this, "irqfd_resampler_ack",
                                                     "KVM list 2022-07-15 and 2022-08-05")),
      mask_(fabric.routine<&Postpone::mask_notify>(*this, "irqfd_resampler_mask_notify",
                                                   "KVM list 2022-07-15 and 2022-08-05")) {}

Call Postpone::ack(Exec& x) {
  return x.call<PolicyLocals>(ack_, {});
}

Call Postpone::mask_changed(Exec& x, bool masked) {
  return x.call<PolicyLocals>(mask_, {.masked = static_cast<std::uint8_t>(masked ? 1 : 0)});
}

// The de-assert stays where it was; only the notification is postponed.
void Postpone::postponing_ack(Exec& x, Frame& self, PolicyLocals& f) {
  ROUTINE();
  CALL(resampler_.lower(x));
  LOCK(resampler_.lock(), "postpone if masked", cost(costs::kvm_ioapic), calls(resampler_));
  if (x.get(resampler_.state()).masked != 0) {
    x.set(resampler_.state()).pending = 1;
  } else {
    f.notify = 1;
  }
  x.unlock(resampler_.lock());
  if (f.notify != 0) CALL(resampler_.notify_all(x));
  LOCAL("done");
  RETURN(0);
  ROUTINE_END();
}

bool Postpone::note_mask(Exec& x, bool masked) {
  ResamplerState& s = x.set(resampler_.state());
  const bool notify = !masked && s.pending != 0;
  s.masked = masked ? 1 : 0;
  if (notify || forgets_at_mask()) s.pending = 0;
  return notify;
}

void Postpone::mask_notify(Exec& x, Frame& self, PolicyLocals& f) {
  ROUTINE();
  LOCK(resampler_.lock(), "note the mask", cost(costs::kvm_ioapic), calls(resampler_));
  f.notify = note_mask(x, f.masked != 0) ? 1 : 0;
  x.unlock(resampler_.lock());
  if (f.notify != 0) CALL(resampler_.notify_all(x));
  LOCAL("done");
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
