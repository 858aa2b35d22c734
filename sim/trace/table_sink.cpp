#include "sim/trace/table_sink.h"

#include "sim/trace/append.h"
#include "sim/trace/describe.h"

namespace irqloom::trace {

namespace {

// The loop's mark and the cells, two spaces apart, make 120 columns.
constexpr std::size_t mark_width = 2;
constexpr std::size_t number_width = 6;
constexpr char matters = '>';
constexpr std::size_t context_width = 14;
constexpr std::size_t step_width = 26;
constexpr std::size_t changes_width = 36;
constexpr std::size_t source_width = 28;
static_assert(mark_width + number_width + context_width + step_width + changes_width +
                  source_width + 4 * 2 ==
              terminal_columns);

constexpr std::string_view alarm = "\x1b[1;31m";
constexpr std::string_view strong = "\x1b[1m";

std::vector<Cell> empty_row() {
  return {Cell{number_width}, Cell{context_width}, Cell{step_width}, Cell{changes_width},
          Cell{source_width}};
}

std::string right_aligned(std::string_view text) {
  const std::size_t used = columns(text);
  std::string result(used < number_width ? number_width - used : 0, ' ');
  result += text;
  return result;
}

}  // namespace

void TableSink::begin(const Fabric& fabric, const TraceInfo& info) {
  fabric_ = &fabric;
  loop_start_ = info.loop_start;
  continuation_ = info.continuation;
  in_loop_ = false;
  latest_source_.clear();
  cells_ = empty_row();
  cells_[0].lines = {right_aligned("#")};
  cells_[1].lines = {"context"};
  cells_[2].lines = {"step"};
  cells_[3].lines = {"what changed"};
  const std::string code = code_text(fabric, info.code);
  cells_[4].add(code.empty() ? "function" : "function of " + code);
  if (options_.color) {
    for (Cell& cell : cells_)
      cell.color = strong;
  }
  print(cells_);
}

void TableSink::step(const StepRecord& record) {
  if (record.seq == loop_start_) {
    out_ << "┌ loop from step " << record.seq << '\n';
    in_loop_ = true;
  }
  if (record.seq == continuation_)
    print_line("What is lost stays lost. One of the ways in which it goes on:", strong);
  fill_row(record);
  print(cells_);
  print_violations(record);
  const auto note = options_.notes.below.find(record.seq);
  if (note != options_.notes.below.end()) print_line("^ " + note->second, strong);
}

void TableSink::violated(const OpenViolation& open) {
  item_ = "!! violated: ";
  append_violation(item_, open);
  print_line(item_, alarm);
}

void TableSink::fill_row(const StepRecord& record) {
  cells_ = empty_row();
  cells_[0].lines = {right_aligned(std::to_string(record.seq))};
  if (options_.notes.matter.contains(record.seq)) cells_[0].lines[0].front() = matters;
  cells_[1].add(fabric_->contexts()[record.context].name);
  item_.clear();
  append_step(item_, *fabric_, record);
  cells_[2].add(item_);
  diff(*fabric_, record, changes_);
  for (const Change& change : changes_) {
    item_.clear();
    append_change(item_, *fabric_, change);
    cells_[3].add(item_);
  }
  item_.clear();
  append_returned(item_, *fabric_, record);
  if (!item_.empty()) cells_[3].add(item_);
  const RoutineInfo& routine = routine_of(*fabric_, record);
  cells_[4].add(routine.name + "()");
  if (routine.source != latest_source_) cells_[4].add(file_of(routine.source));
  latest_source_ = routine.source;
}

void TableSink::print_violations(const StepRecord& record) {
  if (record.violations == nullptr) return;
  for (const Violation& violation : *record.violations) {
    item_ = "!! violated: ";
    append_violation(item_, violation);
    print_line(item_, alarm);
  }
}

/// Across all columns but the first.
void TableSink::print_line(const std::string& text, std::string_view color) {
  Cell cell{terminal_columns - mark_width - number_width - 2};
  if (options_.color) cell.color = color;
  cell.add(text);
  print({Cell{number_width}, cell});
}

void TableSink::print(const std::vector<Cell>& cells) {
  text_.clear();
  append_row(text_, cells);
  // The mark goes before every line of the row.
  for (std::size_t from = 0; from < text_.size();) {
    const std::size_t end = text_.find('\n', from) + 1;
    out_ << (in_loop_ ? "│ " : "  ");
    out_.write(text_.data() + from, static_cast<std::streamsize>(end - from));
    from = end;
  }
}

void TableSink::end(std::uint64_t /*end_ps*/, const std::string& /*verdict*/) {
  if (in_loop_) out_ << "└ back to " << loop_start_ << '\n';
}

}  // namespace irqloom::trace
