// Version 2 (KVM list, 2022-08-05): kvm_register_and_fire_irq_mask_notifier() registers and samples
// under the chip's lock, so no mask event is missed.
#include "models/kvm/resample/postpone.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vm.h"

namespace irqloom {

namespace {

class PostponeV2 : public Postpone {
 public:
  PostponeV2(Fabric& fabric, Resampler& resampler)
      : Postpone(fabric, resampler),
        register_(fabric.routine<&PostponeV2::register_and_fire>(
            *this, "kvm_register_and_fire_irq_mask_notifier", "KVM list 2022-08-05")) {}

  Call register_notifiers(Exec& x) override { return x.call<PolicyLocals>(register_, {}); }

 protected:
  bool forgets_at_mask() const override { return true; }

 private:
  void register_and_fire(Exec& x, Frame& self, PolicyLocals& f) {
    ROUTINE();
    LOCK(resampler_.kvm().mask_lock(), "add to mask_notifier_list, fire", cost("kvm.ioapic"),
         calls(resampler_.kvm()));
    x.set(resampler_.state()).hears_mask = 1;
    f.masked = resampler_.is_pin_masked(x) ? 1 : 0;
    CALL(mask_changed(x, f.masked != 0));
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
    {"postpone-v2",
     "postpone the notification while masked; register and fire atomically",
     "KVM list 2022-08-05",
     {.watches_mask = true},
     &make_policy<PostponeV2>}};

}  // namespace

}  // namespace irqloom
