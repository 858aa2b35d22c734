// The merged fix: a level that is pending when its entry is written unmasked is resampled instead
// of injected (arch/x86/kvm/ioapic.c, Linux 6.3: fef8f2b90edb).
#include "models/kvm/resample/policy.h"

namespace irqloom {

namespace {

const ResamplePolicy::Register registered{
    {"on-unmask",
     "resample a pending level when its entry is written unmasked (Linux 6.3)",
     "arch/x86/kvm/ioapic.c, Linux 6.12.117; commit fef8f2b90edb",
     {.resamples_at_unmask = true, .merges_grace_periods = true},
     &make_policy<ResamplePolicy>}};

}  // namespace

}  // namespace irqloom
