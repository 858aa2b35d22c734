// The queue of states that are known but not expanded: whole worlds, first in, first out.
//
// A world is kept as its difference from the initial one, in words of 8 bytes: most stacks are
// empty and most fields at rest, and the memory that is not written is what makes the queue fast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "sim/explore/changes.h"

namespace irqloom::explore {

class Frontier {
 public:
  /// `base`: a world to which all others are similar.
  explicit Frontier(const World& base);

  /// Adds a successor of the state that was popped last (before the first pop: of `base`), from
  /// which it differs by `changes`.
  void push(const World& world, std::span<const WordChange> changes);
  /// The oldest state. Valid until the next pop().
  std::span<const std::byte> pop();

  std::size_t size() const { return size_; }
  /// Bytes allocated.
  std::size_t memory() const { return (blocks_.size() + spare_.size()) * block_words_ * 8; }

 private:
  using Word = std::uint64_t;
  using Block = std::unique_ptr<Word[]>;

  void note_differences(std::span<const WordChange> changes);
  void open_block();
  void close_block();

  std::vector<Word> base_;
  std::vector<Word> current_;  ///< The state of the last pop().
  /// Where current_ differs from base_: a bit a word, 64 words a mask.
  std::vector<Word> current_masks_;
  std::vector<Word> masks_;     ///< The same of the world that is pushed.
  std::size_t most_words_ = 0;  ///< Of one encoded state: its masks, then the words that differ.
  std::size_t block_words_ = 0;
  std::size_t size_ = 0;
  std::deque<Block> blocks_;
  std::deque<std::size_t> filled_;  ///< Words used in each block.
  std::size_t read_ = 0;            ///< Words of the first block that were popped.
  std::vector<Block> spare_;
};

}  // namespace irqloom::explore
