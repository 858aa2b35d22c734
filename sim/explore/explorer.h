// The exhaustive scheduler: every enabled context in every reachable state.
//
// A level-synchronous breadth-first search, so that a counterexample is a shortest one, and the
// same one every time. The first pass visits all states and judges safety; only if a property needs
// it, a second one builds the graph (graph.h) and judges recoverability and fair cycles.
#pragma once

#include <string>
#include <vector>

#include "sim/core/assume.h"
#include "sim/core/fabric.h"
#include "sim/explore/budget.h"
#include "sim/explore/finding.h"

namespace irqloom::explore {

struct Options {
  Limits limits;
  /// Local steps are taken together with the step before them. Changes the counts, not the
  /// verdicts.
  bool fuse = true;
  const Assumptions* assumptions = nullptr;  ///< May be nullptr.
  /// Names of the properties to judge, the engine's own ("deadlock", "lock-order", ...) among them.
  /// Empty: all.
  std::vector<std::string> properties;
};

struct Result {
  Verdict verdict = Verdict::holds;
  Bound bound = Bound::none;
  /// Why it is not conclusive, one sentence each. May be there beside a violation.
  std::vector<std::string> reasons;
  /// In the order of discovery: shorter counterexamples first within safety and within liveness.
  std::vector<Finding> findings;
  Stats stats;
  /// Of the visited space: the same for every order of search. 32 hexadecimal digits, a colon, and
  /// the counts of states and transitions.
  std::string fingerprint;
};

/// Explores everything that can be reached from fabric.initial(). The fabric is sealed. Throws what
/// a routine throws, except CapacityExceeded, which makes the result inconclusive.
Result explore(const Fabric& fabric, const Options& options);

}  // namespace irqloom::explore
