#include "sim/topology/dot.h"

#include <algorithm>
#include <string_view>

namespace irqloom::topology {

namespace {

/// A quoted string of the DOT language, in which only the quote needs an escape; Graphviz itself
/// reads backslashes in labels, so these are doubled.
std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string node_id(NodeId n) {
  return "n" + std::to_string(n);
}

std::string shape(const DotStyle& style, const std::string& kind) {
  for (const auto& [name, shape] : style.shapes) {
    if (name == kind) return shape;
  }
  return "box";
}

bool is_shown(const DotStyle& style, const Attribute& a) {
  return std::ranges::find(style.shown, a.key) != style.shown.end();
}

std::string node_line(const DotStyle& style, NodeId n, const Node& node) {
  std::string label = node.name + "\n" + node.kind;
  std::string tooltip = node.name;
  for (const Attribute& a : node.attributes) {
    const std::string line = "\n" + a.key + ": " + a.value;
    if (is_shown(style, a)) label += line;
    tooltip += line;
  }
  return node_id(n) + " [label=" + in_quotes(label) + ", shape=" + shape(style, node.kind) +
         ", tooltip=" + in_quotes(tooltip) + "];\n";
}

/// An edge that goes back is written from its target, with the arrow at the tail: Graphviz then
/// puts the way back beside the way forth instead of turning the picture round.
std::string edge_line(const Edge& edge) {
  std::string costs;
  for (const std::string& key : edge.costs)
    costs += (costs.empty() ? "" : " + ") + key;
  if (costs.empty()) costs = "at the same instant";
  const bool back = edge.way == Way::back;
  return "  " + node_id(back ? edge.to : edge.from) + " -> " + node_id(back ? edge.from : edge.to) +
         " [" + (back ? "dir=back, style=dashed, " : "") + "label=" + in_quotes(edge.seam) +
         ", tooltip=" + in_quotes(costs) + "];\n";
}

std::vector<std::string> layers_of(const Topology& topology, const DotStyle& style) {
  std::vector<std::string> layers = style.layers;
  for (const Node& n : topology.nodes()) {
    if (std::ranges::find(layers, n.layer) == layers.end()) layers.push_back(n.layer);
  }
  return layers;
}

std::string layer_box(const Topology& topology, const DotStyle& style, const std::string& layer,
                      std::size_t number) {
  std::string nodes;
  for (NodeId n = 0; n < topology.nodes().size(); ++n) {
    const Node& node = topology.nodes()[n];
    if (node.layer == layer) nodes += "    " + node_line(style, n, node);
  }
  if (nodes.empty()) return {};
  return "  subgraph cluster_" + std::to_string(number) + " {\n    label=" + in_quotes(layer) +
         ";\n    style=rounded;\n    color=gray;\n" + nodes + "  }\n";
}

}  // namespace

std::string to_dot(const Topology& topology, const DotStyle& style) {
  std::string dot = "digraph topology {\n";
  if (!style.title.empty()) dot += "  label=" + in_quotes(style.title) + ";\n  labelloc=t;\n";
  dot += "  rankdir=TB;\n  fontname=\"sans-serif\";\n";
  dot += "  node [fontname=\"sans-serif\", fontsize=10];\n";
  dot += "  edge [fontname=\"sans-serif\", fontsize=9];\n";
  const std::vector<std::string> layers = layers_of(topology, style);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    dot += layer_box(topology, style, layers[i], i);
  }
  for (const Edge& e : topology.edges())
    dot += edge_line(e);
  return dot + "}\n";
}

}  // namespace irqloom::topology
