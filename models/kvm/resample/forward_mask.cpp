// Suggested in the notes of v1: mask and unmask events are forwarded to the owner of the
// resamplefd, which decides under its own lock when to unmask the device (KVM list, 2022-07-15).
#include "models/kvm/resample/register_and_fire.h"
#include "models/kvm/resampler.h"

namespace irqloom {

namespace {

class ForwardMask : public ResamplePolicy {
 public:
  ForwardMask(Fabric& fabric, Resampler& resampler)
      : ResamplePolicy(fabric, resampler),
        register_(fabric, resampler, *this, "KVM list 2022-07-15, notes of v1") {}

  Call mask_changed(Exec& x, bool masked) override { return resampler_.forward_mask(x, masked); }
  Call register_notifiers(Exec& x) override { return register_(x); }

 private:
  RegisterAndFire register_;
};

const ResamplePolicy::Register registered{
    {"forward-mask",
     "mask and unmask events are forwarded to the listener, which decides",
     "KVM list 2022-07-15, notes of v1",
     {.watches_mask = true},
     &make_policy<ForwardMask>}};

}  // namespace

}  // namespace irqloom
