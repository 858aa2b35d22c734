// What is in the picture of a trace, and its drawing as SVG.
//
// Lanes from top to bottom, a box per step, arrows from cause to effect, flags as waves below. The
// file is complete in itself: no script, no font, and a white ground that also stands on a dark
// page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/trace/svg_axis.h"

namespace irqloom::trace {

/// All texts are plain UTF-8; drawing escapes them.
struct SvgPicture {
  struct Lane {
    std::string name;
    std::string layer;  ///< Neighbours of one layer are drawn as a group.
  };

  struct Box {
    std::size_t lane = 0;
    Moment begin;
    Moment end;                        ///< Later than `begin`.
    std::vector<std::uint64_t> marks;  ///< Times at which further steps begin in it, ascending.
    std::string label;
    std::string tooltip;  ///< May have several lines.
    int importance = 0;   ///< Where labels do not fit, the least important ones are left out.
    bool alarm = false;   ///< Something is violated here.
  };

  /// Between boxes of different lanes.
  struct Arrow {
    std::size_t from = 0;  ///< Index into `boxes`.
    std::size_t to = 0;    ///< Begins no earlier than `from`.
  };

  struct Wave {
    std::string name;
    bool is_high = false;         ///< At the left.
    std::vector<Moment> toggles;  ///< Beginnings of boxes, ascending.
  };

  struct Alarm {
    Moment at;
    std::string label;
  };

  static constexpr std::size_t no_box = ~std::size_t{0};
  static constexpr int minor = 45;  ///< Labels of boxes of less importance are pale.

  std::string title;
  std::string note;                   ///< Small print below the title.
  std::vector<std::string> captions;  ///< Of the violations, at the bottom.
  bool counts_steps = false;          ///< The axis shows nanoseconds as steps, else microseconds.
  std::vector<Lane> lanes;
  std::vector<Box> boxes;  ///< In the order of execution.
  std::vector<Arrow> arrows;
  std::vector<Alarm> alarms;  ///< What is violated and no box shows, by time.
  std::vector<Wave> waves;
  std::size_t loop_start = no_box;  ///< From this box on the trace repeats for ever.
};

/// The file. `width` in pixels; the picture is wider only if names and boxes need it.
std::string draw_svg(const SvgPicture& picture, int width);

}  // namespace irqloom::trace
