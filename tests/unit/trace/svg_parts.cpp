// What the pictures of traces are made of: the time axis, the places of labels, shared boxes.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "sim/trace/svg_axis.h"
#include "sim/trace/svg_labels.h"
#include "sim/trace/svg_story.h"

using namespace irqloom;         // NOLINT(google-build-using-namespace)
using namespace irqloom::trace;  // NOLINT(google-build-using-namespace)

namespace {

/// Numbers that look random and are the same everywhere (Numerical Recipes' generator).
class Numbers {
 public:
  std::uint64_t below(std::uint64_t limit) {
    state_ = state_ * 1664525 + 1013904223;
    return (state_ >> 8 & 0xffffff) % limit;
  }

 private:
  std::uint64_t state_ = 7;
};

SvgBeat beat(std::uint64_t seq, ContextId context, SvgWeight weight = SvgWeight::quiet) {
  SvgBeat b;
  b.seq = seq;
  b.context = context;
  b.weight = weight;
  b.time_ps = seq * 10;
  b.end_ps = b.time_ps + 10;
  b.label = "step " + std::to_string(seq);
  b.tooltip = b.label;
  return b;
}

std::vector<std::uint64_t> seqs(const std::vector<SvgBeat>& beats) {
  std::vector<std::uint64_t> all;
  for (const SvgBeat& b : beats)
    all.push_back(b.seq);
  return all;
}

}  // namespace

TEST_CASE("svg axis: never backwards, never too close, in its room", "[trace][svg]") {
  Numbers numbers;
  for (int round = 0; round < 50; ++round) {
    std::vector<Moment> moments;
    const std::uint64_t unit = std::uint64_t{1} << numbers.below(40);
    for (std::uint64_t i = 0; i < 2 + numbers.below(100); ++i)
      moments.push_back({numbers.below(200) * unit, static_cast<std::uint32_t>(numbers.below(2))});
    const SvgAxis axis(moments, 100, 900);
    std::sort(moments.begin(), moments.end());
    CHECK(axis.x(moments.front()) == 100);
    CHECK(axis.x(moments.back()) == axis.right());
    CHECK(axis.right() <= 1000);
    for (std::size_t i = 1; i < moments.size(); ++i) {
      if (moments[i] != moments[i - 1])
        CHECK(axis.x(moments[i]) >= axis.x(moments[i - 1]) + SvgAxis::min_px);
      CHECK(axis.x(moments[i]) >= axis.x(moments[i - 1]));
    }
  }
}

