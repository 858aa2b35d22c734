// Chrome's JSON trace format, which ui.perfetto.dev opens.
//
// A process per layer (pid 1 hardware, 2 host kernel, 3 kvm, 4 vmm, 5 guest, then any others), a
// thread per context (tid 100 + its id), a slice per step, an arrow from context to context along
// every interrupt occurrence, and a counter per chosen field in process "state".
//
// The viewers want slices of a thread not to overlap, and arrows to end inside of slices. So a
// slice is at least 1 ns long, starts where the one before it ends at the earliest, and ends where
// the next one begins at the latest: one slice per context is held back until then.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "sim/trace/diff.h"

namespace irqloom::trace {

struct PerfettoOptions {
  std::string version;  ///< Of irqloom, for otherData.
  /// Viewers fail on larger files. Steps beyond it are left out, see PerfettoSink::notice().
  std::uint64_t max_events = 1'000'000;
  /// Fields shown as counters: a field's name ("line": every wire) or its path
  /// ("dev0.eventfd.count").
  std::vector<std::string> counters = {"line"};
};

class PerfettoSink : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit PerfettoSink(std::ostream& out, PerfettoOptions options = {})
      : out_(out), options_(std::move(options)) {}

  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& open) override;
  void end(std::uint64_t end_ps, const std::string& verdict) override;

  /// That steps were left out.
  std::string notice() const override { return notice_; }

 private:
  /// Times in nanoseconds.
  struct Slice {
    bool open = false;
    std::uint64_t seq = 0;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::string text;   // The event without its duration.
    std::string after;  // Complete events that must follow the slice in the file.
  };

  /// A place to which an arrow is tied.
  struct Point {
    ContextId context = 0;
    std::uint64_t seq = 0;
    std::uint64_t start = 0;
  };

  struct Flow {
    Point last;              // The latest step of the occurrence.
    Point arrival;           // The latest step that it reached from another context.
    bool has_arrow = false;  // `arrival` holds.
  };

  void add_metadata();
  void add_named(std::string_view what, std::uint64_t pid, std::uint64_t tid, std::string_view key,
                 std::string_view value);
  void add_initial_counters();
  bool is_counter(const Change& change) const;
  void add_counter(const Change& change, std::uint64_t ns, std::uint64_t value);
  Slice& open_slice(const StepRecord& record);
  void add_args(const StepRecord& record, std::string& to);
  void add_violations(const StepRecord& record, Slice& slice);
  void close_slice(Slice& slice, std::uint64_t latest_end);
  void follow(std::uint64_t flow, const Point& here);
  void tie(const Point& point, std::uint64_t flow, char phase);
  void append_place(std::string& to, ContextId context, std::uint64_t ns) const;
  /// Starts an event in text_: the comma after the one before.
  void separate();
  void flush();

  std::ostream& out_;
  PerfettoOptions options_;
  const Fabric* fabric_ = nullptr;
  TraceInfo info_;
  std::vector<std::string> layers_;  // pid 1, 2, ...
  std::vector<std::uint64_t> pids_;  // [context]
  std::vector<Slice> slices_;        // [context]
  std::vector<std::uint64_t> free_;  // [context]: when its last closed slice ended.
  std::map<std::uint64_t, Flow> flows_;
  std::vector<Change> changes_;
  std::uint64_t events_ = 0;
  std::uint64_t left_out_ = 0;
  std::string notice_;
  std::string text_;
};

}  // namespace irqloom::trace
