// What came out of one run or one exploration, as far as it can be compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/verdict.h"
#include "sim/scenario/tree.h"

namespace irqloom::check {

/// A broken property. At most one per (property, where).
struct Broken {
  std::string property;
  std::string where;        ///< A label, a lock, a device; may be empty.
  std::uint64_t steps = 0;  ///< Of the counterexample; of a run, until it showed.
  /// Of an exploration: the step that breaks it, or after which it is lost: "'label' of routine";
  /// empty where it is no single one. No part of a golden result.
  std::string step = {};

  friend auto operator<=>(const Broken&, const Broken&) = default;
};

struct Outcome {
  Verdict verdict = Verdict::holds;
  std::vector<Broken> broken;     ///< Sorted.
  std::uint64_t steps = 0;        ///< Of a run; 0 for an exploration.
  std::uint64_t states = 0;       ///< Of an exploration; 0 for a run.
  std::uint64_t transitions = 0;  ///< Likewise.
  std::string fingerprint;        ///< Of the trace, or of the visited space.
  std::string reason;             ///< Why it is not conclusive; may be empty.
  double seconds = 0;             ///< Of this machine and never compared.
};

/// All of the outcome, for the other end of a pipe.
scenario::Json to_json(const Outcome& outcome);
/// What to_json() made.
Outcome outcome_from_json(const scenario::Json& json);

/// "violated", "holds", "inconclusive" as a Verdict.
const std::vector<std::pair<std::string, Verdict>>& verdict_names();

}  // namespace irqloom::check
