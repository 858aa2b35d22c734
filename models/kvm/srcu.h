// Sleepable RCU as a VM uses it: kvm->irq_srcu (kernel/rcu/srcutree.c, Linux 6.1).
#pragma once

#include <string>

#include "sim/core/exec.h"

namespace irqloom {

struct SrcuState {
  std::uint8_t readers[2] = {};   ///< By the side on which they entered.
  std::uint8_t side = 0;          ///< Where the next reader enters.
  std::uint8_t grace_period = 0;  ///< One is under way, and waits for the other side's readers.
};

/// A grace period waits for the readers that were there when it began, not for later ones; of
/// several, each begins when the one before it is over.
class Srcu : public Touches {
 public:
  Srcu(Fabric& fabric, const std::string& name);

  /// srcu_read_lock(): what is to be given back. A reader must not synchronize().
  std::uint8_t read_lock(Exec& x);
  void read_unlock(Exec& x, std::uint8_t side);
  /// synchronize_srcu(). Sleeps. The result is 0.
  Call synchronize(Exec& x);

  Slot<SrcuState> state() const { return state_; }
  void touches(Footprint& footprint) const override { footprint.writes.push_back(range(state_)); }

 private:
  void synchronize_srcu(Exec& x, Frame& self);
  bool waits_for_nobody(Exec& x) const;
  static void forget_side(SrcuState& s);

  Slot<SrcuState> state_;
  RoutineId synchronize_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::SrcuState, IRQLOOM_NUMBER(readers), IRQLOOM_NUMBER(side),
               IRQLOOM_FLAG(grace_period));
