#include "sim/scenario/place.h"

namespace irqloom::scenario {

Mistake mistake_at(const Origin& origin, Position position, std::string_view pointer,
                   const Complaint& complaint) {
  return {.file = origin.source,
          .line = position.line,
          .column = position.column,
          .pointer = std::string(pointer),
          .message = complaint.message,
          .expected = complaint.expected,
          .suggestion = complaint.suggestion,
          .writer = origin.writer,
          .note = origin.note,
          .way_out = {}};
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
