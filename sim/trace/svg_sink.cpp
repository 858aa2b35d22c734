#include "sim/trace/svg_sink.h"

#include <algorithm>
#include <map>

#include "sim/error.h"
#include "sim/trace/append.h"
#include "sim/trace/describe.h"
#include "sim/trace/format.h"
#include "sim/trace/svg_style.h"

namespace irqloom::trace {

namespace {

/// Steps that are kept for each box: the more there are, the more of them share boxes.
constexpr std::size_t steps_per_box = 2;

SvgWeight weight_of(const Fabric& fabric, const StepRecord& record,
                    const std::vector<Change>& changes) {
  if (!record.events.empty()) return SvgWeight::emits;
  const bool has_changes = std::any_of(changes.begin(), changes.end(), [&](const Change& c) {
    return !holds_context(fabric.layout().slots()[c.slot], *c.field);
  });
  return has_changes ? SvgWeight::changes : SvgWeight::quiet;
}

/// First what makes the story, then what is rare: one "exit: EOI" says more than the fifth "enter".
int importance_of(const SvgBeat& beat) {
  if (!beat.violations.empty()) return 1000;
  const int by_weight = 2 * static_cast<int>(beat.weight);
  const int by_arrows = (beat.is_cause ? 5 : 0) + (beat.cause != no_step ? 2 : 0);
  const int by_repeats = static_cast<int>(std::min<std::size_t>(beat.repeats, 9));
  return 10 * (by_weight + by_arrows) - by_repeats;
}

Moment next(const Moment& moment) {
  return {moment.time_ps, moment.order + 1};
}

/// When the step that begins last ends. Waits that have only begun by then would stretch the
/// picture.
std::uint64_t end_of(const std::vector<SvgBeat>& beats) {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  for (const SvgBeat& beat : beats) {
    const std::uint64_t last = beat.marks.empty() ? beat.time_ps : beat.marks.back();
    if (last >= begin) end = beat.end_ps;
    begin = std::max(begin, last);
  }
  return end;
}

/// "violated: lost-interrupt, stuck-masked"
std::string alarm_label(const std::vector<std::string>& violations) {
  std::string label = "violated: ";
  for (std::size_t i = 0; i < violations.size(); ++i) {
    if (i != 0) label += ", ";
    label += violations[i].substr(0, violations[i].find_first_of(" :"));
  }
  return label;
}

}  // namespace

// --- collecting ------------------------------------------------------------------------------

void SvgSink::begin(const Fabric& fabric, const TraceInfo& info) {
  fabric_ = &fabric;
  info_ = info;
  for (const std::string& path : options_.levels)
    levels_.push_back(find_level(path));
}

SvgSink::Level SvgSink::find_level(const std::string& path) const {
  const std::vector<SlotInfo>& slots = fabric_->layout().slots();
  std::string name;
  for (SlotIndex s = 0; s < slots.size(); ++s) {
    if (!path.starts_with(slots[s].name)) continue;
    for (const Field& field : slots[s].fields) {
      for (std::uint16_t i = 0; i < field.count; ++i) {
        name.clear();
        append_path(name, *fabric_, Change{s, &field, i});
        if (name == path) return Level{s, &field, i};
      }
    }
  }
  throw InputError(path + ": there is no such field; expected SLOT.FIELD or SLOT.FIELD[INDEX]");
}

std::vector<bool> SvgSink::read_levels(const World& world) const {
  std::vector<bool> values;
  for (const Level& level : levels_) {
    const SlotInfo& slot = fabric_->layout().slots()[level.slot];
    values.push_back(read_field(*level.field, world.bytes(slot), level.index) != 0);
  }
  return values;
}

void SvgSink::step(const StepRecord& record) {
  ++total_;
  const bool is_over = is_violated_ && options_.last == no_step;
  if (is_over || record.seq < options_.first || record.seq > options_.last) return;
  is_violated_ = is_violated_ || (record.violations != nullptr && !record.violations->empty());
  const std::size_t most = options_.max_boxes * steps_per_box;
  latest_.push_back(beat_of(record));
  if (earliest_.size() < most) earliest_.push_back(latest_.back());
  if (latest_.size() > most) latest_.pop_front();
}

/// Those of one time are shown together: one loss has two names, mostly.
void SvgSink::violated(const OpenViolation& open) {
  const bool is_over = is_violated_ && (alarms_.empty() || alarms_.back().time_ps != open.time_ps);
  if (options_.last != no_step || is_over) return;
  is_violated_ = true;
  alarms_.push_back({open.time_ps, open.violation.property, {}});
  append_violation(alarms_.back().text, open);
}

SvgBeat SvgSink::beat_of(const StepRecord& record) {
  diff(*fabric_, record, changes_);
  SvgBeat beat;
  beat.seq = record.seq;
  beat.time_ps = record.time_ps;
  beat.end_ps = record.time_ps + record.duration_ps;
  beat.context = record.context;
  beat.cause = record.cause;
  beat.label = step_of(*fabric_, record).name;
  for (const Event& event : record.events)
    beat.events.push_back(event.type);
  beat.levels_before = read_levels(*record.before);
  beat.levels_after = read_levels(*record.after);
  beat.weight = weight_of(*fabric_, record, changes_);
  if (beat.levels_before != beat.levels_after) beat.weight = SvgWeight::toggles;
  if (record.violations != nullptr) {
    for (const Violation& violation : *record.violations)
      append_violation(beat.violations.emplace_back(), violation);
  }
  if (!beat.violations.empty()) beat.weight = SvgWeight::violates;
  beat.tooltip = tooltip_of(record);
  return beat;
}

std::string SvgSink::tooltip_of(const StepRecord& record) {
  std::string text = "step ";
  append_number(text, record.seq);
  if (info_.timed) {
    text += ", ";
    append_us(text, record.time_ps);
    text += " us";
  }
  text += ", " + fabric_->contexts()[record.context].name + "\n";
  text += routine_of(*fabric_, record).name + ": ";
  append_step(text, *fabric_, record);
  for (const Change& change : changes_) {
    text += '\n';
    append_change(text, *fabric_, change);
  }
  if (record.returned.value != 0) {
    text += '\n';
    append_returned(text, *fabric_, record);
  }
  for (const Event& event : record.events) {
    text += "\n~ ";
    append_event(text, *fabric_, event);
  }
  return text;
}

// --- drawing ---------------------------------------------------------------------------------

std::vector<std::size_t> SvgSink::add_lanes(const Beats& beats, SvgPicture& picture) const {
  const std::vector<ContextInfo>& contexts = fabric_->contexts();
  std::vector<ContextId> acting;
  for (const SvgBeat& beat : beats)
    acting.push_back(beat.context);
  std::sort(acting.begin(), acting.end());
  acting.erase(std::unique(acting.begin(), acting.end()), acting.end());
  std::stable_sort(acting.begin(), acting.end(), [&](ContextId a, ContextId b) {
    const std::size_t left = svg_tint_of(contexts[a].layer);
    const std::size_t right = svg_tint_of(contexts[b].layer);
    return left != right ? left < right : contexts[a].layer < contexts[b].layer;
  });
  std::vector<std::size_t> lane_of(contexts.size());
  for (const ContextId c : acting) {
    lane_of[c] = picture.lanes.size();
    picture.lanes.push_back({contexts[c].name, contexts[c].layer});
  }
  return lane_of;
}

void SvgSink::add_boxes(const Beats& beats, SvgPicture& picture) const {
  const std::vector<std::size_t> lane_of = add_lanes(beats, picture);
  const std::uint64_t end_ps = end_of(beats);
  std::vector<std::size_t> latest(picture.lanes.size(), SvgPicture::no_box);
  std::map<std::uint64_t, std::size_t> box_of;  // [seq]
  for (const SvgBeat& beat : beats) {
    const std::size_t here = picture.boxes.size();
    SvgPicture::Box box;
    box.lane = lane_of[beat.context];
    box.begin.time_ps = beat.time_ps;
    // What happens at one time stands in the order in which it happened.
    if (here != 0) box.begin = std::max(box.begin, picture.boxes.back().begin);
    if (beat.cause != no_step) picture.arrows.push_back({box_of.at(beat.cause), here});
    if (latest[box.lane] != SvgPicture::no_box) {
      SvgPicture::Box& before = picture.boxes[latest[box.lane]];
      before.end = std::clamp(box.begin, next(before.begin), before.end);
      box.begin = std::max(box.begin, before.end);
    }
    box.end = std::max(Moment{std::min(beat.end_ps, end_ps), 0}, next(box.begin));
    box.marks = beat.marks;
    box.label = beat.violations.empty() ? beat.label : alarm_label(beat.violations);
    box.tooltip = beat.tooltip;
    box.importance = importance_of(beat);
    box.alarm = !beat.violations.empty();
    if (picture.loop_start == SvgPicture::no_box && beat.seq >= info_.loop_start)
      picture.loop_start = here;
    latest[box.lane] = here;
    box_of[beat.seq] = here;
    picture.boxes.push_back(std::move(box));
  }
}

/// Behind all boxes that begin by then.
void SvgSink::add_alarms(SvgPicture& picture) const {
  for (const Alarm& alarm : alarms_) {
    Moment at{alarm.time_ps, 0};
    if (!picture.boxes.empty()) at = std::max(at, picture.boxes.back().end);
    if (picture.alarms.empty() || picture.alarms.back().at < at) {
      picture.alarms.push_back({at, "violated: " + alarm.property});
    } else {
      picture.alarms.back().label += ", " + alarm.property;
    }
  }
}

void SvgSink::add_waves(const Beats& beats, SvgPicture& picture) const {
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    SvgPicture::Wave wave{options_.levels[i], false, {}};
    bool now = false;
    for (std::size_t b = 0; b < beats.size(); ++b) {
      if (b == 0) now = wave.is_high = beats[b].levels_before[i];
      if (beats[b].levels_after[i] == now) continue;
      now = !now;
      wave.toggles.push_back(picture.boxes[b].begin);
    }
    picture.waves.push_back(std::move(wave));
  }
}

