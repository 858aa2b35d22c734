// The exhaustive scheduler: every enabled context in every reachable state.
//
// A level-synchronous breadth-first search, so that a counterexample is a shortest one, and the
// same one every time. It visits each state once and judges safety on the way; if a property needs
// the graph (graph.h), it is kept meanwhile, and recoverability and fair cycles are judged on it in
// the end. Where the memory does not suffice for the graph, it is judged as far as it goes and
// given up, and safety is finished.
#pragma once

#include <string>
#include <string_view>
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

  /// Whether the property of that name is to be judged.
  bool judges(std::string_view property) const;
};

struct Result {
  /// Violated: there is a finding. Holds: all is judged and there is none.
  Verdict verdict = Verdict::holds;
  Bound bound = Bound::none;
  /// Why not everything could be looked at, one sentence each. May be there beside any verdict.
  std::vector<std::string> reasons;
  /// In the order of discovery: shorter counterexamples first within safety and within liveness.
  std::vector<Finding> findings;
  /// Of `reachable` properties that a state satisfies.
  std::vector<Finding> witnesses;
  /// Together all names of Options::properties, in their order; if that is empty, those of the
  /// fabric's properties, of deadlocks and of all findings.
  std::vector<Judged> judged;
  std::vector<NotJudged> not_judged;
  Stats stats;
  /// Of the visited space: the same for every order of search. 32 hexadecimal digits, a colon, and
  /// the counts of states and transitions.
  std::string fingerprint;
};

/// Explores everything that can be reached from fabric.initial(). The fabric is sealed. Throws what
/// a routine throws, except CapacityExceeded, which makes the result inconclusive.
Result explore(const Fabric& fabric, const Options& options);

}  // namespace irqloom::explore
