// The searches on the graph against definitions that are slow but obvious, on random small graphs.
#include <map>
#include <set>

#include "sim/core/random.h"
#include "sim/explore/fair_cycle.h"
#include "sim/explore/lasso.h"
#include "sim/explore/liveness.h"
#include "sim/explore/recover.h"
#include "sim/explore/region.h"
#include "tests/unit/explore/toys.h"

using namespace irqloom;
using namespace irqloom::explore;

namespace {

constexpr ContextId contexts = 3;
constexpr std::uint8_t wanted = 1;
constexpr std::uint8_t forbidden = 2;

struct RandomGraph {
  Graph graph;
  std::vector<Property> properties;
};

// Up to 7 states and 3 contexts, of which the last is optional. A context owes a step only where it
// has an edge, but not wherever it has one.
RandomGraph random_graph(std::uint64_t seed) {
  core::Random random(seed, "graph");
  RandomGraph r;
  const std::size_t states = 2 + random.below(6);
  for (std::size_t s = 0; s < states; ++s) {
    r.graph.first.push_back(r.graph.edges.size());
    ContextSet owed;
    for (ContextId c = 0; c < contexts; ++c) {
      const std::uint64_t ways = random.below(3);
      for (std::uint64_t w = 0; w < ways; ++w) {
        const auto target = static_cast<StateNumber>(random.below(states));
        const auto marks =
            static_cast<std::uint8_t>(random.below(4) == 0 ? 1 + random.below(3) : 0);
        r.graph.edges.push_back(Edge{target, c, static_cast<std::uint8_t>(w), marks});
      }
      if (c + 1 < contexts && ways != 0 && random.below(4) != 0) owed.set(c);
    }
    r.graph.owed.push_back(owed);
    r.graph.predicates.push_back(random.below(4));
  }
  r.graph.first.push_back(r.graph.edges.size());
  for (const PropertyKind kind : {PropertyKind::recoverable, PropertyKind::eventually,
                                  PropertyKind::leads_to, PropertyKind::no_cycle}) {
    Property p = toys::property(kind, "p" + std::to_string(r.properties.size()), {});
    p.mark = wanted;
    p.without = forbidden;
    r.properties.push_back(std::move(p));
  }
  return r;
}

// What a search that ended early knows of it: the edges of the first states, but of some of them
// not all.
Graph part_of(const Graph& whole, std::uint64_t seed) {
  core::Random random(seed, "part");
  Graph part;
  const std::size_t expanded = random.below(whole.size());
  for (StateNumber s = 0; s < whole.size(); ++s) {
    part.first.push_back(part.edges.size());
    part.predicates.push_back(whole.predicates[s]);
    if (s >= expanded) continue;
    part.owed.push_back(whole.owed[s]);
    const bool is_cut = random.below(4) == 0;
    if (is_cut) part.cut_short.push_back(s);
    for (const Edge& e : whole.out(s)) {
      if (!is_cut || random.below(2) == 0) part.edges.push_back(e);
    }
  }
  part.first.push_back(part.edges.size());
  return part;
}

using States = std::set<StateNumber>;

// States reachable from `from` along edges that satisfy `allows`, through states of `inside`.
template <class Allows>
States reachable(const Graph& g, StateNumber from, const States& inside, Allows&& allows) {
  States seen;
  std::vector<StateNumber> work;
  if (inside.contains(from)) work.push_back(from);
  while (!work.empty()) {
    const StateNumber s = work.back();
    work.pop_back();
    if (!seen.insert(s).second) continue;
    for (const Edge& e : g.out(s)) {
      if (allows(e) && inside.contains(e.target)) work.push_back(e.target);
    }
  }
  return seen;
}

// Whether an execution can visit exactly these states again and again, and be fair: they are
// strongly connected, and whoever is owed a step in one of them has an edge between two of them.
bool is_fair_set(const Graph& g, const States& set, CycleMarks marks) {
  const auto allows = [&](const Edge& e) { return marks.allows(e); };
  ContextSet owed;
  ContextSet stepped;
  bool has_edge = false;
  bool has_mark = marks.wanted == 0;
  for (const StateNumber s : set) {
    if (reachable(g, s, set, allows) != set) return false;
    owed |= g.owed[s];
    for (const Edge& e : g.out(s)) {
      if (!allows(e) || !set.contains(e.target)) continue;
      has_edge = true;
      stepped.set(e.context);
      has_mark = has_mark || marks.is_wanted(e);
    }
  }
  return has_edge && has_mark && (owed & ~stepped).none();
}

bool has_fair_cycle(const Graph& g, const States& region, CycleMarks marks) {
  const std::vector<StateNumber> list(region.begin(), region.end());
  for (std::uint32_t subset = 1; subset < (1u << list.size()); ++subset) {
    States set;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if ((subset >> i & 1) != 0) set.insert(list[i]);
    }
    if (is_fair_set(g, set, marks)) return true;
  }
  return false;
}

