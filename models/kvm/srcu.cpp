#include "models/kvm/srcu.h"

namespace irqloom {

Srcu::Srcu(Fabric& fabric, const std::string& name)
    : state_(fabric.reserve<SrcuState>(name)),
      synchronize_(fabric.routine<&Srcu::synchronize_srcu>(*this, "synchronize_srcu",
                                                           "kernel/rcu/srcutree.c, Linux 6.1")) {}

std::uint8_t Srcu::read_lock(Exec& x) {
  SrcuState& s = x.set(state_);
  ++s.readers[s.side];
  return s.side;
}

void Srcu::read_unlock(Exec& x, std::uint8_t side) {
  SrcuState& s = x.set(state_);
  --s.readers[side];
  forget_side(s);
}

// The sides are alike: which of them was used last is no state when nobody is there.
void Srcu::forget_side(SrcuState& s) {
  if (s.grace_period == 0 && s.readers[0] == 0 && s.readers[1] == 0) s.side = 0;
}

Call Srcu::synchronize(Exec& x) {
  x.might_sleep("synchronize_srcu");
  return x.call(synchronize_);
}

bool Srcu::waits_for_nobody(Exec& x) const {
  const SrcuState& s = x.get(state_);
  return s.readers[s.side ^ 1U] == 0;
}

// Later readers enter on the other side, so that those who were there can be told apart. While no
// grace period is under way, all readers are on one side.
void Srcu::synchronize_srcu(Exec& x, Frame& self) {
  ROUTINE();
  STEP_WHEN(x.get(state_).grace_period == 0, "synchronize_srcu", cost("kvm.srcu"), writes(state_));
  if (x.get(state_).readers[x.get(state_).side] == 0) {
    RETURN(0);
  }
  {
    SrcuState& s = x.set(state_);
    s.side ^= 1U;
    s.grace_period = 1;
  }
  STEP_WHEN(waits_for_nobody(x), "the readers before it have left", writes(state_));
  {
    SrcuState& s = x.set(state_);
    s.grace_period = 0;
    forget_side(s);
  }
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
