// Text in columns: width, wrapping, and cells side by side. For the formats that people read in a
// terminal of 120 columns.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace irqloom::trace {

inline constexpr std::size_t terminal_columns = 120;

/// Columns that UTF-8 `text` takes: one per character (no wide or combining ones are expected).
std::size_t columns(std::string_view text);

/// Cuts `text` into lines of at most `width` (at least 1) columns: at a space; where a word is too
/// long, after the last of . / _ - > : that fits, or else anywhere. The lines are parts of `text`.
std::vector<std::string_view> wrap(std::string_view text, std::size_t width);

/// A column of text in one row.
struct Cell {
  std::size_t width = 0;
  std::vector<std::string> lines = {};
  std::string_view color = {};  ///< Escape sequence that starts its colour; empty: none.

  /// Adds lines with the wrapped text.
  void add(std::string_view text);
  /// Puts `item`, kept whole if possible, two spaces behind the last line's text or on a new line.
  void fill(std::string_view item);
};

/// Appends the cells side by side, two spaces apart, as many lines as the highest needs (at least
/// one), each ended by a newline and without trailing spaces.
void append_row(std::string& to, std::span<const Cell> cells);

}  // namespace irqloom::trace
