#include "sim/world/world.h"

#include <stdexcept>

namespace irqloom {

const SlotInfo* Layout::find(std::string_view name) const {
  for (const SlotInfo& s : slots_) {
    if (s.name == name) return &s;
  }
  return nullptr;
}

SlotIndex Layout::add(std::string name, std::size_t size, std::span<const Field> fields) {
  const auto index = static_cast<SlotIndex>(slots_.size());
  slots_.push_back(SlotInfo{std::move(name), static_cast<std::uint32_t>(size_),
                            static_cast<std::uint32_t>(size), fields});
  const auto first = static_cast<std::uint32_t>(size_ / 8);
  words_.push_back(WordRange{first, first + static_cast<std::uint32_t>((size + 7) / 8)});
  // Eight-byte alignment lets every struct of integers be used in place.
  size_ += (size + 7) / 8 * 8;
  return index;
}

World::World(const Layout& layout) : bytes_(layout.size()), is_written_(layout.slots().size()) {
  written_.reserve(64);
}

void World::clear_written() {
  for (const SlotIndex i : written_)
    is_written_[i] = 0;
  written_.clear();
}

void World::load(std::span<const std::byte> bytes) {
  if (bytes.size() != bytes_.size()) throw std::logic_error("world of another layout");
  std::memcpy(bytes_.data(), bytes.data(), bytes.size());
}

}  // namespace irqloom
