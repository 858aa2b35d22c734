#include "sim/trace/svg_axis.h"

#include <algorithm>

namespace irqloom::trace {

namespace {

constexpr std::uint64_t longest_px = 150;
constexpr std::uint64_t times_average = 4;
constexpr std::uint64_t longest_ps = std::uint64_t{1} << 56;  // 20 hours; products do not overflow.

/// How long times become distances.
struct Scale {
  std::uint64_t max_px = 0;   ///< At most this far apart are two moments.
  std::uint64_t full_ps = 1;  ///< Time that takes max_px.

  int px(std::uint64_t ps) const {
    if (ps >= full_ps) return static_cast<int>(max_px);
    return std::max(SvgAxis::min_px, static_cast<int>(ps * max_px / full_ps));
  }
  /// Not worth a mark is what is drawn at half of its length or more.
  bool cuts(std::uint64_t ps) const { return ps / 2 > full_ps; }
};

std::uint64_t total_px(const Scale& scale, const std::vector<std::uint64_t>& gaps) {
  std::uint64_t total = 0;
  for (const std::uint64_t gap : gaps)
    total += static_cast<std::uint64_t>(scale.px(gap));
  return total;
}

/// The largest scale at which `gaps` (not empty) fit into `width`. Half of them are to scale in any
/// case.
Scale fit(const std::vector<std::uint64_t>& gaps, int width) {
  const auto room = static_cast<std::uint64_t>(width);
  const std::uint64_t average = room / gaps.size();
  Scale scale;
  scale.max_px = std::clamp<std::uint64_t>(times_average * average, SvgAxis::min_px, longest_px);
  std::vector<std::uint64_t> sorted = gaps;
  std::sort(sorted.begin(), sorted.end());
  std::uint64_t low = std::max<std::uint64_t>(sorted[sorted.size() / 2], 1);
  std::uint64_t high = std::max(sorted.back() * scale.max_px, low);
  while (low < high) {
    scale.full_ps = low + (high - low) / 2;
    if (total_px(scale, gaps) <= room) {
      high = scale.full_ps;
    } else {
      low = scale.full_ps + 1;
    }
  }
  scale.full_ps = high;
  return scale;
}

}  // namespace

SvgAxis::SvgAxis(std::vector<Moment> moments, int left, int width) : moments_(std::move(moments)) {
  std::sort(moments_.begin(), moments_.end());
  moments_.erase(std::unique(moments_.begin(), moments_.end()), moments_.end());
  xs_.push_back(left);
  if (moments_.size() < 2) return;
  std::vector<std::uint64_t> gaps;
  for (std::size_t i = 1; i < moments_.size(); ++i)
    gaps.push_back(std::min(moments_[i].time_ps - moments_[i - 1].time_ps, longest_ps));
  const Scale scale = fit(gaps, width);
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    xs_.push_back(xs_[i] + scale.px(gaps[i]));
    if (scale.cuts(gaps[i])) cuts_.push_back(Cut{(xs_[i] + xs_[i + 1]) / 2, moments_[i + 1]});
  }
}

int SvgAxis::x(const Moment& moment) const {
  const auto at = std::lower_bound(moments_.begin(), moments_.end(), moment);
  return xs_[static_cast<std::size_t>(at - moments_.begin())];
}

}  // namespace irqloom::trace
