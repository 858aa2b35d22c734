// What stands behind an option, read as strictly as in a file. All of these throw an InputError
// that names the option, what stands there, and what would have been right.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace irqloom::app {

/// "12": a whole number from `min` to `max`.
std::uint64_t parse_number(const std::string& option, const std::string& text, std::uint64_t min,
                           std::uint64_t max = std::numeric_limits<std::uint64_t>::max());

/// "200000", "200k", "20M" or "1G" things, at least one: powers of 1000.
std::uint64_t parse_count(const std::string& option, const std::string& text);

/// "512M" or "4G", also "k" and "T", in bytes, at least one: powers of 1024.
std::uint64_t parse_size(const std::string& option, const std::string& text);

/// "60s" or "1500ms": a duration with its unit, at least a millisecond.
std::chrono::milliseconds parse_timeout(const std::string& option, const std::string& text);

/// One of `names`.
std::string parse_name(const std::string& option, const std::string& text,
                       const std::vector<std::string>& names);

}  // namespace irqloom::app
