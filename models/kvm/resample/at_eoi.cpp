// Linux up to 6.2: the resamplefd is notified at every EOI.
#include "models/kvm/resample/policy.h"

namespace irqloom {

namespace {

const ResamplePolicy::Register registered{{"at-eoi",
                                           "notify the resamplefd at EOI (Linux 6.1)",
                                           "virt/kvm/eventfd.c, Linux 6.1.192",
                                           {},
                                           &make_policy<ResamplePolicy>}};

}  // namespace

}  // namespace irqloom
