#include "sim/trace/perfetto_sink.h"

#include <algorithm>

#include "sim/trace/append.h"
#include "sim/trace/describe.h"
#include "sim/trace/format.h"

namespace irqloom::trace {

namespace {

constexpr std::uint64_t first_tid = 100;  // Away from the pids: a thread with tid = pid is "main".
constexpr std::uint64_t no_end = ~std::uint64_t{0};

void append_ts(std::string& to, std::uint64_t ns) {
  to += R"("ts":)";
  append_decimal(to, ns, 3);
}

}  // namespace

// --- processes, threads, counters
// -----------------------------------------------------------------

void PerfettoSink::begin(const Fabric& fabric, const TraceInfo& info) {
  fabric_ = &fabric;
  info_ = info;
  layers_ = {"hardware", "host kernel", "kvm", "vmm", "guest"};
  for (const ContextInfo& c : fabric.contexts()) {
    const auto known = std::find(layers_.begin(), layers_.end(), c.layer);
    pids_.push_back(static_cast<std::uint64_t>(known - layers_.begin()) + 1);
    if (known == layers_.end()) layers_.push_back(c.layer);
  }
  slices_.resize(fabric.contexts().size());
  free_.resize(fabric.contexts().size());
  text_ += R"({"displayTimeUnit":"ns","traceEvents":[)";
  add_metadata();
  add_initial_counters();
  flush();
}

void PerfettoSink::add_named(std::string_view what, std::uint64_t pid, std::uint64_t tid,
                             std::string_view key, std::string_view value) {
  separate();
  text_ += R"({"ph":"M","name":")";
  text_ += what;
  text_ += R"(","pid":)";
  append_number(text_, pid);
  text_ += R"(,"tid":)";
  append_number(text_, tid);
  text_ += R"(,"ts":0,"args":{")";
  text_ += key;
  text_ += R"(":)";
  text_ += value;
  text_ += "}}";
}

void PerfettoSink::add_metadata() {
  const auto quoted = [](std::string_view text) {
    std::string json;
    append_json(json, text);
    return json;
  };
  const auto name_process = [&](std::uint64_t pid, std::string_view name) {
    add_named("process_name", pid, 0, "name", quoted(name));
    add_named("process_sort_index", pid, 0, "sort_index", std::to_string(pid));
  };
  for (std::uint64_t pid = 1; pid <= layers_.size(); ++pid) {
    const bool used = std::find(pids_.begin(), pids_.end(), pid) != pids_.end();
    if (used) name_process(pid, layers_[pid - 1]);
  }
  name_process(layers_.size() + 1, "state");
  for (std::size_t c = 0; c < pids_.size(); ++c) {
    const std::string& name = fabric_->contexts()[c].name;
    add_named("thread_name", pids_[c], first_tid + c, "name", quoted(name));
    add_named("thread_sort_index", pids_[c], first_tid + c, "sort_index", std::to_string(c));
  }
}

bool PerfettoSink::is_counter(const Change& change) const {
  if (change.field->kind == FieldKind::hex) return false;
  std::string path;
  append_path(path, *fabric_, change);
  return std::any_of(options_.counters.begin(), options_.counters.end(),
                     [&](const std::string& c) { return c == change.field->name || c == path; });
}

void PerfettoSink::add_initial_counters() {
  const std::vector<SlotInfo>& slots = fabric_->layout().slots();
  for (SlotIndex s = 0; s < slots.size(); ++s) {
    for (const Field& field : slots[s].fields) {
      for (std::uint16_t i = 0; i < field.count; ++i) {
        const Change at{s, &field, i, 0, 0};
        if (!is_counter(at)) continue;
        add_counter(at, 0, read_field(field, fabric_->initial().bytes(slots[s]), i));
      }
    }
  }
}

