#include "sim/trace/svg_labels.h"

#include <algorithm>
#include <numeric>

namespace irqloom::trace {

namespace {

constexpr int gap_px = 6;

int end_of(const SvgLabel& label) {
  return label.x + (label.is_short ? label.short_width : label.width);
}

/// Gives rows to the chosen ones, if they fit. From right to left, each in the highest row that is
/// free, so that the lines to the labels of a burst pass none of these.
bool stack(std::vector<SvgLabel>& labels, const std::vector<bool>& chosen, std::size_t max_rows) {
  std::vector<int> free(max_rows, 1 << 30);  // [row]: where its leftmost label begins.
  for (std::size_t i = labels.size(); i-- != 0;) {
    if (!chosen[i]) continue;
    const int end = end_of(labels[i]) + gap_px;
    const auto row =
        std::find_if(free.begin(), free.end(), [&](int limit) { return end <= limit; });
    if (row == free.end()) return false;
    *row = labels[i].x;
    labels[i].row = static_cast<std::size_t>(row - free.begin());
  }
  return true;
}

}  // namespace

std::size_t place_labels(std::vector<SvgLabel>& labels, std::size_t max_rows, int right) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return labels[a].importance > labels[b].importance;
  });
  std::vector<bool> chosen(labels.size(), false);
  for (SvgLabel& label : labels)
    label.is_short = false;
  const auto fits = [&](SvgLabel& label) {
    return end_of(label) <= right && stack(labels, chosen, max_rows);
  };
  for (const std::size_t i : order) {
    chosen[i] = true;
    if (fits(labels[i])) continue;
    labels[i].is_short = true;
    chosen[i] = fits(labels[i]);
  }
  stack(labels, chosen, max_rows);
  std::size_t rows = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!chosen[i]) labels[i].row = SvgLabel::no_row;
    if (chosen[i]) rows = std::max(rows, labels[i].row + 1);
  }
  return rows;
}

}  // namespace irqloom::trace
