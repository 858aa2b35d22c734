#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace irqloom::scenario {

/// A text is no duration. `what()` says what is wrong with it, `expected()` what would be right.
/// Whoever knows where the text stands turns this into an InputError.
class UnitError : public std::invalid_argument {
 public:
  UnitError(const std::string& message, std::string expected);
  const std::string& expected() const noexcept { return expected_; }

 private:
  std::string expected_;
};

/// All times from `min_ps` to `max_ps`, both included; min_ps <= max_ps.
struct DurationRange {
  std::uint64_t min_ps = 0;
  std::uint64_t max_ps = 0;

  bool operator==(const DurationRange&) const = default;
};

/// "20us", "1.5ms", "3s", "250ps" or "0" in picoseconds: a decimal number followed by ps, ns, us,
/// ms or s; only 0 needs no unit. The result is exact, up to 2^64-1 ps (over 213 days). Throws
/// UnitError for anything else, also for what is no whole number of picoseconds.
std::uint64_t parse_duration(std::string_view text);

/// "5us..10us", or one duration, which is a range of that time only. Throws UnitError.
DurationRange parse_duration_range(std::string_view text);

/// The shortest text with a whole part of at least 1 that `parse_duration` reads as exactly `ps`:
/// "1.5ms", "250ns", "0". Of two that are equally short, the one with the larger unit.
std::string format_duration(std::uint64_t ps);

}  // namespace irqloom::scenario
