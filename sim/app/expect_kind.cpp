#include "sim/app/expect_kind.h"

#include <fmt/format.h>

#include "sim/error.h"

namespace irqloom::app {
namespace {

using check::FileKind;

std::string way_out(FileKind kind, const std::string& name) {
  switch (kind) {
    case FileKind::scenario:
      return fmt::format("irqloom run {0}, or irqloom explore {0}", name);
    case FileKind::schedule:
      return "irqloom replay " + name;
    case FileKind::golden:
      return "irqloom check SCENARIO compares with it by itself";
    case FileKind::transcript:
      return "irqloom conform " + name;
    case FileKind::schema:
      return "it is for editors: \"$schema\" of a scenario names it";
    case FileKind::trace:
    case FileKind::answer:
    case FileKind::other:
    case FileKind::broken:
      break;
  }
  return "no command reads it";
}

}  // namespace

void expect_kind(FileKind wanted, std::string_view text, const std::string& name) {
  const FileKind kind = check::kind_of(text);
  // What cannot be told is for the reader to refuse, who says where.
  if (kind == wanted || kind == FileKind::other || kind == FileKind::broken) return;
  throw InputError(Mistake{.file = name,
                           .line = 1,
                           .column = 1,
                           .message = fmt::format("this is {}", check::to_string(kind)),
                           .expected = std::string(check::to_string(wanted)),
                           .way_out = way_out(kind, name)});
}

}  // namespace irqloom::app
