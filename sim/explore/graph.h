// The numbered graph of the states: every edge, who is owed a step, which predicates hold.
//
// 32 bytes a state and 8 an edge; 8 and 4 more for the edges backwards, which `recoverable` needs.
// It may be a part of the whole: of some states not every edge is known then. What is judged on a
// part is proved by what is known alone (docs/properties.md).
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "sim/explore/blocks.h"
#include "sim/explore/expander.h"
#include "sim/explore/explorer.h"
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
  Blocks<Edge> edges;           ///< By source, contexts by id, choices from 0.
  Blocks<std::uint64_t> first;  ///< Edges of state s: [first[s], first[s + 1]).
  /// Per expanded state, the contexts to which fairness owes a step: the fair ones that are
  /// enabled, except those of thread level on whose executor a fair one of a higher level is
  /// pending.
  Blocks<ContextSet> owed;
  Blocks<std::uint64_t> predicates;
  std::vector<StateNumber> cut_short;  ///< Expanded, but some of their edges are missing.
  std::vector<GraphProperty> properties;

  std::size_t size() const { return predicates.size(); }
  /// Those that are not are the last ones, and have no edges.
  bool is_expanded(StateNumber s) const { return s < owed.size(); }
  /// Whether every edge of every state is known.
  bool is_whole() const { return owed.size() == size() && cut_short.empty(); }
  auto out(StateNumber s) const {
    return std::views::iota(first[s], first[s + 1]) |
           std::views::transform([this](std::uint64_t e) -> const Edge& { return edges[e]; });
  }
  bool holds(StateNumber s, std::uint8_t predicate) const {
    return (predicates[s] >> predicate & 1) != 0;
  }
  /// The state from which the edge of that index leads.
  StateNumber source(std::uint64_t edge) const;
};

/// Makes the graph while a search goes on.
class GraphBuilder {
 public:
  /// All arguments outlive the builder.
  GraphBuilder(const Fabric& fabric, const Options& options);

  /// Whether some property needs it.
  bool is_needed() const { return !graph_.properties.empty(); }
  /// What is in the way of judging on a graph, in words, or nothing.
  std::optional<std::string> obstacle() const;

  /// The next state, by number.
  void add_state(const World& world);
  /// Begins the edges of the next state to be expanded, which is loaded.
  void begin_edges(const Expander& expander);
  void add_edge(StateNumber target, const Transition& t);
  /// Some edges of the state are missing.
  void cut_short();

  /// The graph of what was told so far. Nothing can be told after it.
  const Graph& finish();

  /// Bytes allocated.
  std::uint64_t memory() const;
  /// Bytes that judging on the graph takes besides.
  std::uint64_t judging_memory() const;

 private:
  ContextSet owed(const Expander& expander) const;

  const Fabric& fabric_;
  std::size_t predicates_ = 0;
  bool has_too_many_choices_ = false;
  Graph graph_;
};

}  // namespace irqloom::explore
