#include "sim/topology/topology.h"

#include <algorithm>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <deque>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

namespace irqloom::topology {

namespace {

constexpr std::uint64_t longest = std::numeric_limits<std::uint64_t>::max();

std::uint64_t saturated(std::uint64_t a, std::uint64_t b) {
  return a > longest - b ? longest : a + b;
}

/// A path's length. Counting the edges too makes every edge longer than nothing, so that the
/// fastest path is well defined although many edges take no time.
struct Length {
  std::uint64_t ps = 0;
  std::size_t edges = 0;

  auto operator<=>(const Length&) const = default;
};

Length operator+(const Length& a, const Length& b) {
  return {saturated(a.ps, b.ps), a.edges + b.edges};
}

constexpr Length infinite = {longest, std::numeric_limits<std::size_t>::max() / 2};

bool is_one_of(const std::vector<std::string>& kinds, const std::string& kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// What boost::filtered_graph asks.
template <class Graph>
struct Kept {
  const Graph* graph = nullptr;
  const std::vector<bool>* kept = nullptr;

  template <class Descriptor>
  bool operator()(const Descriptor& edge) const {
    return (*kept)[boost::get(boost::edge_index, *graph, edge)];
  }
};

std::vector<bool> kept_edges(const std::vector<Edge>& edges, const EdgeFilter& keep) {
  std::vector<bool> kept;
  for (const Edge& e : edges)
    kept.push_back(!keep || keep(e));
  return kept;
}

template <class Graph>
auto filtered(const Graph& graph, const std::vector<bool>& kept) {
  return boost::filtered_graph<Graph, Kept<Graph>>(graph, Kept<Graph>{&graph, &kept});
}

void check(const std::vector<Node>& nodes, const std::vector<Edge>& edges) {
  std::set<std::string_view> names;
  for (const Node& n : nodes) {
    if (!names.insert(n.name).second) throw std::invalid_argument("two parts named " + n.name);
  }
  for (const Edge& e : edges) {
    if (e.from >= nodes.size() || e.to >= nodes.size()) {
      throw std::invalid_argument("an edge by " + e.seam + " has an end that is no node");
    }
  }
}

}  // namespace

std::string_view Node::attribute(std::string_view key) const {
  for (const Attribute& a : attributes) {
    if (a.key == key) return a.value;
  }
  return {};
}

bool is_forth(const Edge& edge) {
  return edge.way == Way::forth;
}

bool is_back(const Edge& edge) {
  return edge.way == Way::back;
}

EdgeTime sum_of(std::function<std::uint64_t(std::string_view key)> cost) {
  return [cost = std::move(cost)](const Edge& edge) {
    std::uint64_t sum = 0;
    for (const std::string& key : edge.costs)
      sum = saturated(sum, cost(key));
    return sum;
  };
}

bool Reachability::meet(NodeId a, NodeId b) const {
  for (NodeId n = 0; n < reached_.size(); ++n) {
    if (reached_[a][n] && reached_[b][n]) return true;
  }
  return false;
}

Topology::Topology(std::vector<Node> nodes, std::vector<Edge> edges)
    : nodes_(std::move(nodes)), edges_(std::move(edges)) {
  check(nodes_, edges_);
  graph_ = Graph(nodes_.size());
  for (EdgeId i = 0; i < edges_.size(); ++i) {
    boost::add_edge(edges_[i].from, edges_[i].to, i, graph_);
  }
}

EdgeId Topology::id(Graph::edge_descriptor edge) const {
  return boost::get(boost::edge_index, graph_, edge);
}

std::optional<NodeId> Topology::find(std::string_view name) const {
  for (NodeId n = 0; n < nodes_.size(); ++n) {
    if (nodes_[n].name == name) return n;
  }
  return std::nullopt;
}

std::vector<std::string> Topology::names() const {
  std::vector<std::string> result;
  for (const Node& n : nodes_)
    result.push_back(n.name);
  return result;
}

std::vector<NodeId> Topology::of_kind(std::string_view kind) const {
  std::vector<NodeId> result;
  for (NodeId n = 0; n < nodes_.size(); ++n) {
    if (nodes_[n].kind == kind) result.push_back(n);
  }
  return result;
}

std::vector<NodeId> Topology::with(std::string_view key, std::string_view value) const {
  std::vector<NodeId> result;
  for (NodeId n = 0; n < nodes_.size(); ++n) {
    const auto matches = [&](const Attribute& a) { return a.key == key && a.value == value; };
    if (std::ranges::any_of(nodes_[n].attributes, matches)) result.push_back(n);
  }
  return result;
}

std::vector<EdgeId> Topology::edges_from(NodeId node, const EdgeFilter& keep) const {
  std::vector<EdgeId> result;
  for (const auto& e : boost::make_iterator_range(boost::out_edges(node, graph_))) {
    if (!keep || keep(edges_[id(e)])) result.push_back(id(e));
  }
  return result;
}

std::vector<EdgeId> Topology::edges_to(NodeId node, const EdgeFilter& keep) const {
  std::vector<EdgeId> result;
  for (const auto& e : boost::make_iterator_range(boost::in_edges(node, graph_))) {
    if (!keep || keep(edges_[id(e)])) result.push_back(id(e));
  }
  return result;
}

std::vector<bool> Topology::spread(NodeId start, bool forwards, const EdgeFilter& keep) const {
  std::vector<bool> marked(nodes_.size(), false);
  std::vector<NodeId> open = {start};
  marked[start] = true;
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    for (const EdgeId e : forwards ? edges_from(node, keep) : edges_to(node, keep)) {
      const NodeId next = forwards ? edges_[e].to : edges_[e].from;
      if (!marked[next]) open.push_back(next);
      marked[next] = true;
    }
  }
  return marked;
}

std::vector<NodeId> Topology::pick(const std::vector<bool>& marked, NodeId but,
                                   const std::vector<std::string>& kinds) const {
  std::vector<NodeId> result;
  for (NodeId n = 0; n < nodes_.size(); ++n) {
    if (marked[n] && n != but && is_one_of(kinds, nodes_[n].kind)) result.push_back(n);
  }
  return result;
}

std::vector<NodeId> Topology::reached(NodeId from, const std::vector<std::string>& kinds,
                                      const EdgeFilter& keep) const {
  return pick(spread(from, true, keep), from, kinds);
}

std::vector<NodeId> Topology::reaching(NodeId to, const std::vector<std::string>& kinds,
                                       const EdgeFilter& keep) const {
  return pick(spread(to, false, keep), to, kinds);
}

std::vector<NodeId> Topology::unreachable(const std::vector<std::string>& kinds,
                                          const std::vector<std::string>& from,
                                          const EdgeFilter& keep) const {
  std::vector<NodeId> result;
  for (NodeId n = 0; n < nodes_.size(); ++n) {
    if (is_one_of(kinds, nodes_[n].kind) && reaching(n, from, keep).empty()) result.push_back(n);
  }
  return result;
}

std::vector<NodeId> Topology::dead_ends(const std::vector<std::string>& kinds,
                                        const std::vector<std::string>& to,
                                        const EdgeFilter& keep) const {
  std::vector<NodeId> result;
  for (NodeId n = 0; n < nodes_.size(); ++n) {
    if (is_one_of(kinds, nodes_[n].kind) && reached(n, to, keep).empty()) result.push_back(n);
  }
  return result;
}

std::vector<Sharing> Topology::sharings() const {
  std::vector<Sharing> result;
  const auto add = [](std::vector<NodeId>& to, NodeId user) {
    if (std::find(to.begin(), to.end(), user) == to.end()) to.push_back(user);
  };
  for (NodeId n = 0; n < nodes_.size(); ++n) {
    std::vector<Sharing> here;
    for (const EdgeId e : edges_to(n)) {
      const Edge& edge = edges_[e];
      auto sharing = std::ranges::find(here, edge.seam, &Sharing::seam);
      if (sharing == here.end()) sharing = here.insert(here.end(), {n, edge.seam, {}, {}});
      add(sharing->users, edge.from);
      if (edge.use == Use::exclusive) add(sharing->exclusive, edge.from);
    }
    for (Sharing& s : here) {
      if (s.users.size() > 1) result.push_back(std::move(s));
    }
  }
  return result;
}

// Breadth first: the first way back to the start is a shortest one.
Path Topology::shortest_circle(NodeId through, const EdgeFilter& keep) const {
  std::vector<std::optional<EdgeId>> entered(nodes_.size());
  std::deque<NodeId> open = {through};
  while (!open.empty() && !entered[through]) {
    const NodeId node = open.front();
    open.pop_front();
    for (const EdgeId e : edges_from(node, keep)) {
      if (entered[edges_[e].to]) continue;
      entered[edges_[e].to] = e;
      open.push_back(edges_[e].to);
    }
  }
  Path path;
  if (!entered[through]) return path;
  NodeId node = through;
  do {
    path.push_back(*entered[node]);
    node = edges_[path.back()].from;
  } while (node != through);
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<Path> Topology::cycles(const EdgeFilter& keep) const {
  const std::vector<bool> kept = kept_edges(edges_, keep);
  std::vector<std::size_t> group(nodes_.size());
  boost::strong_components(
      filtered(graph_, kept),
      boost::make_iterator_property_map(group.begin(), boost::get(boost::vertex_index, graph_)));
  std::vector<Path> result;
  std::set<std::size_t> seen;
  for (NodeId n = 0; n < nodes_.size(); ++n) {
    if (!seen.insert(group[n]).second) continue;
    Path circle = shortest_circle(n, keep);
    if (!circle.empty()) result.push_back(std::move(circle));
  }
  return result;
}

std::vector<Path> Topology::paths(NodeId from, NodeId to, const EdgeFilter& keep,
                                  std::size_t most) const {
  struct Partial {
    Path path;
    NodeId at;
  };
  const std::vector<bool> leads_there = spread(to, false, keep);
  std::vector<Path> result;
  std::deque<Partial> open = {{{}, from}};
  while (!open.empty() && result.size() < most) {
    const Partial partial = std::move(open.front());
    open.pop_front();
    if (partial.at == to) {
      result.push_back(partial.path);
      continue;
    }
    for (const EdgeId e : edges_from(partial.at, keep)) {
      const NodeId next = edges_[e].to;
      const auto starts_there = [&](EdgeId before) { return edges_[before].from == next; };
      if (!leads_there[next] || std::ranges::any_of(partial.path, starts_there)) continue;
      Path longer = partial.path;
      longer.push_back(e);
      open.push_back({std::move(longer), next});
    }
  }
  return result;
}

std::optional<TimedPath> Topology::fastest(NodeId from, NodeId to, const EdgeTime& time,
                                           const EdgeFilter& keep) const {
  const std::vector<bool> kept = kept_edges(edges_, keep);
  std::vector<Length> weights;
  for (const Edge& e : edges_)
    weights.push_back({time(e), 1});
  std::vector<Length> distance(nodes_.size());
  const auto vertices = boost::get(boost::vertex_index, graph_);
  const auto index = boost::get(boost::edge_index, graph_);
  boost::dijkstra_shortest_paths(
      filtered(graph_, kept), from,
      boost::distance_map(boost::make_iterator_property_map(distance.begin(), vertices))
          .weight_map(boost::make_iterator_property_map(weights.begin(), index))
          .distance_compare(std::less<Length>())
          .distance_combine(std::plus<Length>())
          .distance_inf(infinite)
          .distance_zero(Length{}));
  if (distance[to] == infinite) return std::nullopt;

  TimedPath result{distance[to].ps, {}};
  for (NodeId node = to; distance[node].edges != 0; node = edges_[result.path.back()].from) {
    const std::vector<EdgeId> into = edges_to(node, keep);
    const auto leads_here = [&](EdgeId e) {
      const Length before = distance[edges_[e].from];
      return before != infinite && before + weights[e] == distance[node];
    };
    result.path.push_back(*std::ranges::find_if(into, leads_here));
  }
  std::reverse(result.path.begin(), result.path.end());
  return result;
}

Reachability Topology::reachability(const EdgeFilter& keep) const {
  std::vector<std::vector<bool>> reached;
  for (NodeId n = 0; n < nodes_.size(); ++n)
    reached.push_back(spread(n, true, keep));
  return Reachability(std::move(reached));
}

std::string Topology::text(const Path& path) const {
  if (path.empty()) return {};
  std::string result = nodes_[edges_[path.front()].from].name;
  for (const EdgeId e : path)
    result += " -> " + nodes_[edges_[e].to].name;
  return result;
}

}  // namespace irqloom::topology
