#include "sim/explore/budget.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "sim/explore/store.h"

namespace irqloom::explore {

namespace {

constexpr std::uint32_t calls_between_looks_at_clock = 256;
constexpr std::chrono::milliseconds report_period{200};

// Judging takes an eighth to a sixth of the time of a search that keeps the graph.
constexpr std::chrono::milliseconds share_of_search(std::chrono::milliseconds timeout) {
  return timeout * 5 / 6;
}

}  // namespace

Budget::Budget(const Limits& limits)
    : limits_(limits),
      most_states_(limits.max_states != 0 ? std::min(limits.max_states, most_states) : most_states),
      held_before_(resident_memory()),
      start_(Clock::now()),
      next_report_(start_ + report_period) {}

double Budget::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

bool Budget::is_stopped() const {
  return limits_.stop != nullptr && limits_.stop->load(std::memory_order_relaxed);
}

bool Budget::has_passed(std::chrono::milliseconds time) const {
  return limits_.timeout.count() != 0 && Clock::now() - start_ >= time;
}

Bound Budget::is_over() const {
  if (is_stopped()) return Bound::interrupted;
  return has_passed(limits_.timeout) ? Bound::timeout : Bound::none;
}

Bound Budget::check(Progress now) {
  if (is_stopped()) return Bound::interrupted;
  now.memory += held_before_;
  if (limits_.max_memory != 0 && now.memory + now.judging > limits_.max_memory)
    return Bound::max_memory;
  if (++calls_ % calls_between_looks_at_clock != 0) return Bound::none;
  if (has_passed(now.judging != 0 ? share_of_search(limits_.timeout) : limits_.timeout))
    return Bound::timeout;
  if (limits_.progress && Clock::now() >= next_report_) {
    next_report_ = Clock::now() + report_period;
    now.states_per_second = static_cast<double>(now.states) / seconds();
    limits_.progress(now);
  }
  return Bound::none;
}

std::uint64_t resident_memory() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (!(statm >> all >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace irqloom::explore
