// Value change dump (IEEE 1364-2005, 18.2) of wires and small state, for GTKWave and its like.
// sim/trace/waves.h says what is in it, sim/trace/gtkwave.h what goes beside it.
//
// No strings and no date: equal traces are equal bytes. In a timed trace the unit is 1 ps and a
// step's effects appear when it happens (its cost elapses afterwards); of two values at one instant
// the later one stays. In a replay step n is the nanosecond from n to n + 1 and its effects appear
// at the end of it, so that the initial state can be seen.
//
// engine.violations counts what is broken; what it is stands in a comment where the count changes.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "sim/trace/gtkwave.h"
#include "sim/trace/record.h"
#include "sim/trace/waves.h"

namespace irqloom::trace {

class VcdSink : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit VcdSink(std::ostream& out) : out_(out) {}

  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void violated(const OpenViolation& open) override;
  void end(std::uint64_t end_ps, const std::string& verdict) override;

  /// See gtkwave_files(). From begin() on.
  std::vector<SideFile> side_files(const std::string& stem) const override {
    return gtkwave_files(*waves_, stem);
  }

 private:
  void print_header(const TraceInfo& info);
  void print_time(std::uint64_t ps);
  void print_value(std::size_t wave);
  void print_vector(std::uint64_t value, unsigned bits);
  void print_violation(std::uint64_t ps, const std::string& what);
  void flush();

  std::ostream& out_;
  std::optional<Waves> waves_;
  std::vector<std::string> codes_;     // [wave]: its identifier in the dump.
  std::vector<std::uint64_t> values_;  // [wave]: the last value printed.
  std::string violations_code_;
  std::uint64_t violations_ = 0;
  bool timed_ = true;
  std::uint64_t time_ = 0;  // The last one printed, in units.
  std::string text_;
};

}  // namespace irqloom::trace