void PerfettoSink::add_counter(const Change& change, std::uint64_t ns, std::uint64_t value) {
  separate();
  std::string path;
  append_path(path, *fabric_, change);
  text_ += R"({"ph":"C","name":)";
  append_json(text_, path);
  text_ += R"(,"pid":)";
  append_number(text_, layers_.size() + 1);
  text_ += ',';
  append_ts(text_, ns);
  text_ += R"(,"args":{"value":)";
  append_number(text_, value);
  text_ += "}}";
}

// --- slices
// -----------------------------------------------------------------------------------------

void PerfettoSink::step(const StepRecord& record) {
  if (events_ >= options_.max_events) {
    ++left_out_;
    return;
  }
  diff(*fabric_, record, changes_);
  Slice& slice = open_slice(record);
  add_violations(record, slice);
  if (record.flow != 0) follow(record.flow, Point{record.context, record.seq, slice.start});
  for (const Change& change : changes_) {
    if (is_counter(change)) add_counter(change, record.time_ps / 1000, change.after);
  }
  flush();
}

PerfettoSink::Slice& PerfettoSink::open_slice(const StepRecord& record) {
  Slice& slice = slices_[record.context];
  const std::uint64_t now = record.time_ps / 1000;
  if (slice.open) close_slice(slice, now);
  slice.open = true;
  slice.seq = record.seq;
  slice.start = std::max(now, free_[record.context]);
  slice.end = (record.time_ps + record.duration_ps) / 1000;
  slice.after.clear();
  slice.text = R"({"ph":"X","name":)";
  append_json(slice.text, step_of(*fabric_, record).name);
  slice.text += R"(,"cat":)";
  append_json(slice.text, routine_of(*fabric_, record).name);
  add_args(record, slice.text);
  append_place(slice.text, record.context, slice.start);
  return slice;
}

void PerfettoSink::add_args(const StepRecord& record, std::string& to) {
  to += R"(,"args":{"seq":)";
  append_number(to, record.seq);
  to += R"(,"source":)";
  append_json(to, file_of(routine_of(*fabric_, record).source));
  if (record.choices > 1) {
    to += R"(,"choice":)";
    append_number(to, record.choice);
  }
  std::string item;
  const auto list = [&](std::string_view key, const auto& things, auto append) {
    if (things.empty()) return;
    to += key;
    for (std::size_t i = 0; i < things.size(); ++i) {
      item.clear();
      append(item, *fabric_, things[i]);
      if (i != 0) to += ',';
      append_json(to, item);
    }
    to += ']';
  };
  list(R"(,"changes":[)", changes_, append_change);
  if (record.returned.value != 0) {
    item.clear();
    append_returned(item, *fabric_, record);
    to += R"(,"returned":)";
    append_json(to, item);
  }
  list(R"(,"events":[)", record.events, append_event);
  to += '}';
}

void PerfettoSink::add_violations(const StepRecord& record, Slice& slice) {
  if (record.violations == nullptr) return;
  for (const Violation& violation : *record.violations) {
    ++events_;
    std::string message;
    append_violation(message, violation);
    slice.after += R"(,
{"ph":"i","s":"t","name":)";
    append_json(slice.after, "violated: " + violation.property);
    slice.after += R"(,"args":{"message":)";
    append_json(slice.after, message);
    slice.after += '}';
    append_place(slice.after, record.context, slice.start);
    slice.after += '}';
  }
}

/// Across all processes: it is nobody's.
void PerfettoSink::violated(const OpenViolation& open) {
  separate();
  text_ += R"({"ph":"i","s":"g","name":)";
  append_json(text_, "violated: " + open.violation.property);
  text_ += R"(,"args":{"message":)";
  std::string message;
  append_violation(message, open);
  append_json(text_, message);
  text_ += R"(},"pid":)";
  append_number(text_, layers_.size() + 1);
  text_ += R"(,"tid":0,)";
  append_ts(text_, open.time_ps / 1000);
  text_ += '}';
  flush();
}

