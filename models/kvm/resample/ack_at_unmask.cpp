// The reviewer's alternative and the first proof of concept: an EOI of a masked pin calls no ack
// notifier; the unmask does (KVM list, 2022-07-06 and the discussion of v1).
#include "models/kvm/resample/policy.h"

namespace irqloom {

namespace {

// kvm_notify_acked_irq() comes back to kvm_ioapic_set_irq(), which takes ioapic->lock again.
const ResamplePolicy::Register locked{{"ack-at-unmask",
                                       "a masked EOI's ack runs at the unmask, under ioapic->lock",
                                       "KVM list, discussion of v1, July 2022",
                                       {.skips_ack_when_masked = true},
                                       &make_policy<ResamplePolicy>}};

const ResamplePolicy::Register unlocked{{"ack-at-unmask-unlocked",
                                         "the same with ioapic->lock dropped around the ack",
                                         "KVM list, proof of concept of 2022-07-06",
                                         {.skips_ack_when_masked = true, .drops_lock_to_ack = true},
                                         &make_policy<ResamplePolicy>}};

}  // namespace

}  // namespace irqloom
