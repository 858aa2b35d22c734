// The time axis of a picture: linear where steps are, cut where nothing moves for long.
//
// Between two moments at which something begins or ends there are at least min_px, so that short
// steps stay visible, and at most a few times the average: what would need much more is cut, and
// marked. All in whole pixels and integers, so that every machine draws the same picture.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

namespace irqloom::trace {

/// When a step begins or ends. Steps that take no time share a time and are told apart by `order`.
struct Moment {
  std::uint64_t time_ps = 0;
  std::uint32_t order = 0;

  friend auto operator<=>(const Moment&, const Moment&) = default;
};

class SvgAxis {
 public:
  static constexpr int min_px = 4;  ///< Between two moments.

  /// A stretch of time that is not drawn to scale: between two neighbouring moments.
  struct Cut {
    int x = 0;  ///< The middle of what stands for it.
    Moment end;
  };

  /// `moments` in any order, at least one. They lie between `left` and `left` + `width`, or beyond
  /// if they need more than min_px each.
  SvgAxis(std::vector<Moment> moments, int left, int width);

  /// Of one of the moments.
  int x(const Moment& moment) const;
  int right() const { return xs_.back(); }
  /// From left to right.
  const std::vector<Cut>& cuts() const { return cuts_; }

 private:
  std::vector<Moment> moments_;  // Ascending.
  std::vector<int> xs_;          // [moment]
  std::vector<Cut> cuts_;
};

}  // namespace irqloom::trace
