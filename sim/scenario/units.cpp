#include "sim/scenario/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace irqloom::scenario {
namespace {

struct Unit {
  std::string_view name;
  int digits;  // A unit is 10^digits picoseconds.
};

// From the largest to the smallest: format_duration relies on it.
constexpr std::array<Unit, 5> units = {{{"s", 12}, {"ms", 9}, {"us", 6}, {"ns", 3}, {"ps", 0}}};
constexpr std::string_view decimal_digits = "0123456789";
constexpr const char* one_duration =
    "a duration such as \"20us\" or \"1.5ms\": a number and one of ps, ns, us, ms, s";

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw UnitError(fmt::format("\"{}\" is not a duration: {}", text, why), one_duration);
}

// Takes the digits at the start of `text` away.
std::string_view take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of(decimal_digits), text.size());
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::string_view without_trailing_zeros(std::string_view digits) {
  return digits.substr(0, digits.find_last_not_of('0') + 1);  // npos + 1 is 0.
}

const Unit& find_unit(std::string_view text, std::string_view name, bool is_zero) {
  if (name.empty() && is_zero) return units.back();
  if (name.empty()) refuse(text, "it has no unit");
  const auto* unit = std::find_if(units.begin(), units.end(),
                                  [&](const Unit& candidate) { return candidate.name == name; });
  if (unit == units.end()) refuse(text, fmt::format("\"{}\" is no unit of time", name));
  return *unit;
}

// value * 10 + digit, for each digit.
bool append_digits(std::uint64_t& value, std::string_view digits) {
  for (const char c : digits) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (__builtin_mul_overflow(value, 10, &value)) return false;
    if (__builtin_add_overflow(value, digit, &value)) return false;
  }
  return true;
}

// `ps` in `unit` with all the decimals that it needs.
std::string format_in(std::uint64_t ps, const Unit& unit) {
  std::string digits = std::to_string(ps);
  const auto decimals = static_cast<std::size_t>(unit.digits);
  const std::size_t whole = digits.size() - decimals;
  const std::string_view fraction = without_trailing_zeros(std::string_view(digits).substr(whole));
  const std::string_view dot = fraction.empty() ? "" : ".";
  return fmt::format("{}{}{}{}", digits.substr(0, whole), dot, fraction, unit.name);
}

}  // namespace

UnitError::UnitError(const std::string& message, std::string expected)
    : std::invalid_argument(message), expected_(std::move(expected)) {}

std::uint64_t parse_duration(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with('-')) refuse(text, "it is negative");
  const std::string_view whole = take_digits(rest);
  if (whole.empty()) refuse(text, "it does not begin with a number");
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
    if (fraction.empty()) refuse(text, "there is no digit behind its decimal point");
  }
  fraction = without_trailing_zeros(fraction);

  const bool is_zero = fraction.empty() && without_trailing_zeros(whole).empty();
  const Unit& unit = find_unit(text, rest, is_zero);
  const auto unit_digits = static_cast<std::size_t>(unit.digits);
  if (fraction.size() > unit_digits) refuse(text, "it is no whole number of picoseconds");
  std::uint64_t ps = 0;
  const std::string padding(unit_digits - fraction.size(), '0');
  if (!append_digits(ps, whole) || !append_digits(ps, fraction) || !append_digits(ps, padding)) {
    refuse(text, fmt::format("it is longer than {}", format_duration(UINT64_MAX)));
  }
  return ps;
}

DurationRange parse_duration_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const std::uint64_t ps = parse_duration(text);
    return {ps, ps};
  }
  const DurationRange range = {parse_duration(text.substr(0, dots)),
                               parse_duration(text.substr(dots + 2))};
  if (range.min_ps > range.max_ps) {
    throw UnitError(fmt::format("\"{}\" is an empty range: it begins behind its end", text),
                    "a range such as \"5us..10us\", the shorter time first");
  }
  return range;
}

std::string format_duration(std::uint64_t ps) {
  if (ps == 0) return "0";
  std::string best;
  for (const Unit& unit : units) {
    if (std::to_string(ps).size() <= static_cast<std::size_t>(unit.digits)) continue;
    std::string text = format_in(ps, unit);
    if (best.empty() || text.size() < best.size()) best = std::move(text);
  }
  return best;
}

}  // namespace irqloom::scenario
