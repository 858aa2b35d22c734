// What the user's terminal takes, and how numbers are written there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/explore/budget.h"

namespace irqloom::app {

/// Whether stdout is a terminal that shows colours and whose user did not ask for NO_COLOR
/// (no-color.org: any value but the empty one).
bool has_color();
/// Whether stderr is a terminal.
bool shows_progress();

/// "1,234,567"
std::string grouped(std::uint64_t number);
/// Three significant digits: "950", "84.1k", "1.20M", "3.40G".
std::string rounded(double number);

/// `text` in bold red, green or yellow, for a verdict; as it is unless `color`.
std::string colored_verdict(std::string_view verdict, bool color);

/// One line on stderr that is overwritten, as long as it lives.
class ProgressLine {
 public:
  /// Not `active`: writes nothing.
  explicit ProgressLine(bool active) : active_(active) {}
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& text);
  void show(const explore::Progress& progress);
  /// Leaves nothing behind.
  void erase();

 private:
  bool active_;
  bool shown_ = false;
};

}  // namespace irqloom::app
