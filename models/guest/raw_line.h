// A guest that is not Linux: mask, EOI, serve, unmask, and no lock between the hard handler and the
// thread, so an EOI and an unmask of the same line can overlap on two vCPUs.
#pragma once

#include <vector>

#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct RawLineState {
  std::uint8_t run = 0;  ///< The thread is to run.
  std::uint8_t reserved = 0;
};

class RawLine : public Module, public FlowIf {
 public:
  sc_core::sc_export<FlowIf> flow;
  sc_core::sc_port<IrqChipIf> chip;
  sc_core::sc_port<ActionIf> action;

  struct Config {
    unsigned hwirq = 0;
    unsigned irq = 0;
    std::string action_name;
    std::vector<ExecutorId> thread_cpus;
  };

  RawLine(const sc_core::sc_module_name& name, Fabric& fabric, Config config);

  Call handle_irq(Exec& x) override { return x.call(handler_); }
  void touches(Footprint& footprint) const override { footprint.writes.push_back(range(state_)); }
  std::int64_t label() const { return label_; }
  ContextId thread() const { return thread_; }

 private:
  void hard_handler(Exec& x, Frame& self);
  void thread_loop(Exec& x, Frame& self);

  Config config_;
  Slot<RawLineState> state_;
  std::int64_t label_;
  std::int64_t action_label_;
  RoutineId handler_;
  ContextId thread_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::RawLineState, IRQLOOM_FLAG(run), IRQLOOM_NUMBER(reserved));
