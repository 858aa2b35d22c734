#include "sim/app/statistics.h"

#include <algorithm>

#include "models/events.h"

namespace irqloom::app {

void Latency::add(std::uint64_t ps) {
  min_ps = count == 0 ? ps : std::min(min_ps, ps);
  max_ps = std::max(max_ps, ps);
  sum_ps += ps;
  ++count;
}

void Statistics::begin(const Fabric& fabric, const TraceInfo& /*info*/) {
  fabric_ = &fabric;
}

void Statistics::step(const StepRecord& record) {
  for (const Event& e : record.events)
    count(e, record);
}

const std::string& Statistics::name(std::int64_t label) const {
  return fabric_->names()[static_cast<std::size_t>(label)];
}

void Statistics::count(const Event& e, const StepRecord& record) {
  const std::string& layer = fabric_->contexts()[record.context].layer;
  if (e.type == &event::irq_handler_entry) {
    const std::string& handler = name(e.args[1]);
    if (layer == "guest") {
      ++guest_[handler].entries;
      return;
    }
    std::string& running = running_[record.context];
    running = layer + ": irq " + std::to_string(e.args[0]) + " " + handler;
    ++host_[running].entries;
  } else if (e.type == &event::irq_handler_exit) {
    const auto running = running_.find(record.context);
    if (running != running_.end() && name(e.args[1]) == "unhandled")
      ++host_[running->second].spurious;
  } else if (e.type == &event::raise) {
    pending_.try_emplace(name(e.args[0]), Pending{record.time_ps});
  } else if (e.type == &event::work_found || e.type == &event::work_none) {
    note_look(name(e.args[1]), e.type == &event::work_found, record.time_ps);
  } else if (e.type == &event::work_served) {
    const auto pending = pending_.find(name(e.args[0]));
    if (pending == pending_.end()) return;
    to_served_[pending->first].add(record.time_ps - pending->second.since_ps);
    pending_.erase(pending);
  }
}

void Statistics::note_look(const std::string& device, bool found, std::uint64_t now_ps) {
  ++guest_[device].looks;
  if (!found) ++guest_[device].nothing;
  const auto pending = pending_.find(device);
  if (pending == pending_.end() || pending->second.seen) return;
  pending->second.seen = true;
  to_handler_[device].add(now_ps - pending->second.since_ps);
}

std::map<std::string, HandlerCount> Statistics::handlers() const {
  std::map<std::string, HandlerCount> all = host_;
  for (const auto& [device, guest] : guest_) {
    // The raw guest has no tracepoint at its hard handler.
    const std::uint64_t entries = guest.entries != 0 ? guest.entries : guest.looks;
    all["guest: " + device] = {entries, guest.nothing};
  }
  return all;
}

}  // namespace irqloom::app
