// The world: one flat block that holds all mutable state of a fabric.
//
// Saving a state is a copy of the block and restoring it a copy back. Modules reserve typed, named
// slots in it at elaboration. Reading goes through a const reference; writing goes through
// World::mut(), which notes the slot: whoever waits on it is woken, and only what was written is
// hashed, compared or undone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "sim/world/field.h"

namespace irqloom {

using SlotIndex = std::uint32_t;

/// A typed place in the world. Cheap to copy; meaningless without the layout that reserved it.
template <class T>
struct Slot {
  std::uint32_t offset = 0;  ///< Bytes from the start of the world; a multiple of 8.
  SlotIndex index = 0;       ///< Position in Layout::slots().
};

/// Consecutive slots of one type. Cheap to copy; index in [0, size).
template <class T>
struct SlotArray {
  Slot<T> first;
  std::uint32_t size = 0;

  static constexpr std::uint32_t stride = (sizeof(T) + 7) / 8 * 8;
  Slot<T> operator[](std::size_t i) const {
    const auto n = static_cast<std::uint32_t>(i);
    return Slot<T>{first.offset + n * stride, first.index + n};
  }
};

/// What is known about a slot without its type.
struct SlotInfo {
  std::string name;               ///< Unique, dotted: "kvm.ioapic.pin16".
  std::uint32_t offset = 0;       ///< Bytes from the start of the world.
  std::uint32_t size = 0;         ///< Bytes.
  std::span<const Field> fields;  ///< Owned by FieldsOf<T>; static.
};

/// The words of 8 bytes that a slot occupies, padding included: from `first` up to `end`.
struct WordRange {
  std::uint32_t first = 0;
  std::uint32_t end = 0;
};

/// Grows at elaboration, is read afterwards. Owned by the fabric.
class Layout {
 public:
  /// Reserves a zeroed place. `name` must be new (checked when the fabric is sealed).
  template <class T>
  Slot<T> reserve(const std::string& name) {
    static_assert(WorldState<T>, "a slot needs a struct without padding and its IRQLOOM_FIELDS");
    const SlotIndex index = add(name, sizeof(T), FieldsOf<T>::table);
    return Slot<T>{slots_[index].offset, index};
  }

  /// Reserves `n` slots named "<name>0", "<name>1", ...
  template <class T>
  SlotArray<T> reserve_array(const std::string& name, std::size_t n) {
    SlotArray<T> array;
    for (std::size_t i = 0; i < n; ++i) {
      const Slot<T> s = reserve<T>(name + std::to_string(i));
      if (i == 0) array.first = s;
    }
    array.size = static_cast<std::uint32_t>(n);
    return array;
  }

  /// Reserves `size` bytes that are not a struct with a field table (the stacks of contexts).
  SlotIndex reserve_bytes(std::string name, std::size_t size) {
    return add(std::move(name), size, {});
  }

  const std::vector<SlotInfo>& slots() const { return slots_; }
  const WordRange& words(SlotIndex slot) const { return words_[slot]; }
  std::size_t size() const { return size_; }

  /// The slot of that name, or nullptr.
  const SlotInfo* find(std::string_view name) const;

 private:
  SlotIndex add(std::string name, std::size_t size, std::span<const Field> fields);

  std::vector<SlotInfo> slots_;
  std::vector<WordRange> words_;  ///< Of slots_: apart, since it is read at every step.
  std::size_t size_ = 0;
};

/// One state. Copies are independent.
class World {
 public:
  World() = default;
  explicit World(const Layout& layout);

  template <class T>
  const T& operator[](Slot<T> slot) const {
    return *reinterpret_cast<const T*>(bytes_.data() + slot.offset);
  }

  /// The place for writing; notes the slot as written.
  template <class T>
  T& mut(Slot<T> slot) {
    touch(slot.index);
    return *reinterpret_cast<T*>(bytes_.data() + slot.offset);
  }

  /// Raw writable bytes at `offset` in slot `index`, noted as written.
  std::byte* mut_bytes(SlotIndex index, std::uint32_t offset) {
    touch(index);
    return bytes_.data() + offset;
  }

  std::span<const std::byte> bytes() const { return bytes_; }
  std::span<const std::byte> bytes(const SlotInfo& s) const {
    return std::span(bytes_).subspan(s.offset, s.size);
  }

  /// Slots written since clear_written(), each once, in the order of the first write.
  const std::vector<SlotIndex>& written() const { return written_; }
  void clear_written();

  /// Replaces the whole state (same layout). Nothing is noted as written.
  void load(std::span<const std::byte> bytes);
  /// Replaces one word of 8 bytes. Nothing is noted as written.
  void put_word(std::uint32_t index, std::uint64_t word) {
    std::memcpy(bytes_.data() + std::size_t{index} * sizeof word, &word, sizeof word);
  }
  /// Copies one slot back from the bytes of another state.
  void restore(const SlotInfo& slot, std::span<const std::byte> from) {
    std::memcpy(bytes_.data() + slot.offset, from.data() + slot.offset, slot.size);
  }

 private:
  void touch(SlotIndex index) {
    if (is_written_[index] != 0) return;
    is_written_[index] = 1;
    written_.push_back(index);
  }

  std::vector<std::byte> bytes_;
  std::vector<std::uint8_t> is_written_;
  std::vector<SlotIndex> written_;
};

}  // namespace irqloom
