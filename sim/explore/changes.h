// What a step changed, in words of 8 bytes: it is hashed, queued and undone by these.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/world/world.h"

namespace irqloom::explore {

struct WordChange {
  std::uint32_t index = 0;  ///< Of the word in the world.
  std::uint64_t before = 0;
  std::uint64_t now = 0;
};

/// Replaces `changes` by the words of `now` that differ from `before`, the bytes of the state from
/// which now.written() tells where to look.
void find_changes(const Layout& layout, std::span<const std::byte> before, const World& now,
                  std::vector<WordChange>& changes);

}  // namespace irqloom::explore