void PerfettoSink::close_slice(Slice& slice, std::uint64_t latest_end) {
  const std::uint64_t end = std::max(std::min(slice.end, latest_end), slice.start + 1);
  separate();
  text_ += slice.text;
  text_ += R"(,"dur":)";
  append_decimal(text_, end - slice.start, 3);
  text_ += '}';
  text_ += slice.after;
  slice.open = false;
  free_[static_cast<std::size_t>(&slice - slices_.data())] = end;
}

void PerfettoSink::append_place(std::string& to, ContextId context, std::uint64_t ns) const {
  to += R"(,"pid":)";
  append_number(to, pids_[context]);
  to += R"(,"tid":)";
  append_number(to, first_tid + context);
  to += ',';
  append_ts(to, ns);
}

// --- arrows
// -----------------------------------------------------------------------------------------

// Which arrow is the last one of its occurrence shows only at the end of the trace, so the latest
// arrival is held back: it becomes a "t" when the occurrence goes on to another context, and an "f"
// at the end.
void PerfettoSink::follow(std::uint64_t id, const Point& here) {
  const auto [it, is_new] = flows_.try_emplace(id, Flow{here, {}, false});
  Flow& flow = it->second;
  if (!is_new && flow.last.context != here.context) {
    if (!flow.has_arrow) {
      tie(flow.last, id, 's');
      ++events_;  // For the "f" at the end.
    } else {
      tie(flow.arrival, id, 't');
      if (flow.arrival.seq != flow.last.seq) tie(flow.last, id, 't');
    }
    flow.arrival = here;
    flow.has_arrow = true;
  }
  flow.last = here;
}

void PerfettoSink::tie(const Point& point, std::uint64_t flow, char phase) {
  std::string event = R"({"ph":")";
  event += phase;
  event += R"(","name":"interrupt","cat":"flow","id":)";
  append_number(event, flow);
  if (phase == 'f') event += R"(,"bp":"e")";
  append_place(event, point.context, point.start);
  event += '}';
  Slice& slice = slices_[point.context];
  if (slice.open && slice.seq == point.seq) {
    ++events_;
    slice.after += ",\n" + event;
  } else {
    separate();
    text_ += event;
  }
}

// --- the end
// ----------------------------------------------------------------------------------------

void PerfettoSink::end(std::uint64_t end_ps, const std::string& verdict) {
  for (const auto& [id, flow] : flows_) {
    if (flow.has_arrow) tie(flow.arrival, id, 'f');
  }
  for (Slice& slice : slices_) {
    if (slice.open) close_slice(slice, no_end);
  }
  if (left_out_ != 0) {
    notice_ = "the Perfetto trace is cut off after " + std::to_string(options_.max_events) +
              " events, which is about what viewers can show; " + std::to_string(left_out_) +
              " later steps are not in it";
  }
  text_ += "\n],\"otherData\":{\"tool\":\"irqloom\"";
  const auto add = [&](std::string_view key, std::string_view value) {
    text_ += ",\"";
    text_ += key;
    text_ += "\":";
    append_json(text_, value);
  };
  add("version", options_.version);
  add("scenario", info_.scenario);
  add("variant", info_.variant);
  add("scenario_hash", info_.scenario_hash);
  add("code", code_text(*fabric_, info_.code));
  add("verdict", verdict);
  text_ += ",\"end_us\":";
  append_us(text_, end_ps);
  if (!info_.timed) add("time", "a schedule replayed: one step is one nanosecond");
  if (!notice_.empty()) add("notice", notice_);
  text_ += "}}\n";
  flush();
}

void PerfettoSink::separate() {
  text_ += events_ == 0 ? "\n" : ",\n";
  ++events_;
}

void PerfettoSink::flush() {
  out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
}

const TraceFormats::Add perfetto_format{
    {.name = "perfetto",
     .what = "slices and flows, for Perfetto's viewer",
     .extension = ".perfetto.json",
     .make = [](std::ostream& out, const FormatOptions& options) -> std::unique_ptr<Sink> {
       return std::make_unique<PerfettoSink>(out, PerfettoOptions{.version = options.version});
     }}};

}  // namespace irqloom::trace
