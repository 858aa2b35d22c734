// The search: visits the states level by level, judges safety on the way, and keeps the graph for
// what is judged on it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "sim/explore/expander.h"
#include "sim/explore/explorer.h"
#include "sim/explore/frontier.h"
#include "sim/explore/graph.h"
#include "sim/explore/safety.h"
#include "sim/explore/store.h"

namespace irqloom::explore {

class Search {
 public:
  /// Keeps a graph if some judged property needs one and nothing is in its way. All arguments
  /// outlive the search.
  Search(const Fabric& fabric, const Options& options, Budget& budget);
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  /// Goes on from where it stopped, until all is visited (Bound::none) or a limit is reached.
  Bound run();
  /// Whether every step of every reachable state was taken.
  bool is_complete() const { return next_ == store_.size() && expander_.exceeded().empty(); }

  /// The builder of the graph; nullptr: none is kept.
  GraphBuilder* graph() { return graph_ ? &*graph_ : nullptr; }
  /// What is in the way of judging on a graph, in words, or nothing.
  std::optional<std::string> graph_obstacle() const {
    return graph_ ? graph_->obstacle() : obstacle_at_start_;
  }
  /// Makes room. It is not kept any more.
  void drop_graph() { graph_.reset(); }

  const SafetyJudge& safety() const { return safety_; }
  const StateStore& store() const { return store_; }
  /// What was too small, so far, in words.
  const std::set<std::string>& exceeded() const { return expander_.exceeded(); }
  /// States whose steps were all taken.
  std::uint64_t expanded() const { return next_; }
  std::uint64_t transitions() const { return transitions_; }
  std::uint32_t depth() const { return depth_; }
  /// Sum over the visited states that does not depend on their order.
  const Fingerprint& space() const { return space_; }

 private:
  bool expand(StateNumber state);
  bool visit(StateNumber from, const Transition& t);
  void add_state(const Fingerprint& state, const World& world, std::span<const WordChange> changes);
  Progress progress() const;

  Budget& budget_;
  Expander expander_;
  StateStore store_;
  Frontier frontier_;
  SafetyJudge safety_;
  std::optional<GraphBuilder> graph_;
  std::optional<std::string> obstacle_at_start_;
  StateNumber next_ = 0;  ///< The first state that is not expanded.
  std::size_t level_end_ = 1;
  Fingerprint space_;
  std::uint64_t transitions_ = 0;
  std::uint32_t depth_ = 0;
};

}  // namespace irqloom::explore