TEST_CASE("svg axis: what is not cut and not tiny is to scale", "[trace][svg]") {
  const SvgAxis axis({{0}, {10'000}, {30'000}, {70'000}, {9'000'070'000}, {9'000'080'000}}, 0, 600);
  const int unit = axis.x({10'000});
  CHECK(unit > 3 * SvgAxis::min_px);
  CHECK(std::abs(axis.x({30'000}) - 3 * unit) <= 2);
  CHECK(std::abs(axis.x({9'000'080'000}) - axis.x({9'000'070'000}) - unit) <= 1);
  REQUIRE(axis.cuts().size() == 1);
  CHECK(axis.cuts()[0].end == Moment{9'000'070'000});
  CHECK(axis.cuts()[0].x > axis.x({70'000}));
  CHECK(axis.cuts()[0].x < axis.x({9'000'070'000}));
}

TEST_CASE("svg axis: moments that need more room get it", "[trace][svg]") {
  std::vector<Moment> moments;
  for (std::uint64_t i = 0; i < 100; ++i)
    moments.push_back({i});
  CHECK(SvgAxis(moments, 0, 150).right() == 99 * SvgAxis::min_px);
  CHECK(SvgAxis({{5}}, 40, 150).right() == 40);
}

TEST_CASE("svg labels: none touches another", "[trace][svg]") {
  Numbers numbers;
  for (int round = 0; round < 50; ++round) {
    std::vector<SvgLabel> labels;
    int x = 0;
    for (int i = 0; i < 30; ++i) {
      x += static_cast<int>(numbers.below(40));
      SvgLabel label;
      label.x = x;
      label.width = 20 + static_cast<int>(numbers.below(200));
      label.short_width = std::min(label.width, 100);
      label.importance = static_cast<int>(numbers.below(5));
      labels.push_back(label);
    }
    const std::size_t rows = place_labels(labels, 4, 800);
    CHECK(rows <= 4);
    const auto end = [](const SvgLabel& l) { return l.x + (l.is_short ? l.short_width : l.width); };
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i].row == SvgLabel::no_row) continue;
      CHECK(labels[i].row < rows);
      CHECK(end(labels[i]) <= 800);
      for (std::size_t k = 0; k < i; ++k) {
        if (labels[k].row == labels[i].row) CHECK(end(labels[k]) < labels[i].x);
      }
    }
  }
}

TEST_CASE("svg labels: the important ones find a place, short if need be", "[trace][svg]") {
  std::vector<SvgLabel> labels(3);
  for (SvgLabel& label : labels)
    label.width = label.short_width = 100;
  labels[1].x = 10;
  labels[1].importance = 1;
  labels[2].x = 20;
  CHECK(place_labels(labels, 1, 1000) == 1);
  CHECK(labels[0].row == SvgLabel::no_row);
  CHECK(labels[1].row == 0);
  CHECK(labels[2].row == SvgLabel::no_row);

  labels[0].short_width = 3;
  CHECK(place_labels(labels, 1, 1000) == 1);
  CHECK(labels[0].row == 0);
  CHECK(labels[0].is_short);
  CHECK_FALSE(labels[1].is_short);

  CHECK(place_labels(labels, 3, 1000) == 3);
  CHECK(labels[2].row == 0);
  CHECK(labels[0].row == 2);
  CHECK_FALSE(labels[0].is_short);
  CHECK(place_labels(labels, 3, 50) == 1);
  CHECK(labels[0].is_short);
}

TEST_CASE("svg story: what fits is left alone", "[trace][svg]") {
  std::vector<SvgBeat> steps = {beat(0, 0), beat(1, 0), beat(2, 0)};
  CHECK(seqs(join_steps(steps, 3, true)) == std::vector<std::uint64_t>{0, 1, 2});
}

TEST_CASE("svg story: quiet steps join the one before them first", "[trace][svg]") {
  std::vector<SvgBeat> steps = {beat(0, 0), beat(1, 0, SvgWeight::emits),
                                beat(2, 0, SvgWeight::changes), beat(3, 0), beat(4, 1)};
  const std::vector<SvgBeat> four = join_steps(steps, 4, true);
  CHECK(seqs(four) == std::vector<std::uint64_t>{0, 1, 2, 4});
  CHECK(four[2].marks == std::vector<std::uint64_t>{30});
  CHECK(four[2].end_ps == 40);
  CHECK(four[2].tooltip == "step 2\n\nstep 3");
  CHECK(seqs(join_steps(steps, 3, true)) == std::vector<std::uint64_t>{0, 1, 4});
  CHECK(seqs(join_steps(steps, 2, true)) == std::vector<std::uint64_t>{0, 4});
}

TEST_CASE("svg story: of equal steps the common ones join first", "[trace][svg]") {
  static const EventType common{"toy", "common", {}};
  static const EventType rare{"toy", "rare", {}};
  std::vector<SvgBeat> steps;
  for (std::uint64_t i = 0; i < 5; ++i) {
    steps.push_back(beat(i, 0, SvgWeight::emits));
    steps.back().events = {&common};
  }
  steps[1].events = {&common, &rare};
  CHECK(seqs(join_steps(steps, 2, true)) == std::vector<std::uint64_t>{0, 1});
  CHECK(join_steps(steps, 5, true)[1].repeats == 1);
  CHECK(join_steps(steps, 5, true)[2].repeats == 5);
}

TEST_CASE("svg story: who is of consequence has a box of its own", "[trace][svg]") {
  std::vector<SvgBeat> steps = {beat(0, 0),
                                beat(1, 0),
                                beat(2, 1),
                                beat(3, 0),
                                beat(4, 0),
                                beat(5, 0, SvgWeight::toggles),
                                beat(6, 0, SvgWeight::violates)};
  steps[2].cause = 1;
  steps[3].time_ps = 20;  // Goes on where step 1 ends.
  // Step 4 joins step 3 and that would join step 1.
  const std::vector<SvgBeat> beats = join_steps(steps, 5, true);
  CHECK(seqs(beats) == std::vector<std::uint64_t>{0, 1, 2, 5, 6});
  CHECK(beats[1].marks == std::vector<std::uint64_t>{20, 40});
  CHECK(beats[1].is_cause);
}

TEST_CASE("svg story: nobody joins across a pause or from another context", "[trace][svg]") {
  std::vector<SvgBeat> steps = {beat(0, 0), beat(1, 1), beat(2, 0)};
  CHECK(join_steps(steps, 3, true).size() == 3);
  CHECK(seqs(join_steps(steps, 2, true)) == std::vector<std::uint64_t>{1, 2});
  CHECK(seqs(join_steps(steps, 2, false)) == std::vector<std::uint64_t>{0, 1});
}

TEST_CASE("svg story: a cause that is not shown is forgotten", "[trace][svg]") {
  std::vector<SvgBeat> steps = {beat(7, 0), beat(8, 1), beat(9, 2)};
  steps[0].cause = 3;
  steps[1].cause = 7;
  const std::vector<SvgBeat> all = join_steps(steps, 3, true);
  CHECK(all[0].cause == no_step);
  CHECK(all[1].cause == 7);
  CHECK(all[0].is_cause);
  const std::vector<SvgBeat> late = join_steps(steps, 2, true);
  CHECK(late[0].cause == no_step);
  CHECK(seqs(late) == std::vector<std::uint64_t>{8, 9});
}
