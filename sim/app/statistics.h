// What a timed run counted: interrupts by handler, and how long devices waited.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sim/trace/record.h"

namespace irqloom::app {

/// One handler of one line.
struct HandlerCount {
  std::uint64_t entries = 0;   ///< It was called, or its thread ran where there is no hard handler.
  std::uint64_t spurious = 0;  ///< It looked and found nothing.
};

/// Times from a device's raise to something, in picoseconds.
struct Latency {
  std::uint64_t count = 0;
  std::uint64_t min_ps = 0;
  std::uint64_t max_ps = 0;
  std::uint64_t sum_ps = 0;

  void add(std::uint64_t ps);
  std::uint64_t mean_ps() const { return count == 0 ? 0 : sum_ps / count; }
};

/// Listens to the models' events as a sink.
class Statistics : public Sink {
 public:
  void begin(const Fabric& fabric, const TraceInfo& info) override;
  void step(const StepRecord& record) override;
  void end(std::uint64_t /*end_ps*/, const std::string& /*verdict*/) override {}

  /// By "LAYER: irq N NAME" for the hosts' handlers and "guest: DEVICE" for the guest's.
  std::map<std::string, HandlerCount> handlers() const;
  /// From the raise to the first look of a driver at the device; by device.
  const std::map<std::string, Latency>& to_handler() const { return to_handler_; }
  /// From the raise to the acknowledge; by device.
  const std::map<std::string, Latency>& to_served() const { return to_served_; }

 private:
  struct Pending {
    std::uint64_t since_ps = 0;
    bool seen = false;
  };
  struct Guest {
    std::uint64_t entries = 0;
    std::uint64_t looks = 0;
    std::uint64_t nothing = 0;
  };

  void count(const Event& event, const StepRecord& record);
  void note_look(const std::string& device, bool found, std::uint64_t now_ps);
  const std::string& name(std::int64_t label) const;

  const Fabric* fabric_ = nullptr;
  std::map<std::string, HandlerCount> host_;
  std::map<std::string, Guest> guest_;
  std::map<ContextId, std::string> running_;  ///< The host's handler that a context is in.
  std::map<std::string, Pending> pending_;    ///< By device: its raise is not served yet.
  std::map<std::string, Latency> to_handler_;
  std::map<std::string, Latency> to_served_;
};

}  // namespace irqloom::app
