#include "sim/trace/append.h"

#include <fmt/format.h>

#include <array>

namespace irqloom::trace {

void append_number(std::string& to, std::uint64_t value) {
  const fmt::format_int digits(value);
  to.append(digits.data(), digits.size());
}

void append_signed(std::string& to, std::int64_t value) {
  const fmt::format_int digits(value);
  to.append(digits.data(), digits.size());
}

void append_hex(std::string& to, std::uint64_t value) {
  std::array<char, 16> digits;
  std::size_t at = digits.size();
  do {
    digits[--at] = "0123456789abcdef"[value % 16];
    value /= 16;
  } while (value != 0);
  to.append(digits.data() + at, digits.size() - at);
}

void append_decimal(std::string& to, std::uint64_t value, int decimals, std::size_t width) {
  std::uint64_t unit = 1;
  for (int i = 0; i < decimals; ++i)
    unit *= 10;
  const fmt::format_int whole(value / unit);
  // Adding the unit puts a 1 before the leading zeros of the fraction.
  const fmt::format_int fraction(unit + value % unit);
  const std::size_t length = whole.size() + fraction.size();
  if (length < width) to.append(width - length, ' ');
  to.append(whole.data(), whole.size());
  to += '.';
  to.append(fraction.data() + 1, fraction.size() - 1);
}

void append_json(std::string& to, std::string_view text) {
  to += '"';
  std::size_t clean = 0;  // Start of the run that needs no escape.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    to += text.substr(clean, i - clean);
    clean = i + 1;
    to += '\\';
    if (c >= 0x20) {
      to += text[i];
    } else {
      to += "u00";
      to += "0123456789abcdef"[c / 16];
      to += "0123456789abcdef"[c % 16];
    }
  }
  to += text.substr(clean);
  to += '"';
}

}  // namespace irqloom::trace
