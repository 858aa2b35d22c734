// An array that grows block by block: nothing moves when it grows, so that no memory is held twice.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace irqloom::explore {

template <class T>
class Blocks {
 public:
  void push_back(const T& value) {
    if (size_ % block_size == 0) blocks_.push_back(std::make_unique_for_overwrite<T[]>(block_size));
    blocks_.back()[size_++ % block_size] = value;
  }

  const T& operator[](std::size_t i) const { return blocks_[i / block_size][i % block_size]; }
  std::size_t size() const { return size_; }
  /// Bytes allocated.
  std::size_t memory() const { return blocks_.size() * block_size * sizeof(T); }

 private:
  static constexpr std::size_t block_size = 4096;

  std::size_t size_ = 0;
  std::vector<std::unique_ptr<T[]>> blocks_;
};

}  // namespace irqloom::explore
