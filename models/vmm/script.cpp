#include "models/vmm/script.h"

#include <utility>

#include "models/cost.h"
#include "models/events.h"

namespace irqloom {

Script::Script(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
               std::vector<Operation> ops, std::vector<const Touches*> touched)
    : Module(module_name, fabric),
      config_(std::move(config)),
      ops_(std::move(ops)),
      touched_(std::move(touched)),
      results_(ops_.size()),
      labels_(ops_.size()) {
  for (std::size_t i = 0; i < ops_.size(); ++i) {
    if (!has_result(i)) continue;
    const std::string slot = std::string(name()) + "." + ops_[i].name;
    results_[i] = fabric.reserve<OperationResult>(slot);
    labels_[i] = fabric.name(slot);
  }
  const RoutineId main = fabric.routine<&Script::run>(*this, "script", "the scenario");
  context_ = fabric.context({.name = std::string(name()),
                             .layer = config_.layer,
                             .executor = config_.executor,
                             .fairness = config_.optional ? Fairness::optional : Fairness::fair,
                             .stack_bytes = config_.stack_bytes},
                            main);
}

bool Script::is_wanted(Exec& x, std::size_t op) const {
  const Operation& o = ops_[op];
  if (o.if_failed && !has_failed(x, *o.if_failed)) return false;
  return !o.if_done || !has_failed(x, *o.if_done);
}

void Script::note_result(Exec& x, std::size_t op, std::int32_t value) {
  const int error = value < 0 ? -value : 0;
  x.set(results_[op]) = OperationResult{1, static_cast<std::uint8_t>(error)};
  x.emit(event::operation_result, {labels_[op], error});
}

Writes Script::results() const {
  Writes w;
  for (std::size_t i = 0; i < ops_.size(); ++i) {
    if (has_result(i)) w.ranges.push_back(range(results_[i]));
  }
  return w;
}

void Script::run(Exec& x, Frame& self, ScriptLocals& f) {
  ROUTINE();
  do {
    for (f.i = 0; f.i < ops_.size(); ++f.i) {
      STEP("wait for its time", cost(config_.period_key));
      STEP("begin the operation", cost(costs::ioctl), results(), Calls{touched_});
      if (!is_wanted(x, f.i)) continue;
      CALL(ops_[f.i].act(x));
      LOCAL("the operation is done");
      if (!has_result(f.i)) continue;
      STEP("note its result", cost(costs::cpu), results());
      note_result(x, f.i, self.result);
    }
    f.i = 0;
  } while (config_.repeats);
  RETURN(0);
  ROUTINE_END();
}

IRQLOOM_MODEL("vmm/script", "what a VMM thread or a guest task does in order", "the scenario");

}  // namespace irqloom
