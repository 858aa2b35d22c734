// As latch-early, but readiness is tested first and the record made afterwards: the controller may
// have been initialised in between, and nobody looks at the record again.
#include "models/kvm/vgic/readiness/latch_early.h"

namespace irqloom {

namespace {

class LatchEarlyTwoStep final : public LatchEarly {
 public:
  using LatchEarly::LatchEarly;

 protected:
  bool tests_under_lock() const override { return false; }
};

const VgicReadiness::Register registered{
    {"latch-early-two-step", "as latch-early, with readiness tested apart from the record",
     "KVM list, November 2014", &make_readiness<LatchEarlyTwoStep>}};

}  // namespace

}  // namespace irqloom
