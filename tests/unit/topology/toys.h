// Small graphs whose answers can be seen at a glance.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/topology/topology.h"

namespace irqloom::topology::toys {

/// A node that is its own kind, unless that is said.
inline Node node(const std::string& name, const std::string& kind = {}) {
  return {name, kind.empty() ? name : kind, "layer"};
}

/// Nodes of one letter each: "abc".
inline std::vector<Node> letters(std::string_view names) {
  std::vector<Node> nodes;
  for (const char c : names)
    nodes.push_back(node(std::string(1, c)));
  return nodes;
}

/// Edges between such nodes, numbered from `names`: "ab" leads from a to b at the cost "ab".
inline std::vector<Edge> arrows(std::string_view names, const std::vector<std::string>& pairs) {
  std::vector<Edge> edges;
  for (const std::string& p : pairs)
    edges.push_back({names.find(p[0]), names.find(p[1]), "s", {p}});
  return edges;
}

inline Topology graph(std::string_view names, const std::vector<std::string>& pairs) {
  return {letters(names), arrows(names, pairs)};
}

}  // namespace irqloom::topology::toys
