// Who waits for which slots to be written.
//
// A blocked context waits for every slot that its guard read. Waking costs time in proportion to
// who is woken, whatever the size of the fabric, and nothing is allocated once the pool has grown.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/ids.h"
#include "sim/world/world.h"

namespace irqloom {

class SlotWaiters {
 public:
  /// For slots 0..slots-1 and contexts 0..contexts-1.
  SlotWaiters(std::size_t slots, std::size_t contexts);

  /// `c`, which must not be waiting, waits for any of `slots` to be written. Repetitions are fine.
  void wait(ContextId c, std::span<const SlotIndex> slots);
  /// `c` waits no longer. Nothing happens when it does not wait.
  void forget(ContextId c);
  /// Whether anybody waits for `slot`.
  bool any(SlotIndex slot) const { return of_slot_[slot] != none; }
  /// Appends to `woken`, in no particular order, everybody who waits for `slot`; they wait no
  /// longer.
  void take(SlotIndex slot, std::vector<ContextId>& woken);

 private:
  using NodeIndex = std::uint32_t;
  static constexpr NodeIndex none = 0xffffffff;

  /// One context waiting for one slot: in the slot's list (prev, next) and the context's (sibling).
  struct Node {
    SlotIndex slot = 0;
    ContextId context = 0;
    NodeIndex prev = none;
    NodeIndex next = none;
    NodeIndex sibling = none;
  };

  NodeIndex new_node();
  void unlink(const Node& node);

  std::vector<NodeIndex> of_slot_;
  std::vector<NodeIndex> of_context_;
  std::vector<Node> nodes_;
  NodeIndex free_ = none;
};

}  // namespace irqloom
