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
  /// By property: texts of which each must be part of some `where`, while each `where` has one of
  /// them as a part. None: any `where` will do.
  std::map<std::string, std::vector<std::string>> violations;
};

/// Reads {"verdict": ..., "violations": {PROPERTY: [TEXT, ...]}}. `judged` are the names of the
/// properties that the scenario judges. Throws InputError.
Expectation read_expectation(const scenario::Cursor& cursor,
                             const std::vector<std::string>& judged);

/// What is not as expected, a sentence each; none: all is.
std::vector<std::string> compare(const Expectation& expected, const Outcome& outcome);

}  // namespace irqloom::check
