#include "sim/explore/budget.h"

namespace irqloom::explore {

namespace {

constexpr std::uint32_t calls_between_looks_at_clock = 256;
constexpr std::chrono::milliseconds report_period{200};

}  // namespace

Budget::Budget(const Limits& limits)
    : limits_(limits), start_(Clock::now()), next_report_(start_ + report_period) {}

double Budget::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

bool Budget::is_stopped() const {
  return limits_.stop != nullptr && limits_.stop->load(std::memory_order_relaxed);
}

Bound Budget::is_over() const {
  if (is_stopped()) return Bound::interrupted;
  const bool is_late = limits_.timeout.count() != 0 && Clock::now() - start_ >= limits_.timeout;
  return is_late ? Bound::timeout : Bound::none;
}

Bound Budget::check(Progress now) {
  if (is_stopped()) return Bound::interrupted;
  if (limits_.max_memory != 0 && now.memory > limits_.max_memory) return Bound::max_memory;
  if (++calls_ % calls_between_looks_at_clock != 0) return Bound::none;
  if (is_over() != Bound::none) return is_over();
  if (limits_.progress && Clock::now() >= next_report_) {
    next_report_ = Clock::now() + report_period;
    now.states_per_second = static_cast<double>(now.states) / seconds();
    limits_.progress(now);
  }
  return Bound::none;
}

}  // namespace irqloom::explore
