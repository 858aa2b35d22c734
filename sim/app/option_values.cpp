#include "sim/app/option_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "sim/error.h"
#include "sim/scenario/suggest.h"
#include "sim/scenario/units.h"

namespace irqloom::app {
namespace {

constexpr std::uint64_t ps_per_ms = 1'000'000'000;

[[noreturn]] void refuse(const std::string& option, const std::string& text,
                         const std::string& message, const std::string& expected,
                         const std::string& suggestion = "") {
  throw InputError(Mistake{.file = option,
                           .message = fmt::format("\"{}\" {}", text, message),
                           .expected = expected,
                           .suggestion = suggestion});
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Nothing: it does not fit into 64 bits.
std::optional<std::uint64_t> value_of(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

/// A letter behind a number, and how often it multiplies it by the base.
using Letters = std::string_view;

/// A whole number and, unless that may be missing and is, one of `letters`: the first one stands
/// for `base`, the second for `base` squared, and so on.
std::uint64_t parse_scaled(const std::string& option, const std::string& text, Letters letters,
                           std::uint64_t base, bool needs_letter, const std::string& expected) {
  std::string_view digits = text;
  std::size_t power = 0;
  if (!digits.empty()) {
    // Either case: "4g" is no less clear than "4G".
    const char last = digits.back();
    const char lower = last >= 'A' && last <= 'Z' ? static_cast<char>(last - 'A' + 'a') : last;
    const std::size_t found = letters.find(lower);
    power = found == Letters::npos ? 0 : found + 1;
    if (power != 0) digits.remove_suffix(1);
  }
  if (!is_digits(digits)) {
    refuse(option, text, needs_letter ? "is no such size" : "is no such number", expected);
  }
  if (power == 0 && needs_letter) refuse(option, text, "has no unit", expected);
  std::optional<std::uint64_t> value = value_of(digits);
  for (std::size_t i = 0; value && i < power; ++i) {
    std::uint64_t product = 0;
    value = __builtin_mul_overflow(*value, base, &product) ? std::nullopt : std::optional(product);
  }
  if (!value) refuse(option, text, "is too large", expected);
  if (*value == 0) refuse(option, text, "bounds nothing", expected);
  return *value;
}

}  // namespace

std::uint64_t parse_number(const std::string& option, const std::string& text, std::uint64_t min,
                           std::uint64_t max) {
  const std::string expected = fmt::format("a whole number from {} to {}", min, max);
  if (!is_digits(text)) refuse(option, text, "is no such number", expected);
  const std::optional<std::uint64_t> value = value_of(text);
  if (!value || *value < min || *value > max) refuse(option, text, "is out of range", expected);
  return *value;
}

std::uint64_t parse_count(const std::string& option, const std::string& text) {
  return parse_scaled(option, text, "kmg", 1000, false,
                      "a whole number above 0 such as 200000, 200k, 20M or 1G");
}

std::uint64_t parse_size(const std::string& option, const std::string& text) {
  return parse_scaled(option, text, "kmgt", 1024, true,
                      "a size above 0 such as 512M or 4G: a whole number and one of k, M, G, T");
}

std::chrono::milliseconds parse_timeout(const std::string& option, const std::string& text) {
  try {
    const std::uint64_t ps = scenario::parse_duration(text);
    if (ps < ps_per_ms) refuse(option, text, "is no time at all", "a duration of at least 1ms");
    return std::chrono::milliseconds(ps / ps_per_ms);
  } catch (const scenario::UnitError& e) {
    throw InputError(Mistake{.file = option, .message = e.what(), .expected = e.expected()});
  }
}

std::string parse_name(const std::string& option, const std::string& text,
                       const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), text) != names.end()) return text;
  refuse(option, text, "is unknown", scenario::list_of(names), scenario::nearest(text, names));
}

}  // namespace irqloom::app
