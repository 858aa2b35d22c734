#include "sim/trace/columns.h"

#include <algorithm>

namespace irqloom::trace {

namespace {

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

/// Bytes of `text` that fill `width` columns; text.size() if it is not longer.
std::size_t bytes_of(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && ++used > width) return i;
  }
  return text.size();
}

/// Where to cut `text`, of which only the first `fit` bytes fit into the line.
std::size_t cut(std::string_view text, std::size_t fit) {
  const std::size_t space = text.substr(0, fit + 1).rfind(' ');
  if (space != std::string_view::npos && space != 0) return space;
  const std::size_t mark = text.substr(0, fit).find_last_of("./_->:");
  return mark == std::string_view::npos ? fit : mark + 1;
}

}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::vector<std::string_view> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t fit = bytes_of(text, width);
    const std::size_t end = fit == text.size() ? fit : cut(text, fit);
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
  }
  return lines;
}

void Cell::add(std::string_view text) {
  for (const std::string_view line : wrap(text, width))
    lines.emplace_back(line);
}

void Cell::fill(std::string_view item) {
  if (lines.empty() || columns(lines.back()) + 2 + columns(item) > width) {
    add(item);
  } else {
    lines.back() += "  ";
    lines.back() += item;
  }
}

void append_row(std::string& to, std::span<const Cell> cells) {
  std::size_t height = 1;
  for (const Cell& cell : cells)
    height = std::max(height, cell.lines.size());
  for (std::size_t row = 0; row < height; ++row) {
    std::size_t owed = 0;  // Spaces before the next text; never written at the end of a line.
    for (const Cell& cell : cells) {
      if (row < cell.lines.size() && !cell.lines[row].empty()) {
        const std::string& text = cell.lines[row];
        to.append(owed, ' ');
        to += cell.color;
        to += text;
        if (!cell.color.empty()) to += "\x1b[0m";
        owed = cell.width - std::min(columns(text), cell.width) + 2;
      } else {
        owed += cell.width + 2;
      }
    }
    to += '\n';
  }
}

}  // namespace irqloom::trace
