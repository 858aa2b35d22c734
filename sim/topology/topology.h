// The possible topology of a fabric: which part can act on which, through which seam. Immutable;
// what is connected at a moment (a route, an assigned irqfd) is state of the world, not of this.
//
// The graph knows no interrupts: kinds, layers, seams and cost keys are words of whoever describes
// a fabric. Nodes and edges are numbered in the order of their description, and every answer is
// ordered by these numbers.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace irqloom::topology {

using NodeId = std::size_t;  ///< Index into Topology::nodes().
using EdgeId = std::size_t;  ///< Index into Topology::edges().

struct Attribute {
  std::string key;
  std::string value;
};

struct Node {
  std::string name;  ///< Unique.
  std::string kind;
  std::string layer;
  /// In the order in which they are shown; a key may stand there more than once.
  std::vector<Attribute> attributes = {};

  /// The first value of `key`, or "".
  std::string_view attribute(std::string_view key) const;
};

/// Which way along a road that leads somewhere and answers.
enum class Way : std::uint8_t {
  forth,  ///< What starts something.
  back    ///< An answer to what came forth; may close a circle.
};

/// What the user of a node thinks of other users by the same seam.
enum class Use : std::uint8_t { shared, exclusive };

/// `from` can act on `to`.
struct Edge {
  NodeId from = 0;
  NodeId to = 0;
  std::string seam;
  /// Cost keys of what must pass between the act of `from` and that of `to`, one after another; a
  /// key may stand there more than once. Nothing: at the same instant.
  std::vector<std::string> costs = {};
  Way way = Way::forth;
  Use use = Use::shared;
};

/// The edges that a question is about; an empty one accepts all.
using EdgeFilter = std::function<bool(const Edge&)>;
bool is_forth(const Edge& edge);
bool is_back(const Edge& edge);

/// How long an edge takes at least, in picoseconds.
using EdgeTime = std::function<std::uint64_t(const Edge&)>;
/// The sum of an edge's costs, each as `cost` has it; a sum beyond the range stays at its end.
EdgeTime sum_of(std::function<std::uint64_t(std::string_view key)> cost);

/// Edges of which each begins where the one before ends.
using Path = std::vector<EdgeId>;

struct TimedPath {
  std::uint64_t ps = 0;
  Path path;
};

/// A node that several others act on through one seam.
struct Sharing {
  NodeId node = 0;
  std::string seam;
  std::vector<NodeId> users;      ///< At least two.
  std::vector<NodeId> exclusive;  ///< Those of them that stand no other user.
};

/// Who reaches whom, along any number of edges (none: each node reaches itself).
class Reachability {
 public:
  explicit Reachability(std::vector<std::vector<bool>> reached) : reached_(std::move(reached)) {}

  bool reaches(NodeId from, NodeId to) const { return reached_[from][to]; }
  /// Whether there is a node that both reach. What never meets cannot affect one another, as far as
  /// the edges tell: what the description leaves out (CPUs, locks) is not known here.
  bool meet(NodeId a, NodeId b) const;

 private:
  std::vector<std::vector<bool>> reached_;
};

class Topology {
 public:
  /// std::invalid_argument when two nodes have one name or an edge has an end that is no node.
  Topology(std::vector<Node> nodes, std::vector<Edge> edges);

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Edge>& edges() const { return edges_; }

  /// Of that name; names() helps to say what was meant instead.
  std::optional<NodeId> find(std::string_view name) const;
  std::vector<std::string> names() const;
  std::vector<NodeId> of_kind(std::string_view kind) const;
  /// The nodes that have this attribute with this value.
  std::vector<NodeId> with(std::string_view key, std::string_view value) const;

  std::vector<EdgeId> edges_from(NodeId node, const EdgeFilter& keep = {}) const;
  std::vector<EdgeId> edges_to(NodeId node, const EdgeFilter& keep = {}) const;

  /// One circle for each group of nodes that reach one another: a shortest one through the group's
  /// first node. None: the kept edges form no circle at all.
  std::vector<Path> cycles(const EdgeFilter& keep = {}) const;

  /// The nodes of these kinds that `from` reaches / that reach `to`; never the node itself.
  std::vector<NodeId> reached(NodeId from, const std::vector<std::string>& kinds,
                              const EdgeFilter& keep = {}) const;
  std::vector<NodeId> reaching(NodeId to, const std::vector<std::string>& kinds,
                               const EdgeFilter& keep = {}) const;
  /// The nodes of `kinds` that no node of the kinds `from` reaches.
  std::vector<NodeId> unreachable(const std::vector<std::string>& kinds,
                                  const std::vector<std::string>& from,
                                  const EdgeFilter& keep = {}) const;
  /// The nodes of `kinds` that reach no node of the kinds `to`.
  std::vector<NodeId> dead_ends(const std::vector<std::string>& kinds,
                                const std::vector<std::string>& to,
                                const EdgeFilter& keep = {}) const;

  /// Every node with several users by one seam, by node and then by the seam's first edge.
  std::vector<Sharing> sharings() const;

  /// The paths that enter no node twice, the shortest first; equally long ones by their edges'
  /// numbers. From a node to itself: the empty one. At most `most` are looked for.
  std::vector<Path> paths(NodeId from, NodeId to, const EdgeFilter& keep = {},
                          std::size_t most = 1000) const;
  /// The fastest path; of equally fast ones one with the fewest edges. Nothing when there is none.
  std::optional<TimedPath> fastest(NodeId from, NodeId to, const EdgeTime& time,
                                   const EdgeFilter& keep = {}) const;

  Reachability reachability(const EdgeFilter& keep = {}) const;

  /// "a -> b -> c": the nodes of a path that is not empty.
  std::string text(const Path& path) const;

 private:
  using Graph =
      boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property,
                            boost::property<boost::edge_index_t, EdgeId>>;

  EdgeId id(Graph::edge_descriptor edge) const;
  /// Which nodes `start` reaches along the edges (or against them).
  std::vector<bool> spread(NodeId start, bool forwards, const EdgeFilter& keep) const;
  std::vector<NodeId> pick(const std::vector<bool>& marked, NodeId but,
                           const std::vector<std::string>& kinds) const;
  Path shortest_circle(NodeId through, const EdgeFilter& keep) const;

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  Graph graph_;
};

}  // namespace irqloom::topology
