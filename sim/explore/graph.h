// The numbered graph of the second pass: every edge, who is owed a step, which predicates hold.
//
// 32 bytes a state and 8 an edge; 8 and 4 more for the edges backwards, which `recoverable` needs.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/explore/budget.h"
#include "sim/explore/expander.h"
#include "sim/explore/explorer.h"
#include "sim/explore/frontier.h"
#include "sim/explore/store.h"

namespace irqloom::explore {

inline constexpr std::size_t max_graph_contexts = 128;
inline constexpr std::size_t max_graph_predicates = 64;
inline constexpr std::size_t max_graph_choices = 256;
using ContextSet = std::bitset<max_graph_contexts>;

struct Edge {
  StateNumber target = 0;
  ContextId context = 0;
  std::uint8_t choice = 0;
  std::uint8_t marks = 0;  ///< See Exec::mark().
};

/// A property that needs the graph, and the bits at which Graph::predicates has its p and q.
struct GraphProperty {
  const Property* property = nullptr;
  std::uint8_t p = 0;
  std::uint8_t q = 0;
};

struct Graph {
  std::vector<Edge> edges;           ///< By source, contexts by id, choices from 0.
  std::vector<std::uint64_t> first;  ///< Edges of state s: [first[s], first[s + 1]).
  /// Per state, the contexts to which fairness owes a step: the fair ones that are enabled, except
  /// those of thread level on whose executor a fair one of a higher level is pending.
  std::vector<ContextSet> owed;
  std::vector<std::uint64_t> predicates;
  std::vector<GraphProperty> properties;

  std::size_t size() const { return owed.size(); }
  std::span<const Edge> out(StateNumber s) const {
    return {edges.data() + first[s], edges.data() + first[s + 1]};
  }
  bool holds(StateNumber s, std::uint8_t predicate) const {
    return (predicates[s] >> predicate & 1) != 0;
  }
  /// The state from which the edge of that index leads.
  StateNumber source(std::uint64_t edge) const;
};

/// Bytes of a graph with so many states and edges, with all that is needed for judging on it.
std::uint64_t graph_memory(std::uint64_t states, std::uint64_t edges);

/// Builds the graph of a space that a first pass has visited completely.
class GraphPass {
 public:
  /// All arguments outlive the pass. `transitions`: as the first pass counted them.
  GraphPass(const Fabric& fabric, const Options& options, const StateStore& store,
            std::uint64_t transitions, Budget& budget);

  /// What is in the way of judging on a graph, in words, or nothing.
  std::optional<std::string> obstacle() const;

  /// Visits all states again. Bound::none when the graph is complete. Call once, if no obstacle.
  Bound run();
  const Graph& graph() const { return graph_; }

 private:
  void choose_properties(const Options& options);
  std::uint64_t memory() const;
  void expand(StateNumber state);
  void add_edge(const Transition& t);
  void add_state(std::span<const WordChange> changes);
  ContextSet owed() const;

  const Fabric& fabric_;
  const Limits& limits_;
  const StateStore& store_;
  std::uint64_t transitions_;
  Budget& budget_;
  Expander expander_;
  Frontier frontier_;
  std::size_t predicates_ = 0;
  StateNumber pushed_ = 0;
  Graph graph_;
};

}  // namespace irqloom::explore
