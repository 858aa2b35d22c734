#include "models/kvm/resample/register_and_fire.h"

#include <utility>

#include "models/kvm/resampler.h"
#include "models/kvm/vm.h"

namespace irqloom {

RegisterAndFire::RegisterAndFire(Fabric& fabric, Resampler& resampler, ResamplePolicy& policy,
                                 std::string source)
    : resampler_(resampler),
      policy_(policy),
      routine_(fabric.routine<&RegisterAndFire::register_and_fire>(
          *this, "kvm_register_and_fire_irq_mask_notifier", std::move(source))) {}

// kvm->irq_lock is held around the chip's lock. It keeps nobody out whom resampler_lock lets in.
void RegisterAndFire::note_order(Exec& x) {
  x.lock(resampler_.kvm().irq_lock());
  x.pass_lock(resampler_.kvm().mask_lock());
  x.unlock(resampler_.kvm().irq_lock());
}

void RegisterAndFire::register_and_fire(Exec& x, Frame& self, PolicyLocals& f) {
  ROUTINE();
  note_order(x);
  LOCK(resampler_.kvm().mask_lock(), "add to mask_notifier_list, fire", cost("kvm.ioapic"),
       calls(resampler_.kvm()));
  x.set(resampler_.state()).hears_mask = 1;
  f.masked = resampler_.is_pin_masked(x) ? 1 : 0;
  CALL(policy_.mask_changed(x, f.masked != 0));
  STEP("drop ioapic->lock");
  x.unlock(resampler_.kvm().mask_lock());
  STEP("add to irq_ack_notifier_list", cost("kvm.assign"), calls(resampler_));
  x.pass_lock(resampler_.kvm().irq_lock());
  x.set(resampler_.state()).registered = 1;
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
