#include "sim/explore/graph.h"

#include <algorithm>

#include "sim/error.h"
#include "sim/explore/safety.h"

namespace irqloom::explore {

namespace {

constexpr std::uint64_t bytes_per_mib = std::uint64_t{1} << 20;

}  // namespace

StateNumber Graph::source(std::uint64_t edge) const {
  const auto after = std::upper_bound(first.begin(), first.end(), edge);
  return static_cast<StateNumber>(after - first.begin() - 1);
}

std::uint64_t graph_memory(std::uint64_t states, std::uint64_t edges) {
  constexpr std::uint64_t kept = sizeof(ContextSet) + 3 * sizeof(std::uint64_t);
  constexpr std::uint64_t searching = 2 * sizeof(std::uint64_t) + 5 * sizeof(std::uint32_t);
  return states * (kept + searching) + edges * (sizeof(Edge) + sizeof(StateNumber));
}

GraphPass::GraphPass(const Fabric& fabric, const Options& options, const StateStore& store,
                     std::uint64_t transitions, Budget& budget)
    : fabric_(fabric),
      limits_(options.limits),
      store_(store),
      transitions_(transitions),
      budget_(budget),
      expander_(fabric, options.assumptions, options.fuse),
      frontier_(fabric.initial()) {
  choose_properties(options);
}

void GraphPass::choose_properties(const Options& options) {
  for (const Property& p : fabric_.properties()) {
    if (!needs_graph(p.kind) || !is_judged(options, p.name)) continue;
    GraphProperty chosen{&p, 0, 0};
    if (p.p) chosen.p = static_cast<std::uint8_t>(predicates_++);
    if (p.q) chosen.q = static_cast<std::uint8_t>(predicates_++);
    graph_.properties.push_back(chosen);
  }
}

std::optional<std::string> GraphPass::obstacle() const {
  const std::size_t contexts = fabric_.contexts().size();
  if (contexts > max_graph_contexts) {
    return "fairness is judged for at most " + std::to_string(max_graph_contexts) +
           " contexts, and here are " + std::to_string(contexts);
  }
  if (predicates_ > max_graph_predicates) {
    return "at most " + std::to_string(max_graph_predicates) +
           " predicates are judged on the graph, and here are " + std::to_string(predicates_);
  }
  const std::uint64_t needed = store_.memory() + graph_memory(store_.size(), transitions_);
  if (limits_.max_memory != 0 && needed > limits_.max_memory) {
    return "the bound on memory leaves no room for the graph (" +
           std::to_string(needed / bytes_per_mib + 1) + " MiB)";
  }
  return std::nullopt;
}

Bound GraphPass::run() {
  graph_.edges.reserve(transitions_);
  graph_.first.reserve(store_.size() + 1);
  graph_.owed.reserve(store_.size());
  graph_.predicates.reserve(store_.size());
  add_state({});
  for (StateNumber n = 0; n < store_.size(); ++n) {
    expand(n);
    const Bound bound =
        budget_.check(Progress{n, graph_.edges.size(), 0, frontier_.size(), 0, memory(), true});
    if (bound != Bound::none) return bound;
  }
  graph_.first.push_back(graph_.edges.size());
  return Bound::none;
}

std::uint64_t GraphPass::memory() const {
  const std::uint64_t of_states = store_.size() * (sizeof(ContextSet) + 2 * sizeof(std::uint64_t));
  return store_.memory() + frontier_.memory() + of_states + transitions_ * sizeof(Edge);
}

void GraphPass::expand(StateNumber state) {
  expander_.load(frontier_.pop(), store_.fingerprint(state));
  graph_.first.push_back(graph_.edges.size());
  graph_.owed.push_back(owed());
  expander_.for_each_transition([&](const Transition& t) { add_edge(t); });
}

void GraphPass::add_edge(const Transition& t) {
  const StateNumber target = store_.find(t.target);
  // The same order of search finds the same states in the same order, unless the model keeps
  // something outside of the world.
  if (target == no_state || target > pushed_) {
    throw InternalError("a second exploration does not repeat the first: the step of context '" +
                        fabric_.contexts()[t.context].name + "' depends on more than the world");
  }
  if (t.choice >= max_graph_choices) throw InternalError("a choice has more than 256 ways");
  graph_.edges.push_back(
      Edge{target, t.context, static_cast<std::uint8_t>(t.choice), t.result->marks});
  if (target == pushed_) add_state(t.changes);
}

// Takes the working world as the next state.
void GraphPass::add_state(std::span<const WordChange> changes) {
  const World& world = expander_.world();
  std::uint64_t bits = 0;
  for (const GraphProperty& g : graph_.properties) {
    if (g.property->p && g.property->p(world)) bits |= std::uint64_t{1} << g.p;
    if (g.property->q && g.property->q(world)) bits |= std::uint64_t{1} << g.q;
  }
  graph_.predicates.push_back(bits);
  frontier_.push(world, changes);
  ++pushed_;
}

ContextSet GraphPass::owed() const {
  const std::span<const Blocked> blocked = expander_.blocked();
  const auto& contexts = fabric_.contexts();
  const auto executor = [&](std::size_t c) {
    return fabric_.state(expander_.world(), static_cast<ContextId>(c)).executor;
  };
  const auto can_step = [&](std::size_t c) {
    return blocked[c] == Blocked::no && contexts[c].fairness == Fairness::fair;
  };
  const auto is_superseded = [&](std::size_t c) {
    const ContextState& s = fabric_.state(expander_.world(), static_cast<ContextId>(c));
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
