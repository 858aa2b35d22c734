#include "sim/explore/graph.h"

#include <algorithm>

namespace irqloom::explore {

StateNumber Graph::source(std::uint64_t edge) const {
  const auto states = std::views::iota(std::size_t{0}, first.size());
  const auto after =
      std::ranges::upper_bound(states, edge, {}, [this](std::size_t s) { return first[s]; });
  return static_cast<StateNumber>(*after - 1);
}

GraphBuilder::GraphBuilder(const Fabric& fabric, const Options& options) : fabric_(fabric) {
  for (const Property& p : fabric_.properties()) {
    if (!needs_graph(p.kind) || !options.judges(p.name)) continue;
    GraphProperty chosen{&p, 0, 0};
    if (p.p) chosen.p = static_cast<std::uint8_t>(predicates_++);
    if (p.q) chosen.q = static_cast<std::uint8_t>(predicates_++);
    graph_.properties.push_back(chosen);
  }
}

std::optional<std::string> GraphBuilder::obstacle() const {
  const std::size_t contexts = fabric_.contexts().size();
  if (contexts > max_graph_contexts) {
    return "fairness is judged for at most " + std::to_string(max_graph_contexts) +
           " contexts, and here are " + std::to_string(contexts);
  }
  if (predicates_ > max_graph_predicates) {
    return "at most " + std::to_string(max_graph_predicates) +
           " predicates are judged on the graph, and here are " + std::to_string(predicates_);
  }
  if (has_too_many_choices_) {
    return "a step has more than " + std::to_string(max_graph_choices) +
           " ways, which the graph cannot number";
  }
  return std::nullopt;
}

void GraphBuilder::add_state(const World& world) {
  std::uint64_t bits = 0;
  for (const GraphProperty& g : graph_.properties) {
    if (g.property->p && g.property->p(world)) bits |= std::uint64_t{1} << g.p;
    if (g.property->q && g.property->q(world)) bits |= std::uint64_t{1} << g.q;
  }
  graph_.predicates.push_back(bits);
}

void GraphBuilder::begin_edges(const Expander& expander) {
  graph_.first.push_back(graph_.edges.size());
  graph_.owed.push_back(owed(expander));
}

void GraphBuilder::add_edge(StateNumber target, const Transition& t) {
  has_too_many_choices_ = has_too_many_choices_ || t.choice >= max_graph_choices;
  graph_.edges.push_back(
      Edge{target, t.context, static_cast<std::uint8_t>(t.choice), t.result->marks});
}

void GraphBuilder::cut_short() {
  graph_.cut_short.push_back(static_cast<StateNumber>(graph_.owed.size() - 1));
}

const Graph& GraphBuilder::finish() {
  while (graph_.first.size() <= graph_.size())
    graph_.first.push_back(graph_.edges.size());
  return graph_;
}

std::uint64_t GraphBuilder::memory() const {
  return graph_.edges.memory() + graph_.first.memory() + graph_.owed.memory() +
         graph_.predicates.memory();
}

// The larger of the two: backward edges, or a region and its components.
std::uint64_t GraphBuilder::judging_memory() const {
  const std::uint64_t states = graph_.size();
  const std::uint64_t backward =
      states * sizeof(std::uint64_t) + graph_.edges.size() * sizeof(StateNumber);
  const std::uint64_t region = states * (2 * sizeof(std::uint64_t) + sizeof(StateNumber));
  const std::uint64_t components = states * 6 * sizeof(std::uint32_t);
  return std::max(backward, region + components);
}

ContextSet GraphBuilder::owed(const Expander& expander) const {
  const std::span<const Blocked> blocked = expander.blocked();
  const World& world = expander.world();
  const auto& contexts = fabric_.contexts();
  const auto executor = [&](std::size_t c) {
    return fabric_.state(world, static_cast<ContextId>(c)).executor;
  };
  const auto can_step = [&](std::size_t c) {
    return blocked[c] == Blocked::no && contexts[c].fairness == Fairness::fair;
  };
  const auto is_superseded = [&](std::size_t c) {
    const ContextState& s = fabric_.state(world, static_cast<ContextId>(c));
    if (contexts[c].level != Level::thread || s.executor == 0 || s.outside != 0) return false;
    for (std::size_t h = 0; h < contexts.size(); ++h) {
      if (contexts[h].level == Level::hardirq && can_step(h) && executor(h) == s.executor) {
        return true;
      }
    }
    return false;
  };
  ContextSet set;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    if (can_step(c) && !is_superseded(c)) set.set(c);
  }
  return set;
}

}  // namespace irqloom::explore
