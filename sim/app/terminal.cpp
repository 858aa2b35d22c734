#include "sim/app/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>

namespace irqloom::app {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";
constexpr std::string_view plain = "\x1b[0m";

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool has_color() {
  const char* term = std::getenv("TERM");
  const bool is_dumb = term == nullptr || std::string_view(term) == "dumb";
  return isatty(STDOUT_FILENO) == 1 && !is_set("NO_COLOR") && !is_dumb;
}

bool shows_progress() {
  return isatty(STDERR_FILENO) == 1;
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string rounded(double number) {
  constexpr std::array<std::string_view, 4> units = {"", "k", "M", "G"};
  std::size_t unit = 0;
  while (number >= 999.5 && unit + 1 < units.size()) {
    number /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{:.0f}", number);
  const int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}{}", number, decimals, units[unit]);
}

std::string colored_verdict(std::string_view verdict, bool color) {
  if (!color) return std::string(verdict);
  const std::string_view start = verdict == "violated" ? "\x1b[1;31m"
                                 : verdict == "holds"  ? "\x1b[1;32m"
                                                       : "\x1b[1;33m";
  return fmt::format("{}{}{}", start, verdict, plain);
}

ProgressLine::~ProgressLine() {
  erase();
}

void ProgressLine::erase() {
  if (shown_) std::cerr << erase_line << std::flush;
  shown_ = false;
}

void ProgressLine::show(const std::string& text) {
  if (!active_) return;
  shown_ = true;
  std::cerr << erase_line << text << std::flush;
}

void ProgressLine::show(const explore::Progress& p) {
  show(fmt::format("states {}  {}/s  transitions {}  frontier {}  depth {}  memory {}B{}",
                   rounded(static_cast<double>(p.states)), rounded(p.states_per_second),
                   rounded(static_cast<double>(p.transitions)),
                   rounded(static_cast<double>(p.frontier)), p.depth,
                   rounded(static_cast<double>(p.memory)), p.judging == 0 ? "" : ", graph kept"));
}

}  // namespace irqloom::app
