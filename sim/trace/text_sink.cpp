#include "sim/trace/text_sink.h"

#include <algorithm>
#include <array>

#include "sim/trace/append.h"
#include "sim/trace/describe.h"
#include "sim/trace/format.h"

namespace irqloom::trace {

namespace {

constexpr std::size_t time_width = 12;
constexpr std::size_t gap = 2;
constexpr std::size_t readable_lanes = 4;
constexpr std::size_t most_lanes = 8;
constexpr std::size_t most_strip = 12;
constexpr std::size_t most_name = 16;
constexpr std::size_t most_step = 32;

constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view alarm = "\x1b[1;31m";
constexpr std::array<std::string_view, 6> hues = {"\x1b[36m", "\x1b[33m", "\x1b[32m",
                                                  "\x1b[35m", "\x1b[34m", "\x1b[96m"};

std::size_t longest_name(const Fabric& fabric) {
  std::size_t longest = std::string_view("context").size();
  for (const ContextInfo& c : fabric.contexts())
    longest = std::max(longest, columns(c.name));
  return longest;
}

std::size_t longest_label(const Fabric& fabric) {
  std::size_t longest = 0;
  for (const RoutineInfo& r : fabric.routines()) {
    for (const StepInfo& s : r.steps)
      longest = std::max(longest, columns(s.name));
  }
  return longest;
}

}  // namespace

void TextSink::begin(const Fabric& fabric, const TraceInfo& info) {
  fabric_ = &fabric;
  choose_columns();
  print_title(info);
  flush();
}

void TextSink::choose_columns() {
  const std::size_t n = fabric_->contexts().size();
  lanes_ = options_.style == TextStyle::lanes
               ? n <= most_lanes
               : options_.style == TextStyle::automatic && n <= readable_lanes;
  cells_.assign(1, Cell{time_width});
  const std::size_t rest = terminal_columns - time_width - gap;
  if (lanes_) {
    cells_.resize(1 + n, Cell{(rest + gap) / std::max<std::size_t>(n, 1) - gap});
    return;
  }
  const std::size_t strip = n <= most_strip ? n : 0;
  const std::size_t name = std::min(longest_name(*fabric_), most_name);
  const std::size_t step = std::clamp(longest_label(*fabric_), name, most_step);
  cells_.push_back(Cell{strip});
  cells_.push_back(Cell{name});
  cells_.push_back(Cell{step});
  cells_.push_back(Cell{rest - strip - name - step - 3 * gap});
}

void TextSink::print_title(const TraceInfo& info) {
  std::string title = "# scenario " + info.scenario + ", variant " + info.variant;
  if (!info.timed) title += ", a schedule replayed: one step is one nanosecond";
  const std::string code = code_text(*fabric_, info.code);
  if (!code.empty()) title += ", functions of " + code;
  for (const std::string_view line : wrap(title, terminal_columns)) {
    text_ += line;
    text_ += '\n';
  }
  for (Cell& cell : cells_)
    cell.lines.clear();
  cells_[0].lines = {"   time (us)"};
  if (lanes_) {
    for (std::size_t c = 0; c + 1 < cells_.size(); ++c)
      cells_[c + 1].add(fabric_->contexts()[c].name);
  } else {
    cells_[2].lines = {"context"};
    cells_[3].lines = {"step"};
    cells_[4].lines = {"what changed, ~ events"};
  }
  append_row(text_, cells_);
}

void TextSink::step(const StepRecord& record) {
  for (Cell& cell : cells_) {
    cell.lines.clear();
    cell.color = {};
  }
  std::string time;
  append_us(time, record.time_ps, time_width);
  cells_[0].lines.push_back(std::move(time));
  if (options_.color) cells_[0].color = dim;
  if (lanes_) {
    lanes_row(record);
  } else {
    compact_row(record);
  }
  append_row(text_, cells_);
  print_violations(record);
  flush();
}

void TextSink::lanes_row(const StepRecord& record) {
  Cell& own = cells_[1U + record.context];
  own.color = color_of(record.context);
  item_.clear();
  append_step(item_, *fabric_, record);
  own.add(item_);
  fill_details(record, own);
  const std::size_t height = own.lines.size();
  for (std::size_t c = 0; c < fabric_->contexts().size(); ++c) {
    if (c == record.context) continue;
    const bool alive = fabric_->top_frame(*record.after, static_cast<ContextId>(c)) != nullptr;
    if (alive) cells_[1 + c].lines.assign(height, "|");
  }
}

void TextSink::compact_row(const StepRecord& record) {
  std::string strip(cells_[1].width, ' ');
  for (std::size_t c = 0; c < strip.size(); ++c) {
    if (fabric_->top_frame(*record.after, static_cast<ContextId>(c)) != nullptr) strip[c] = '|';
    if (c == record.context) strip[c] = '*';
  }
  strip.erase(strip.find_last_not_of(' ') + 1);
  cells_[1].lines.push_back(std::move(strip));
  cells_[2].add(fabric_->contexts()[record.context].name);
  cells_[2].color = color_of(record.context);
  item_.clear();
  append_step(item_, *fabric_, record);
  cells_[3].add(item_);
  fill_details(record, cells_[4]);
}

void TextSink::fill_details(const StepRecord& record, Cell& cell) {
  diff(*fabric_, record, changes_);
  bool on_new_line = true;
  for (const Change& change : changes_) {
    item_.clear();
    append_change(item_, *fabric_, change);
    // The first change never joins the step's label, which may stand in the same cell.
    if (on_new_line) {
      cell.add(item_);
    } else {
      cell.fill(item_);
    }
    on_new_line = false;
  }
  item_.clear();
  append_returned(item_, *fabric_, record);
  if (!item_.empty()) cell.add(item_);
  for (const Event& event : record.events) {
    item_ = "~ ";
    append_event(item_, *fabric_, event);
    cell.add(item_);
  }
}

void TextSink::print_violations(const StepRecord& record) {
  if (record.violations == nullptr) return;
  for (const Violation& violation : *record.violations) {
    item_ = "!! violated: ";
    append_violation(item_, violation);
    print_alarm({});
  }
}

void TextSink::violated(const OpenViolation& open) {
  std::string time;
  append_us(time, open.time_ps, time_width);
  item_ = "!! violated: ";
  append_violation(item_, open);
  print_alarm(std::move(time));
  flush();
}

/// A row with item_.
void TextSink::print_alarm(std::string time) {
  Cell cell{terminal_columns - time_width - gap};
  if (options_.color) cell.color = alarm;
  cell.add(item_);
  append_row(text_, std::array{Cell{time_width, {std::move(time)}}, cell});
}

std::string_view TextSink::color_of(ContextId context) const {
  return options_.color ? hues[context % hues.size()] : std::string_view();
}

void TextSink::end(std::uint64_t end_ps, const std::string& verdict) {
  append_us(text_, end_ps, time_width);
  text_ += "  end: " + verdict + "\n";
  flush();
}

void TextSink::flush() {
  out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
}

const TraceFormats::Add text_format{{.name = "text",
                                     .what = "a line a step, for people",
                                     .extension = ".txt",
                                     .make = make_sink<TextSink>}};

}  // namespace irqloom::trace
