// A thread of the VMM or a task of the guest that does a few things in order.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/module.h"

namespace irqloom {

struct ScriptLocals {
  std::uint8_t i = 0;
  std::uint8_t reserved[3] = {};
};

/// What became of one operation that can fail.
struct OperationResult {
  std::uint8_t done = 0;   ///< It has returned.
  std::uint8_t error = 0;  ///< The errno that it returned; 0: none.
};

class Script : public Module {
 public:
  /// One operation: its first steps run within the script's step. Its value is 0 or more, or a
  /// negative errno.
  using Op = std::function<Call(Exec& x)>;

  struct Operation {
    Op act;
    std::string name = {};  ///< Of the slot SCRIPT.NAME that holds its result; empty: none.
    /// Only if that operation, an earlier one with a result, failed.
    std::optional<std::size_t> if_failed = std::nullopt;
    /// Only if that one did not fail.
    std::optional<std::size_t> if_done = std::nullopt;
  };

  struct Config {
    std::string layer = "vmm";
    ExecutorId executor = no_executor;
    bool optional = false;
    bool repeats = false;
    std::string period_key = "script.wait";  ///< Cost of the rest before each operation.
    std::uint16_t stack_bytes = 160;
  };

  /// At most 255 operations; `touched` says what their first steps may touch.
  Script(const sc_core::sc_module_name& name, Fabric& fabric, Config config,
         std::vector<Operation> ops, std::vector<const Touches*> touched);
  ContextId context() const { return context_; }

 private:
  void run(Exec& x, Frame& self, ScriptLocals& f);
  bool is_wanted(Exec& x, std::size_t op) const;
  bool has_result(std::size_t op) const { return !ops_[op].name.empty(); }
  Writes results() const;
  bool has_failed(Exec& x, std::size_t op) const { return x.get(results_[op]).error != 0; }
  void note_result(Exec& x, std::size_t op, std::int32_t value);

  Config config_;
  std::vector<Operation> ops_;
  std::vector<const Touches*> touched_;
  std::vector<Slot<OperationResult>> results_;  ///< By operation; only of those with a name.
  std::vector<std::int64_t> labels_;            ///< Likewise: names of the slots.
  ContextId context_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ScriptLocals, IRQLOOM_NUMBER(i), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::OperationResult, IRQLOOM_FLAG(done), IRQLOOM_NUMBER(error));