void SvgSink::add_texts(const Beats& beats, const std::string& verdict, SvgPicture& picture) const {
  picture.title = info_.scenario;
  if (!info_.variant.empty()) picture.title += ", " + info_.variant;
  picture.title += ": " + verdict;
  picture.counts_steps = !info_.timed;
  picture.note = note_of(beats);
  for (const SvgBeat& beat : beats) {
    for (const std::string& violation : beat.violations)
      picture.captions.push_back("violated: " + violation);
  }
  for (const Alarm& alarm : alarms_)
    picture.captions.push_back("violated: " + alarm.text);
}

std::string SvgSink::note_of(const Beats& beats) const {
  std::vector<std::string> parts;
  const std::string code = code_text(*fabric_, info_.code);
  if (!code.empty()) parts.push_back("functions of " + code);
  if (!info_.timed) parts.emplace_back("a schedule replayed: every step is as long as another");
  std::size_t drawn = beats.size();
  for (const SvgBeat& beat : beats)
    drawn += beat.marks.size();
  if (drawn != beats.size()) parts.emplace_back("lines in a box: further steps");
  if (drawn != total_)
    parts.push_back(std::to_string(drawn) + " of " + std::to_string(total_) + " steps are drawn");
  std::string note;
  for (const std::string& part : parts)
    note += (note.empty() ? "" : "; ") + part;
  return note;
}

void SvgSink::end(std::uint64_t /*end_ps*/, const std::string& verdict) {
  const bool keeps_end = is_violated_ || verdict == "violated";
  Beats beats = keeps_end ? Beats(latest_.begin(), latest_.end()) : earliest_;
  beats = join_steps(std::move(beats), options_.max_boxes, keeps_end);
  SvgPicture picture;
  add_boxes(beats, picture);
  add_alarms(picture);
  add_waves(beats, picture);
  add_texts(beats, verdict, picture);
  out_ << draw_svg(picture, options_.width);
}

const TraceFormats::Add svg_format{{.name = "svg",
                                    .what = "a picture: a column a layer",
                                    .extension = ".svg",
                                    .make = make_sink<SvgSink>}};

}  // namespace irqloom::trace
