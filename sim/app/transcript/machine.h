// A machine for which a transcript is written: what a recorder has to set up, what it has to look
// at, and who finds the operations in a trace. One file per architecture.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/app/scenario.h"
#include "sim/app/transcript/extraction.h"

namespace irqloom::app::transcript {

struct Machine {
  std::string model;         ///< As in a program's "model".
  Json config;               ///< Of the program.
  std::vector<Json> set_up;  ///< The operations before the first step, without results.
  Json observation;          ///< What is looked at after each operation, with any values.
  bool (*is_guests)(const std::string& op) = nullptr;  ///< Whether a guest does it, or the VMM.
  std::string run;                                     ///< The guest's operation that does nothing.
  std::vector<std::string> opens;                      ///< Those after which it takes interrupts.
  bool says_irq =
      false;  ///< An operation says whether it took one; otherwise the observation does.
  std::unique_ptr<Extraction> extraction;
};

/// Throws InputError for a machine that the format cannot express.
Machine describe_x86(const Scenario& scenario);
Machine describe_arm64(const Scenario& scenario);

/// The operations' names in a scenario.
OperationNames operation_names();

/// "kernel", and as "policies" what of `seams` is otherwise than in that kernel.
void add_kernel(const Scenario& scenario, const std::vector<std::string>& seams, Json& config);

}  // namespace irqloom::app::transcript
