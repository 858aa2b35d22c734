// Labels below the boxes of a lane, in rows, none on another.
#pragma once

#include <cstddef>
#include <vector>

namespace irqloom::trace {

/// A text that wants to stand somewhere below the point `x`, to the right of it.
struct SvgLabel {
  int x = 0;
  int width = 0;        ///< Of the whole text.
  int short_width = 0;  ///< Of what may stand for it; at most `width`.
  int importance = 0;
  // Answers of place_labels():
  std::size_t row = no_row;  ///< 0 is the highest.
  bool is_short = false;     ///< Only the short text has room.

  static constexpr std::size_t no_row = ~std::size_t{0};
};

/// Gives rows below `max_rows` to labels, which are sorted by x, where they neither touch nor end
/// beyond `right`: to the most important ones first, of equal ones to the left one. Those that find
/// no place have no_row. Returns how many rows are used.
std::size_t place_labels(std::vector<SvgLabel>& labels, std::size_t max_rows, int right);

}  // namespace irqloom::trace
