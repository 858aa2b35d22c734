// Version 2 (KVM list, 2022-08-05): kvm_register_and_fire_irq_mask_notifier() registers and samples
// under the chip's lock, so no mask event is missed.
#include "models/kvm/resample/postpone.h"
#include "models/kvm/resample/register_and_fire.h"

namespace irqloom {

namespace {

class PostponeV2 : public Postpone {
 public:
  PostponeV2(Fabric& fabric, Resampler& resampler)
      : Postpone(fabric, resampler), register_(fabric, resampler, *this, "KVM list 2022-08-05") {}

  Call register_notifiers(Exec& x) override { return register_(x); }

 protected:
  bool forgets_at_mask() const override { return true; }

 private:
  RegisterAndFire register_;
};

const ResamplePolicy::Register registered{
    {"postpone-v2",
     "postpone the notification while masked; register and fire atomically",
     "KVM list 2022-08-05",
     {.watches_mask = true},
     &make_policy<PostponeV2>}};

}  // namespace

}  // namespace irqloom
