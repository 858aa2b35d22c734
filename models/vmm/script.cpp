#include "models/vmm/script.h"

namespace irqloom {

Script::Script(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
               std::vector<Op> ops, std::vector<const Touches*> touched)
    : Module(module_name, fabric),
      config_(std::move(config)),
      ops_(std::move(ops)),
      touched_(std::move(touched)) {
  const RoutineId main = fabric.routine<&Script::run>(*this, "script", "the scenario");
  context_ = fabric.context({.name = std::string(name()),
                             .layer = config_.layer,
                             .executor = config_.executor,
                             .fairness = config_.optional ? Fairness::optional : Fairness::fair,
                             .stack_bytes = 160},
                            main);
}

void Script::run(Exec& x, Frame& self, ScriptLocals& f) {
  ROUTINE();
  do {
    for (f.i = 0; f.i < ops_.size(); ++f.i) {
      STEP("wait for its time", cost("script.wait"));
      STEP("begin the operation", cost("ioctl"), Calls{touched_});
      CALL(ops_[f.i](x));
      LOCAL("the operation is done");
    }
    f.i = 0;
  } while (config_.repeats);
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
