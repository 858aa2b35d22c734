// Which steps of a trace a picture shows, and which of them share a box.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/ids.h"
#include "sim/trace/record.h"

namespace irqloom::trace {

/// How much a step tells by itself, ascending.
enum class SvgWeight : std::uint8_t {
  quiet,    ///< Nothing but locks and the like.
  changes,  ///< State.
  emits,    ///< An event.
  toggles,  ///< One of the flags that are shown as waves.
  violates
};

/// A step, or several steps of one context that follow each other without a pause.
struct SvgBeat {
  std::uint64_t seq = 0;  ///< This and what follows: of the first step.
  std::uint64_t time_ps = 0;
  ContextId context = 0;
  SvgWeight weight = SvgWeight::quiet;
  std::uint64_t cause = no_step;
  std::string label;
  std::vector<const EventType*> events;  ///< Of its events.
  std::vector<bool> levels_before;       ///< In the order of SvgOptions::levels.
  std::vector<bool> levels_after;
  std::vector<std::string> violations;  ///< "lost-interrupt (dev0): why that is bad"
  std::uint64_t end_ps = 0;             ///< Of the last step.
  std::vector<std::uint64_t> marks;     ///< Times of the further steps.
  std::string tooltip;                  ///< A paragraph for each step.
  // Filled by join_steps():
  bool is_cause = false;    ///< Of a beat that is shown.
  std::size_t repeats = 0;  ///< How often its rarest event, or else its label, occurs.
};

/// Joins `steps` (consecutive ones of a trace) until there are at most `most` (at least 1). A step
/// joins the one before it if it neither violates nor toggles anything and no arrow begins or ends
/// at it; those that tell the least go first, and among them what occurs often. If that is not
/// enough, the earliest are left out, or, unless `keeps_end`, the latest.
std::vector<SvgBeat> join_steps(std::vector<SvgBeat> steps, std::size_t most, bool keeps_end);

}  // namespace irqloom::trace
