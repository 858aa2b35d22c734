// A picture of a short trace, as SVG, for documents.
//
// A lane per context that acts, grouped by layer; a box per step; an arrow from the step that made
// another context ready to the step that this one took; chosen flags as waves; violations in red.
// Of a longer trace a part is drawn, see SvgOptions. Written at end(), since what matters shows
// only then.
#pragma once

#include <deque>
#include <ostream>
#include <string>
#include <vector>

#include "sim/trace/diff.h"
#include "sim/trace/svg_picture.h"
#include "sim/trace/svg_story.h"

namespace irqloom::trace {

struct SvgOptions {
  /// Fields shown as waves, by path: "dev0.level", "kvm.ioapic.pin16.mask". High is not 0.
  std::vector<std::string> levels = {};
  /// At most so many boxes (1 to 1000). Where there are more steps, join_steps() makes them fewer:
  /// it keeps the end if the trace ends badly, and else the beginning.
  std::size_t max_boxes = 60;
  /// Only the steps first..last (StepRecord::seq). Unless `last` is given, the first violation is
  /// the last step.
  std::uint64_t first = 0;
  std::uint64_t last = no_step;
  /// Of the picture in pixels; see draw_svg().
  int width = 1200;
};

class SvgSink : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit SvgSink(std::ostream& out, SvgOptions options = {})
      : out_(out), options_(std::move(options)) {}

  /// Throws InputError for a level that is no field of the fabric.
  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& open) override;
  void end(std::uint64_t end_ps, const std::string& verdict) override;

 private:
  struct Level {
    SlotIndex slot = 0;
    const Field* field = nullptr;
    std::uint16_t index = 0;
  };

  Level find_level(const std::string& path) const;
  std::vector<bool> read_levels(const World& world) const;
  SvgBeat beat_of(const StepRecord& record);
  std::string tooltip_of(const StepRecord& record);
  using Beats = std::vector<SvgBeat>;
  /// Returns the lane of each context.
  std::vector<std::size_t> add_lanes(const Beats& beats, SvgPicture& picture) const;
  void add_boxes(const Beats& beats, SvgPicture& picture) const;
  void add_alarms(SvgPicture& picture) const;
  void add_waves(const Beats& beats, SvgPicture& picture) const;
  void add_texts(const Beats& beats, const std::string& verdict, SvgPicture& picture) const;
  /// What the picture leaves out.
  std::string note_of(const Beats& beats) const;

  std::ostream& out_;
  SvgOptions options_;
  const Fabric* fabric_ = nullptr;
  TraceInfo info_;
  std::vector<Level> levels_;
  std::vector<SvgBeat> earliest_;  // As many steps of the range as a picture may need.
  std::deque<SvgBeat> latest_;
  std::uint64_t total_ = 0;  // Steps of the trace.
  bool is_violated_ = false;
  struct Alarm {
    std::uint64_t time_ps = 0;
    std::string property;
    std::string text;
  };
  std::vector<Alarm> alarms_;  // What no step shows.
  std::vector<Change> changes_;
};

}  // namespace irqloom::trace
