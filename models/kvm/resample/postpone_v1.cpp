// Version 1 (KVM list, 2022-07-15): the mask is sampled first and the mask notifier is registered
// last, so an unmask in between is never heard of (K-R24).
#include "models/kvm/resample/postpone.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vm.h"

namespace irqloom {

namespace {

class PostponeV1 : public Postpone {
 public:
  PostponeV1(Fabric& fabric, Resampler& resampler)
      : Postpone(fabric, resampler),
        register_(fabric.routine<&PostponeV1::sample_and_register>(*this, "kvm_irqfd_assign",
                                                                   "KVM list 2022-07-15")) {}

  Call register_notifiers(Exec& x) override { return x.call<PolicyLocals>(register_, {}); }

 protected:
  bool forgets_at_mask() const override { return false; }

 private:
  void sample_and_register(Exec& x, Frame& self, PolicyLocals& /*f*/) {
    ROUTINE();
    LOCK(resampler_.kvm().mask_lock(), "kvm_irq_is_masked", cost("kvm.ioapic"),
         calls(resampler_.kvm()));
    x.set(resampler_.state()).masked = resampler_.is_pin_masked(x) ? 1 : 0;
    x.unlock(resampler_.kvm().mask_lock());
    STEP("add to irq_ack_notifier_list", cost("kvm.assign"), calls(resampler_));
    x.pass_lock(resampler_.kvm().irq_lock());
    x.set(resampler_.state()).registered = 1;
    STEP("add to mask_notifier_list", cost("kvm.assign"), calls(resampler_));
    x.pass_lock(resampler_.kvm().irq_lock());
    x.set(resampler_.state()).hears_mask = 1;
    RETURN(0);
    ROUTINE_END();
  }

  RoutineId register_;
};

const ResamplePolicy::Register registered{
    {"postpone-v1",
     "postpone the notification while masked; mask sampled before registration",
     "KVM list 2022-07-15",
     {.watches_mask = true},
     &make_policy<PostponeV1>}};

}  // namespace

}  // namespace irqloom
