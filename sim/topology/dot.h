// A topology as Graphviz's DOT language (graphviz.org, "The DOT Language").
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/topology/topology.h"

namespace irqloom::topology {

/// How a picture looks. What is not named here has a default.
struct DotStyle {
  std::string title = {};
  /// Layers from top to bottom; the others follow in the order of their first nodes.
  std::vector<std::string> layers = {};
  /// Kind and Graphviz's name of its shape; the others are boxes.
  std::vector<std::pair<std::string, std::string>> shapes = {};
  /// Keys of attributes that stand in a node; all are in its tooltip.
  std::vector<std::string> shown = {};
};

/// The whole text, with a newline at its end. A box for each layer; edges are labelled with their
/// seams, those that go back are dashed; cost keys are in the edges' tooltips. The same topology
/// and style give the same bytes. Names may hold any character.
std::string to_dot(const Topology& topology, const DotStyle& style = {});

}  // namespace irqloom::topology
