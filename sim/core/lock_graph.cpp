#include "sim/core/lock_graph.h"

#include <boost/graph/breadth_first_search.hpp>

namespace irqloom {

namespace {

constexpr std::size_t no_node = ~std::size_t{0};

}  // namespace

LockGraph::ClassInfo& LockGraph::info(const LockInfo& lock) {
  while (classes_.size() <= lock.class_id) {
    boost::add_vertex(graph_);
    classes_.emplace_back();
  }
  ClassInfo& c = classes_[lock.class_id];
  c.name = lock.lock_class;
  return c;
}

std::optional<std::string> LockGraph::path(std::size_t from, std::size_t to) const {
  std::vector<std::size_t> parent(classes_.size(), no_node);
  boost::breadth_first_search(graph_, from,
                              boost::visitor(boost::make_bfs_visitor(boost::record_predecessors(
                                  parent.data(), boost::on_tree_edge()))));
  if (from != to && parent[to] == no_node) return std::nullopt;
  std::string text(classes_[to].name);
  for (std::size_t n = to; n != from;) {
    n = parent[n];
    text.insert(0, std::string(classes_[n].name) + " -> ");
  }
  return text;
}

std::optional<std::string> LockGraph::order(const LockInfo& held, const LockInfo& taken) {
  info(held);
  info(taken);
  if (boost::edge(held.class_id, taken.class_id, graph_).second) return std::nullopt;
  const std::optional<std::string> back = path(taken.class_id, held.class_id);
  boost::add_edge(held.class_id, taken.class_id, graph_);
  if (!back) return std::nullopt;
  return held.lock_class + " -> " + *back;
}

bool LockGraph::irq_use(const LockInfo& taken, bool in_hardirq, bool irqs_on) {
  ClassInfo& c = info(taken);
  c.in_hardirq = c.in_hardirq || in_hardirq;
  c.irqs_on = c.irqs_on || irqs_on;
  if (c.reported || !c.in_hardirq || !c.irqs_on) return false;
  c.reported = true;
  return true;
}

}  // namespace irqloom