States all_states(const Graph& g) {
  States all;
  for (StateNumber s = 0; s < g.size(); ++s)
    all.insert(s);
  return all;
}

// The states of which not every edge is known.
States open_ends(const Graph& g) {
  States open(g.cut_short.begin(), g.cut_short.end());
  for (StateNumber s = 0; s < g.size(); ++s) {
    if (!g.is_expanded(s)) open.insert(s);
  }
  return open;
}

States where_not(const Graph& g, std::uint8_t predicate) {
  States set;
  for (StateNumber s = 0; s < g.size(); ++s) {
    if (!g.holds(s, predicate)) set.insert(s);
  }
  return set;
}

const auto any_edge = [](const Edge&) { return true; };

// The states in which an obligation of the property can be open, from its definition.
States open_states(const Graph& g, PropertyKind kind) {
  const States from_start = reachable(g, 0, all_states(g), any_edge);
  if (kind == PropertyKind::no_cycle) return from_start;
  if (kind == PropertyKind::eventually) return reachable(g, 0, where_not(g, 0), any_edge);
  States open;
  for (const StateNumber s : from_start) {
    if (!g.holds(s, 0)) continue;
    for (const StateNumber t : reachable(g, s, where_not(g, 1), any_edge))
      open.insert(t);
  }
  return open;
}

bool is_violated(const Graph& g, PropertyKind kind) {
  const States open = open_states(g, kind);
  if (kind == PropertyKind::no_cycle) return has_fair_cycle(g, open, {wanted, forbidden});
  for (const StateNumber s : open) {
    if (g.owed[s].none()) return true;
  }
  return has_fair_cycle(g, open, {});
}

// The states along a path, the first one included. Fails where there is no such edge.
std::vector<StateNumber> states_along(const Graph& g, const std::vector<PathStep>& path) {
  std::vector<StateNumber> states{0};
  for (const PathStep& p : path) {
    const StateNumber before = states.back();
    for (const Edge& e : g.out(before)) {
      if (e.context == p.context && e.choice == p.choice) states.push_back(e.target);
    }
    REQUIRE(states.size() > 1);
  }
  REQUIRE(states.size() == path.size() + 1);
  return states;
}

const Edge& edge_of(const Graph& g, StateNumber s, const PathStep& p) {
  for (const Edge& e : g.out(s)) {
    if (e.context == p.context && e.choice == p.choice) return e;
  }
  throw std::logic_error("no such edge");
}

