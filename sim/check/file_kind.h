// What a file is, before it is read: whoever gives a command the wrong one is told which one takes
// it.
#pragma once

#include <cstdint>
#include <string_view>

namespace irqloom::check {

enum class FileKind : std::uint8_t {
  scenario,
  schedule,    ///< A counterexample, of `irqloom explore`.
  golden,      ///< Results that `irqloom check` compares with.
  transcript,  ///< Recorded programs (JSON Lines).
  trace,       ///< What `--trace jsonl` or `perfetto` wrote.
  answer,      ///< What `--json` printed.
  schema,      ///< A JSON Schema.
  other,       ///< JSON of another kind.
  broken       ///< No JSON, as far as it goes, and nothing to tell it by.
};

/// "a schedule"; of `other` and `broken`, "something else".
std::string_view to_string(FileKind kind);

/// What the text looks like by the members of its first JSON value, which need not be complete.
FileKind kind_of(std::string_view text);

}  // namespace irqloom::check
