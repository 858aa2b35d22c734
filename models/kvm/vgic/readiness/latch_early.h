// Discussed in November 2014: what comes early is recorded, and applied when the controller is
// initialised. Assumes that the record can be kept before the number of interrupts is known.
#pragma once

#include "models/kvm/vgic/readiness/policy.h"
#include "sim/core/footprint.h"

namespace irqloom {

struct EarlyIrq {
  std::uint8_t line_level = 0;
  std::uint8_t pending_latch = 0;
};

class LatchEarly : public ReadyAtFirstRun {
 public:
  LatchEarly(Fabric& fabric, Vgic& vgic);
  Call early_injection(Exec& x, unsigned intid, bool level) override;
  void before_initialized(Exec& x) override;
  void touches(Footprint& footprint) const override;

 protected:
  /// Whether readiness is looked at again, together with the record.
  virtual bool tests_under_lock() const { return true; }

 private:
  void record(Exec& x, Frame& self, ReadinessLocals& f);

  SlotArray<EarlyIrq> early_;
  RoutineId record_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::EarlyIrq, IRQLOOM_FLAG(line_level), IRQLOOM_FLAG(pending_latch));
