#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sim/error.h"

namespace irqloom::scenario {

/// Where in a text something begins. Lines and columns count from 1; a column counts bytes, as
/// compilers do. Line 0 says that there is no text with lines (`--set`).
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  bool operator==(const Position&) const = default;
};

/// Who wrote a value: the file, a variant's patch in the file, or a `--set`.
struct Origin {
  std::string source;  ///< The file's name, or `--set path=value`.
  std::string writer;  ///< For a patch: its label, such as `variant "mainline"`; otherwise empty.
  std::string note;    ///< What to tell the user besides, should the value be wrong; mostly empty.
};

/// The last writer of a value. Copying shares the origin.
struct Place {
  std::shared_ptr<const Origin> origin;
  Position value;  ///< Of the value's first byte.
  Position key;    ///< Of the key's opening quote; of the value where there is no key.
};

/// What is wrong with a value, and how to make it right.
struct Complaint {
  std::string message;     ///< What is wrong; starts in lower case, no full stop.
  std::string expected;    ///< What would have been right; may be empty.
  std::string suggestion;  ///< The valid name that was probably meant; may be empty.
};

/// The complaint about what `origin` wrote at `position`, and at `pointer` in the document.
Mistake mistake_at(const Origin& origin, Position position, std::string_view pointer,
                   const Complaint& complaint);

/// `pointer` extended by one member's name, escaped as RFC 6901 says (~ is ~0, / is ~1).
std::string child_pointer(std::string_view pointer, std::string_view name);

}  // namespace irqloom::scenario
