// A thread of the VMM or a task of the guest that does a few things in order.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/module.h"

namespace irqloom {

struct ScriptLocals {
  std::uint8_t i = 0;
  std::uint8_t reserved[3] = {};
};

class Script : public Module {
 public:
  /// One operation: its first steps run within the script's step.
  using Op = std::function<Call(Exec& x)>;

  struct Config {
    std::string layer = "vmm";
    ExecutorId executor = no_executor;
    bool optional = false;
    bool repeats = false;
  };

  /// At most 255 operations; `touched` says what their first steps may touch.
  Script(const sc_core::sc_module_name& name, Fabric& fabric, Config config, std::vector<Op> ops,
         std::vector<const Touches*> touched);
  ContextId context() const { return context_; }

 private:
  void run(Exec& x, Frame& self, ScriptLocals& f);

  Config config_;
  std::vector<Op> ops_;
  std::vector<const Touches*> touched_;
  ContextId context_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ScriptLocals, IRQLOOM_NUMBER(i), IRQLOOM_NUMBER(reserved));
