#include "sim/core/slot_waiters.h"

namespace irqloom {

SlotWaiters::SlotWaiters(std::size_t slots, std::size_t contexts)
    : of_slot_(slots, none), of_context_(contexts, none) {
  nodes_.reserve(4 * contexts);
}

SlotWaiters::NodeIndex SlotWaiters::new_node() {
  if (free_ == none) {
    nodes_.emplace_back();
    return static_cast<NodeIndex>(nodes_.size() - 1);
  }
  const NodeIndex n = free_;
  free_ = nodes_[n].sibling;
  return n;
}

void SlotWaiters::wait(ContextId c, std::span<const SlotIndex> slots) {
  for (const SlotIndex slot : slots) {
    const NodeIndex head = of_slot_[slot];
    // Newcomers go to the front, so a repetition finds its own context there.
    if (head != none && nodes_[head].context == c) continue;
    const NodeIndex n = new_node();
    nodes_[n] = Node{slot, c, none, head, of_context_[c]};
    if (head != none) nodes_[head].prev = n;
    of_slot_[slot] = n;
    of_context_[c] = n;
  }
}

void SlotWaiters::unlink(const Node& node) {
  if (node.prev == none) {
    of_slot_[node.slot] = node.next;
  } else {
    nodes_[node.prev].next = node.next;
  }
  if (node.next != none) nodes_[node.next].prev = node.prev;
}

void SlotWaiters::forget(ContextId c) {
  NodeIndex n = of_context_[c];
  while (n != none) {
    const NodeIndex sibling = nodes_[n].sibling;
    unlink(nodes_[n]);
    nodes_[n].sibling = free_;
    free_ = n;
    n = sibling;
  }
  of_context_[c] = none;
}

void SlotWaiters::take(SlotIndex slot, std::vector<ContextId>& woken) {
  while (of_slot_[slot] != none) {
    const ContextId c = nodes_[of_slot_[slot]].context;
    woken.push_back(c);
    forget(c);
  }
}

}  // namespace irqloom
