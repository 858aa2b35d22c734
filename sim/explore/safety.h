// What a step or a single state can break, judged while the search goes on.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/deadlock.h"
#include "sim/core/lock_graph.h"
#include "sim/explore/expander.h"
#include "sim/explore/explorer.h"
#include "sim/explore/store.h"

namespace irqloom::explore {

class SafetyJudge {
 public:
  /// All arguments outlive the judge. `exec` is the one that takes the steps.
  SafetyJudge(const Fabric& fabric, const Options& options, const StateStore& store, Exec& exec);

  /// Of a transition out of `from`.
  void judge_step(StateNumber from, const Transition& t) {
    if (!t.result->violations.empty()) report_step(from, t);
  }
  /// `world` is the new state of that number.
  void judge_state(StateNumber state, const World& world) {
    if (!open_.empty()) decide_open(state, world);
  }
  /// `state` is loaded.
  void judge_deadlocks(StateNumber state, Expander& expander);

  const std::vector<Finding>& findings() const { return findings_; }
  /// For each `reachable` property that a state satisfied, the nearest such state.
  const std::vector<Finding>& witnesses() const { return witnesses_; }
  /// `reachable` properties that no state satisfied.
  std::vector<const Property*> unreached() const;

 private:
  void report_step(StateNumber from, const Transition& t);
  void decide_open(StateNumber state, const World& world);
  void report(const Violation& violation, FindingKind kind, std::vector<PathStep> path);

  const Fabric& fabric_;
  const Options& options_;
  const StateStore& store_;
  LockGraph lock_graph_;
  WaitForGraph wait_for_;
  std::vector<const Property*> open_;  ///< Of single states, not decided yet.
  bool judges_deadlocks_;
  std::set<std::pair<std::string, std::string>> reported_;
  std::set<std::vector<LockId>> deadlocked_;
  std::vector<Finding> findings_;
  std::vector<Finding> witnesses_;
};

}  // namespace irqloom::explore
