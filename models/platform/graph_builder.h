// Puts the graph of a machine together, part by part.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/platform/parts.h"
#include "sim/topology/topology.h"

namespace irqloom::platform {

/// The keys of the costs of an edge, one for each step.
using Costs = std::vector<std::string>;

/// "pin" and 3: "pin3".
inline std::string number(const std::string& prefix, unsigned n) {
  return prefix + std::to_string(n);
}

class GraphBuilder {
 public:
  /// A name that is taken is an error of the finished graph.
  topology::NodeId add(topology::Node node) {
    index_.emplace(node.name, nodes_.size());
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }
  /// The part of that name, as far as it was added.
  std::optional<topology::NodeId> find(const std::string& name) const {
    const auto found = index_.find(name);
    if (found == index_.end()) return std::nullopt;
    return found->second;
  }
  topology::Node& node(topology::NodeId id) { return nodes_[id]; }
  /// One more context executes a part, unless it is known already.
  void executes(const std::string& context, topology::NodeId part) {
    auto& attributes = nodes_[part].attributes;
    const bool is_known = std::ranges::any_of(attributes, [&](const topology::Attribute& a) {
      return a.key == attribute::context && a.value == context;
    });
    if (!is_known) attributes.push_back({attribute::context, context});
  }
  /// `from` acts on `to`: on the way of an interrupt, or on the way back of its acknowledge.
  void forth(topology::NodeId from, topology::NodeId to, const char* by, Costs costs,
             topology::Use use = topology::Use::shared) {
    edges_.push_back({from, to, by, std::move(costs), topology::Way::forth, use});
  }
  void back(topology::NodeId from, topology::NodeId to, const char* by, Costs costs) {
    edges_.push_back({from, to, by, std::move(costs), topology::Way::back, topology::Use::shared});
  }
  bool is_drawn(topology::NodeId from, topology::NodeId to, const char* by) const {
    return std::ranges::any_of(edges_, [&](const topology::Edge& e) {
      return e.from == from && e.to == to && e.seam == by;
    });
  }
  /// Everything that was added; the builder is empty then.
  topology::Topology take() { return {std::move(nodes_), std::move(edges_)}; }

 private:
  std::vector<topology::Node> nodes_;
  std::vector<topology::Edge> edges_;
  std::map<std::string, topology::NodeId> index_;
};

}  // namespace irqloom::platform
