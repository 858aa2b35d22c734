// What a step says that it reads and writes, as byte ranges of the world.
//
// Declarations are distrusted (sim/explore/distrust.h checks them on reached states) and are never
// learned from recordings: an unexecuted branch would be missing.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/ids.h"
#include "sim/world/world.h"

namespace irqloom {

/// Bytes [offset, offset + size) of the world.
struct Range {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// The shared state of one step. The step's own context's stack is always included and not listed.
struct Footprint {
  std::vector<Range> reads;
  std::vector<Range> writes;
};

/// A whole slot.
template <class T>
Range range(Slot<T> slot) {
  return Range{slot.offset, sizeof(T)};
}

/// One member of a slot: `field(pin, &KvmPin::irr)`.
template <class T, class M>
Range field(Slot<T> slot, M T::*member) {
  static constexpr T zero{};
  const auto* base = reinterpret_cast<const std::byte*>(&zero);
  const auto* at = reinterpret_cast<const std::byte*>(&(zero.*member));
  return Range{slot.offset + static_cast<std::uint32_t>(at - base), sizeof(M)};
}

/// Something whose atomic operations a step may call: it lists what they may touch.
class Touches {
 public:
  virtual ~Touches() = default;
  /// Adds every range that any operation of this object may read or write within one step.
  virtual void touches(Footprint& footprint) const = 0;
};

// The three words of a declaration: STEP("...", reads(a, b), writes(c), calls(*chip_)).

struct Reads {
  std::vector<Range> ranges;
};
struct Writes {
  std::vector<Range> ranges;
};
struct Calls {
  std::vector<const Touches*> callees;
};

inline Range as_range(Range r) {
  return r;
}
template <class T>
Range as_range(Slot<T> s) {
  return range(s);
}

template <class T>
Range as_range(const SlotArray<T>& a) {
  return Range{a.first.offset, a.size * SlotArray<T>::stride};
}

template <class... R>
Reads reads(R... r) {
  return Reads{{as_range(r)...}};
}
/// Written ranges count as read too: most writes keep part of the old value.
template <class... R>
Writes writes(R... r) {
  return Writes{{as_range(r)...}};
}
template <class... C>
Calls calls(const C&... c) {
  return Calls{{static_cast<const Touches*>(&c)...}};
}

}  // namespace irqloom
