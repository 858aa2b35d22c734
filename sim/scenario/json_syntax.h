#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/place.h"

namespace irqloom::scenario {

/// From byte offsets of a text to lines and columns.
class LineMap {
 public:
  /// Of less than 4 GiB.
  explicit LineMap(std::string_view text);
  /// `offset` may be the text's size: the position behind its last byte.
  Position at(std::size_t offset) const;

 private:
  std::vector<std::uint32_t> starts_;  // The offset of each line's first byte.
};

/// What a JSON parser was in the middle of when it came upon something that does not fit.
struct SyntaxState {
  enum class Last {
    nothing,  ///< The text begins here.
    open,     ///< An opening bracket.
    key,      ///< An object's key.
    value,    ///< A whole value: a scalar or a closing bracket.
  };

  Last last = Last::nothing;       ///< The last token that did fit, but for commas and colons.
  std::size_t behind = 0;          ///< The offset just behind that token.
  char bracket = 0;                ///< '{' or '[': the innermost open bracket; 0 if none is open.
  std::size_t bracket_offset = 0;  ///< Where that bracket stands.
};

/// A syntax error and the offset at which it stands.
struct SyntaxProblem {
  std::size_t offset = 0;
  Complaint complaint;
};

/// Why the text, which a parser refused in `state`, is not JSON. Parsers tell what they cannot go
/// on with; this tells what people usually did: a comma too many or too few, comments, single
/// quotes.
SyntaxProblem explain_syntax(std::string_view text, const SyntaxState& state);

/// The offset of the first byte that is not UTF-8 (Unicode, table 3-7), or npos.
std::size_t find_invalid_utf8(std::string_view text);

/// The offset at or behind `offset` of what is no JSON white space, or the text's size.
std::size_t skip_space(std::string_view text, std::size_t offset);

/// Whether `token` is true, false, null or a number as JSON writes it.
bool is_scalar_token(std::string_view token);

/// The offset just behind the token that begins at `offset`: a bracket, a string or a scalar.
std::size_t skip_token(std::string_view text, std::size_t offset);

}  // namespace irqloom::scenario
