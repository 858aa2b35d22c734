#include "sim/explore/changes.h"

#include "sim/explore/fingerprint.h"

namespace irqloom::explore {

void find_changes(const Layout& layout, std::span<const std::byte> before, const World& now,
                  std::vector<WordChange>& changes) {
  changes.clear();
  for (const SlotIndex slot : now.written()) {
    const WordRange words = layout.words(slot);
    for (std::uint32_t w = words.first; w < words.end; ++w) {
      const WordChange change{w, word_at(before, w), word_at(now.bytes(), w)};
      if (change.before != change.now) changes.push_back(change);
    }
  }
}

}  // namespace irqloom::explore
