// A bounded sample of reached states: the nearest ones, and those on random walks into the depth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/assume.h"
#include "sim/explore/store.h"

namespace irqloom::explore {

/// Distinct states. The same for equal arguments on every machine.
class Sample {
 public:
  /// Up to `most` states (> 0), the initial one among them. `assumptions` may be nullptr. Local
  /// steps are not fused.
  Sample(const Fabric& fabric, const Assumptions* assumptions, std::size_t most,
         std::uint64_t seed);

  std::size_t size() const { return store_.size(); }
  std::span<const std::byte> operator[](std::size_t i) const {
    return std::span(bytes_).subspan(i * state_bytes_, state_bytes_);
  }
  /// Whether these are all states that can be reached.
  bool complete() const { return complete_; }

 private:
  void take_nearest(const Fabric& fabric, const Assumptions* assumptions, std::size_t most);
  void walk(const Fabric& fabric, const Assumptions* assumptions, std::size_t most,
            std::uint64_t seed);
  void add(const Fingerprint& state, const World& world);

  std::size_t state_bytes_;
  StateStore store_;
  std::vector<std::byte> bytes_;
  bool complete_ = false;
};

}  // namespace irqloom::explore
