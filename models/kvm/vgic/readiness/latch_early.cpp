#include "models/kvm/vgic/readiness/latch_early.h"

#include "models/cost.h"
#include "models/kvm/vgic/vgic.h"

namespace irqloom {

LatchEarly::LatchEarly(Fabric& fabric, Vgic& vgic)
    : ReadyAtFirstRun(fabric, vgic),
      early_(fabric.reserve_array<EarlyIrq>(std::string(vgic.name()) + ".early", vgic.irqs())),
      record_(fabric.routine<&LatchEarly::record>(*this, "vgic_update_irq_pending",
                                                  "KVM list, November 2014")) {}

Call LatchEarly::early_injection(Exec& x, unsigned intid, bool level) {
  if (!vgic_.find(intid)) return Call::done();
  return x.call<ReadinessLocals>(record_, {.intid = static_cast<std::uint16_t>(intid),
                                           .level = static_cast<std::uint8_t>(level ? 1 : 0)});
}

// One step is one critical section of the lock under which the record is applied.
void LatchEarly::record(Exec& x, Frame& self, ReadinessLocals& f) {
  ROUTINE();
  STEP("record the early interrupt", cost(costs::kvm_vgic), calls(vgic_));
  if (tests_under_lock() && is_ready(x)) {
    RETURN(1);
  }
  {
    EarlyIrq& early = x.set(early_[*vgic_.find(f.intid)]);
    early.line_level = f.level;
    if (f.level != 0) early.pending_latch = 1;
  }
  RETURN(0);
  ROUTINE_END();
}

// A level is a level whenever it is configured so; until then it was an edge.
void LatchEarly::before_initialized(Exec& x) {
  for (unsigned n = 0; n < vgic_.irqs(); ++n) {
    VgicIrq& irq = x.set(vgic_.irq_at(n));
    irq.line_level = x.get(early_[n]).line_level;
    irq.pending_latch = x.get(early_[n]).pending_latch;
    x.set(early_[n]) = EarlyIrq{};
  }
}

void LatchEarly::touches(Footprint& footprint) const {
  if (early_.size != 0) footprint.writes.push_back(as_range(early_));
}

namespace {

const VgicReadiness::Register registered{{"latch-early",
                                          "recorded before the first KVM_RUN, applied at it",
                                          "KVM list, November 2014", &make_readiness<LatchEarly>}};

}  // namespace

}  // namespace irqloom
