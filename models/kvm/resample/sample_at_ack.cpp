// Discussed and rejected: the ack notifier samples the mask itself (KVM list, discussion of v1).
// The chip's lock cannot be held together with resampler->lock in this order, so the guest can
// unmask between the sample and the note (K-R25).
#include "models/kvm/resample/policy.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vm.h"

namespace irqloom {

namespace {

class SampleAtAck : public ResamplePolicy {
 public:
  SampleAtAck(Fabric& fabric, Resampler& resampler)
      : ResamplePolicy(fabric, resampler),
        ack_(fabric.routine<&SampleAtAck::sampling_ack>(*this, "irqfd_resampler_ack",
                                                        "KVM list, discussion of v1, July 2022")),
        mask_(fabric.routine<&SampleAtAck::mask_notify>(*this, "irqfd_resampler_mask_notify",
                                                        "KVM list, discussion of v1, July 2022")),
        register_(fabric.routine<&SampleAtAck::register_both>(
            *this, "kvm_irqfd_assign", "KVM list, discussion of v1, July 2022")) {}

  Call ack(Exec& x) override { return x.call(ack_, PolicyLocals{}); }
  Call mask_changed(Exec& x, bool masked) override {
    return x.call(mask_, PolicyLocals{.masked = static_cast<std::uint8_t>(masked ? 1 : 0)});
  }
  Call register_notifiers(Exec& x) override { return x.call(register_, PolicyLocals{}); }

 private:
  void sampling_ack(Exec& x, Frame& self, PolicyLocals& f) {
    ROUTINE();
    CALL(resampler_.lower(x));
    LOCK(resampler_.kvm().mask_lock(), "kvm_irq_is_masked", cost("kvm.ioapic"),
         calls(resampler_.kvm()));
    f.masked = resampler_.is_pin_masked(x) ? 1 : 0;
    x.unlock(resampler_.kvm().mask_lock());
    LOCK(resampler_.lock(), "postpone if it was masked", cost("kvm.ioapic"), calls(resampler_));
    if (f.masked != 0) x.set(resampler_.state()).pending = 1;
    x.unlock(resampler_.lock());
    if (f.masked == 0) CALL(resampler_.notify_all(x));
    LOCAL("done");
    RETURN(0);
    ROUTINE_END();
  }

  void mask_notify(Exec& x, Frame& self, PolicyLocals& f) {
    ROUTINE();
    LOCK(resampler_.lock(), "an unmask takes up what was postponed", cost("kvm.ioapic"),
         calls(resampler_));
    if (f.masked == 0 && x.get(resampler_.state()).pending != 0) {
      x.set(resampler_.state()).pending = 0;
      f.notify = 1;
    }
    x.unlock(resampler_.lock());
    if (f.notify != 0) CALL(resampler_.notify_all(x));
    LOCAL("done");
    RETURN(0);
    ROUTINE_END();
  }

  void register_both(Exec& x, Frame& self, PolicyLocals& /*f*/) {
    ROUTINE();
    STEP("add to irq_ack_notifier_list", cost("kvm.assign"), calls(resampler_));
    x.pass_lock(resampler_.kvm().irq_lock());
    x.set(resampler_.state()).registered = 1;
    STEP("add to mask_notifier_list", cost("kvm.assign"), calls(resampler_));
    x.pass_lock(resampler_.kvm().irq_lock());
    x.set(resampler_.state()).hears_mask = 1;
    RETURN(0);
    ROUTINE_END();
  }

  RoutineId ack_;
  RoutineId mask_;
  RoutineId register_;
};

const ResamplePolicy::Register registered{
    {"sample-at-ack",
     "the ack notifier samples the mask and postpones while masked",
     "KVM list, discussion of v1, July 2022",
     {.watches_mask = true},
     &make_policy<SampleAtAck>}};

}  // namespace

}  // namespace irqloom
