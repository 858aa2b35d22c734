#include "sim/core/lock_graph.h"

#include <boost/graph/breadth_first_search.hpp>

namespace irqloom {

namespace {

constexpr std::size_t no_node = ~std::size_t{0};

}  // namespace

std::size_t LockGraph::node(std::string_view lock_class) {
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (classes_[i].name == lock_class) return i;
  }
  boost::add_vertex(graph_);
  classes_.push_back(ClassInfo{std::string(lock_class), false, false, false});
  return classes_.size() - 1;
}

std::optional<std::string> LockGraph::path(std::size_t from, std::size_t to) const {
  std::vector<std::size_t> parent(classes_.size(), no_node);
  boost::breadth_first_search(graph_, from,
                              boost::visitor(boost::make_bfs_visitor(boost::record_predecessors(
                                  parent.data(), boost::on_tree_edge()))));
  if (from != to && parent[to] == no_node) return std::nullopt;
  std::string text = classes_[to].name;
  for (std::size_t n = to; n != from;) {
    n = parent[n];
    text.insert(0, classes_[n].name + " -> ");
  }
  return text;
}

std::optional<std::string> LockGraph::order(std::string_view held, std::string_view taken) {
  const std::size_t a = node(held);
  const std::size_t b = node(taken);
  if (boost::edge(a, b, graph_).second) return std::nullopt;
  const std::optional<std::string> back = path(b, a);
  boost::add_edge(a, b, graph_);
  if (!back) return std::nullopt;
  return classes_[a].name + " -> " + *back;
}

bool LockGraph::irq_use(std::string_view lock_class, bool in_hardirq, bool irqs_on) {
  ClassInfo& c = classes_[node(lock_class)];
  c.in_hardirq = c.in_hardirq || in_hardirq;
  c.irqs_on = c.irqs_on || irqs_on;
  if (c.reported || !c.in_hardirq || !c.irqs_on) return false;
  c.reported = true;
  return true;
}

}  // namespace irqloom
