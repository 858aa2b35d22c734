// What a scenario says beforehand about the verdict of a run or an exploration.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/check/outcome.h"
#include "sim/scenario/cursor.h"

namespace irqloom::check {

struct Expectation {
  Verdict verdict = Verdict::holds;
  /// By property: texts of which each must be part of some place, while each place has one of them
  /// as a part; see place_of(). None: any place will do.
  std::map<std::string, std::vector<std::string>> violations;
};

/// Reads {"verdict": ..., "violations": {PROPERTY: [TEXT, ...]}}. `judged` are the names of the
/// properties that the scenario judges. Throws InputError.
Expectation read_expectation(const scenario::Cursor& cursor,
                             const std::vector<std::string>& judged);

/// Where it is broken: "dev0, step 'set the level' of vgic_set_irq"; may be empty.
std::string place_of(const Broken& broken);

/// What is not as expected, a sentence each; none: all is.
std::vector<std::string> compare(const Expectation& expected, const Outcome& outcome);

}  // namespace irqloom::check
