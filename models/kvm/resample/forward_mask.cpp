// Suggested in the notes of v1: mask and unmask events are forwarded to the owner of the
// resamplefd, which decides under its own lock when to unmask the device (KVM list, 2022-07-15).
#include "models/kvm/resample/policy.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vm.h"

namespace irqloom {

namespace {

class ForwardMask : public ResamplePolicy {
 public:
  ForwardMask(Fabric& fabric, Resampler& resampler)
      : ResamplePolicy(fabric, resampler),
        register_(fabric.routine<&ForwardMask::register_and_forward>(
            *this, "kvm_irqfd_assign_resampler", "KVM list 2022-07-15")) {}

  Call mask_changed(Exec& x, bool masked) override { return resampler_.forward_mask(x, masked); }
  Call register_notifiers(Exec& x) override { return x.call<PolicyLocals>(register_, {}); }

 private:
  void register_and_forward(Exec& x, Frame& self, PolicyLocals& /*f*/) {
    ROUTINE();
    LOCK(resampler_.kvm().mask_lock(), "add to mask_notifier_list, forward the mask",
         cost("kvm.ioapic"), calls(resampler_.kvm()));
    x.set(resampler_.state()).hears_mask = 1;
    CALL(resampler_.forward_mask(x, resampler_.is_pin_masked(x)));
    STEP("drop ioapic->lock");
    x.unlock(resampler_.kvm().mask_lock());
    STEP("add to irq_ack_notifier_list", cost("kvm.assign"), calls(resampler_));
    x.set(resampler_.state()).registered = 1;
    RETURN(0);
    ROUTINE_END();
  }

  RoutineId register_;
};

const ResamplePolicy::Register registered{
    {"forward-mask",
     "mask and unmask events are forwarded to the listener, which decides",
     "KVM list 2022-07-15, notes of v1",
     {.watches_mask = true},
     &make_policy<ForwardMask>}};

}  // namespace

}  // namespace irqloom