void check_lasso(const Graph& g, PropertyKind kind, const Finding& f) {
  const std::vector<StateNumber> states = states_along(g, f.path);
  const States open = open_states(g, kind);
  CHECK(open.contains(states.back()));
  if (f.loop_start == no_loop) {
    CHECK(g.owed[states.back()].none());
    return;
  }
  REQUIRE(f.loop_start < f.path.size());
  CHECK(states[f.loop_start] == states.back());
  ContextSet owed;
  ContextSet stepped;
  bool has_mark = false;
  for (std::size_t i = f.loop_start; i < f.path.size(); ++i) {
    CHECK(open.contains(states[i]));
    owed |= g.owed[states[i]];
    stepped.set(f.path[i].context);
    const Edge& e = edge_of(g, states[i], f.path[i]);
    has_mark = has_mark || (e.marks & wanted) != 0;
    if (kind == PropertyKind::no_cycle) CHECK((e.marks & forbidden) == 0);
  }
  CHECK((owed & ~stepped).none());
  if (kind == PropertyKind::no_cycle) CHECK(has_mark);
}

}  // namespace

TEST_CASE("fair violations agree with their definition", "[explore][liveness]") {
  std::map<PropertyKind, std::pair<int, int>> seen;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const RandomGraph r = random_graph(seed);
    for (const Property& p : r.properties) {
      if (p.kind == PropertyKind::recoverable) continue;
      const GraphProperty property{&p, 0, 1};
      const std::optional<Finding> f = find_fair_violation(r.graph, property);
      INFO("seed " << seed << ", kind " << static_cast<int>(p.kind));
      REQUIRE(f.has_value() == is_violated(r.graph, p.kind));
      ++(f ? seen[p.kind].first : seen[p.kind].second);
      if (f) check_lasso(r.graph, p.kind, *f);
    }
  }
  // Both answers are common, or the test would show little.
  REQUIRE(seen.size() == 3);
  for (const auto& [kind, counts] : seen) {
    INFO("kind " << static_cast<int>(kind));
    CHECK(counts.first > 300);
    CHECK(counts.second > 300);
  }
}

TEST_CASE("what breaks a part of the graph breaks the whole", "[explore][liveness]") {
  std::map<PropertyKind, int> found;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    const RandomGraph r = random_graph(seed);
    const Graph part = part_of(r.graph, seed);
    for (const Property& p : r.properties) {
      if (p.kind == PropertyKind::recoverable) continue;
      const std::optional<Finding> f = find_fair_violation(part, GraphProperty{&p, 0, 1});
      if (!f) continue;
      ++found[p.kind];
      INFO("seed " << seed << ", kind " << static_cast<int>(p.kind));
      REQUIRE(is_violated(r.graph, p.kind));
      check_lasso(r.graph, p.kind, *f);
    }
  }
  REQUIRE(found.size() == 3);
  for (const auto& [kind, count] : found)
    CHECK(count > 100);
}

TEST_CASE("the first lost state agrees with its definition", "[explore][liveness]") {
  Fabric fabric;
  struct Idle {
    void run(Exec& x, Frame& self) {
      ROUTINE();
      STEP("idle");
      RETURN(0);
      ROUTINE_END();
    }
  } idle;
  for (const Fairness f : {Fairness::fair, Fairness::fair, Fairness::optional}) {
    const std::string name = "c" + std::to_string(fabric.contexts().size());
    toys::add<&Idle::run>(fabric, idle, toys::context(name, no_executor, Level::thread, f));
  }
  // Where all edges are known, and where some are not: they may lead anywhere.
  const bool is_part = GENERATE(false, true);
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Graph whole = random_graph(seed).graph;
    const Graph part = part_of(whole, seed);
    const Graph& g = is_part ? part : whole;
    const States open = open_ends(g);
    StateNumber expected = no_state;
    for (StateNumber s = 0; s < g.size() && expected == no_state; ++s) {
      bool recovers = false;
      for (const StateNumber t :
           reachable(g, s, all_states(g), [](const Edge& e) { return e.context != 2; })) {
        recovers = recovers || g.holds(t, 0) || open.contains(t);
      }
      if (!recovers) expected = s;
    }
    INFO("seed " << seed);
    REQUIRE(BackwardGraph(fabric, g).first_lost(0) == expected);
    lost += expected == no_state ? 0 : 1;
  }
  CHECK(lost > (is_part ? 100 : 300));
  CHECK(lost < 1700);
}
