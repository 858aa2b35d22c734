// Numbers and JSON strings at the end of a std::string. The sinks build their lines with these:
// a trace has millions of them, and stream or format-string output costs several times as much.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace irqloom::trace {

void append_number(std::string& to, std::uint64_t value);
void append_signed(std::string& to, std::int64_t value);

/// Lower-case hexadecimal without prefix or leading zeros, as the kernel's %x.
void append_hex(std::string& to, std::uint64_t value);

/// `value` / 10^`decimals` with exactly `decimals` (at least 1) digits after the point, padded with
/// spaces on the left to `width` columns: (1234567, 3, 10) is "  1234.567".
void append_decimal(std::string& to, std::uint64_t value, int decimals, std::size_t width = 0);

/// Picoseconds as microseconds with 3 decimals. What is below a nanosecond is cut off.
inline void append_us(std::string& to, std::uint64_t ps, std::size_t width = 0) {
  append_decimal(to, ps / 1000, 3, width);
}

/// `text` (UTF-8) as a JSON string with its quotes.
void append_json(std::string& to, std::string_view text);

}  // namespace irqloom::trace
