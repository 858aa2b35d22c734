#include "sim/scenario/place.h"

#include <fmt/format.h>

namespace irqloom::scenario {

std::string complaint_text(const Origin& origin, Position position, std::string_view pointer,
                           const Complaint& complaint) {
  std::string text = origin.source;
  if (position.line != 0) text += fmt::format(":{}:{}", position.line, position.column);
  text += ": " + complaint.message;
  if (!pointer.empty()) text += fmt::format("\n  at {}", pointer);
  if (!complaint.expected.empty()) text += "\n  expected: " + complaint.expected;
  if (!complaint.suggestion.empty())
    text += fmt::format("\n  did you mean \"{}\"?", complaint.suggestion);
  if (!origin.writer.empty()) text += "\n  written by: " + origin.writer;
  if (!origin.note.empty()) text += "\n  note: " + origin.note;
  return text;
}

std::string child_pointer(std::string_view pointer, std::string_view name) {
  std::string result(pointer);
  result += '/';
  for (const char c : name) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace irqloom::scenario
