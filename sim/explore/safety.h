// The first pass: visits all states, judges what a step or a single state can break.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/deadlock.h"
#include "sim/core/lock_graph.h"
#include "sim/explore/expander.h"
#include "sim/explore/explorer.h"
#include "sim/explore/frontier.h"
#include "sim/explore/store.h"

namespace irqloom::explore {

/// Whether the options ask for the property of that name.
bool is_judged(const Options& options, std::string_view property);

/// The transitions that found `state` first, from the initial state.
std::vector<PathStep> path_to(const StateStore& store, StateNumber state);

class SafetyPass {
 public:
  /// All arguments outlive the pass.
  SafetyPass(const Fabric& fabric, const Options& options, Budget& budget);

  /// Visits what the limits allow. Call once; then read.
  void run();

  /// Bound::none when the search ended by itself.
  Bound bound() const { return bound_; }
  /// Whether every reachable state was visited.
  bool complete() const { return bound_ == Bound::none && expander_.exceeded().empty(); }
  const std::set<std::string>& exceeded() const { return expander_.exceeded(); }
  const StateStore& store() const { return store_; }
  std::uint64_t transitions() const { return transitions_; }
  std::uint32_t depth() const { return depth_; }
  const std::vector<Finding>& findings() const { return findings_; }
  /// `reachable` properties that no visited state satisfied.
  std::vector<const Property*> unreached() const;
  /// Sum over the visited states that does not depend on their order.
  const Fingerprint& space() const { return space_; }

 private:
  void add_state(const Fingerprint& state, const World& world, std::span<const WordChange> changes);
  void expand(StateNumber state);
  void visit(StateNumber from, const Transition& t);
  void judge_state(StateNumber state, const World& world);
  void judge_deadlocks(StateNumber state);
  void report(const Violation& violation, FindingKind kind, std::vector<PathStep> path);
  std::vector<PathStep> path_through(StateNumber from, const Transition& t) const;

  const Fabric& fabric_;
  const Options& options_;
  Budget& budget_;
  Expander expander_;
  LockGraph lock_graph_;
  WaitForGraph wait_for_;
  StateStore store_;
  Frontier frontier_;
  std::vector<const Property*> open_;  ///< Of single states, not decided yet.
  bool judges_deadlocks_;
  std::set<std::pair<std::string, std::string>> reported_;
  std::set<std::vector<LockId>> deadlocked_;
  std::vector<Finding> findings_;
  Fingerprint space_;
  std::uint64_t transitions_ = 0;
  std::uint32_t depth_ = 0;
  Bound bound_ = Bound::none;
};

}  // namespace irqloom::explore
