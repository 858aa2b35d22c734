#include "sim/explore/frontier.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "sim/explore/fingerprint.h"

namespace irqloom::explore {

namespace {

constexpr std::size_t wanted_block_words = std::size_t{32} * 1024;

// Calls `visit(word index)` for every bit that is set.
template <class Visit>
void for_each_bit(const std::vector<std::uint64_t>& masks, Visit&& visit) {
  for (std::size_t m = 0; m < masks.size(); ++m) {
    for (std::uint64_t left = masks[m]; left != 0; left &= left - 1) {
      visit(m * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }
  }
}

}  // namespace

Frontier::Frontier(const World& base)
    : base_(base.bytes().size() / 8),
      current_masks_((base_.size() + 63) / 64),
      masks_(current_masks_.size()),
      most_words_(base_.size() + masks_.size()),
      block_words_(std::max(wanted_block_words, most_words_)) {
  for (std::size_t i = 0; i < base_.size(); ++i)
    base_[i] = word_at(base.bytes(), i);
  current_ = base_;
}

void Frontier::push(const World& world, std::span<const WordChange> changes) {
  if (blocks_.empty() || filled_.back() + most_words_ > block_words_) open_block();
  note_differences(changes);
  Word* const start = blocks_.back().get() + filled_.back();
  Word* out = std::copy(masks_.begin(), masks_.end(), start);
  for_each_bit(masks_, [&](std::size_t i) { *out++ = word_at(world.bytes(), i); });
  filled_.back() += static_cast<std::size_t>(out - start);
  ++size_;
}

void Frontier::note_differences(std::span<const WordChange> changes) {
  masks_ = current_masks_;
  for (const WordChange& c : changes) {
    const Word bit = Word{1} << c.index % 64;
    Word& mask = masks_[c.index / 64];
    mask = c.now != base_[c.index] ? mask | bit : mask & ~bit;
  }
}

std::span<const std::byte> Frontier::pop() {
  if (read_ == filled_.front()) close_block();
  for_each_bit(current_masks_, [&](std::size_t i) { current_[i] = base_[i]; });
  const Word* const start = blocks_.front().get() + read_;
  const Word* in = start + current_masks_.size();
  std::copy(start, in, current_masks_.begin());
  for_each_bit(current_masks_, [&](std::size_t i) { current_[i] = *in++; });
  read_ += static_cast<std::size_t>(in - start);
  --size_;
  return std::as_bytes(std::span(current_));
}

void Frontier::open_block() {
  if (spare_.empty()) spare_.push_back(std::make_unique_for_overwrite<Word[]>(block_words_));
  blocks_.push_back(std::move(spare_.back()));
  spare_.pop_back();
  filled_.push_back(0);
}

void Frontier::close_block() {
  spare_.push_back(std::move(blocks_.front()));
  blocks_.pop_front();
  filled_.pop_front();
  read_ = 0;
}

}  // namespace irqloom::explore
