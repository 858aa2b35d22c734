// Bytes of the world, as sets and by name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/footprint.h"

namespace irqloom::explore {

/// The smallest thing in the world that has a name: an element of a field ("kvm.pin3.irr",
/// "queue.entry[2]"), or a slot without fields ("context.vcpu0").
struct Atom {
  Range range;
  std::string name;
};

/// All atoms of the layout; they cover every slot, in the order of the offsets.
std::vector<Atom> atoms_of(const Layout& layout);

/// A set of bytes of the world.
class ByteSet {
 public:
  /// Empty, of a world of `size` bytes.
  explicit ByteSet(std::size_t size) : in_(size) {}

  void add(const Range& r) { std::fill_n(in_.begin() + r.offset, r.size, true); }
  void add(const ByteSet& other) {
    std::transform(in_.begin(), in_.end(), other.in_.begin(), in_.begin(), std::logical_or<>());
  }
  bool contains(std::size_t byte) const { return in_[byte]; }
  bool meets(const ByteSet& other) const {
    for (std::size_t i = 0; i < in_.size(); ++i) {
      if (in_[i] && other.in_[i]) return true;
    }
    return false;
  }

 private:
  std::vector<bool> in_;
};

}  // namespace irqloom::explore
