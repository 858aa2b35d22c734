#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sim/scenario/place.h"
#include "sim/scenario/tree.h"

namespace irqloom::scenario {

/// A text is no JSON document that irqloom takes. Whoever asked for the text to be read knows what
/// it is and turns this into an InputError.
class JsonProblem : public std::runtime_error {
 public:
  JsonProblem(Position where, std::string at, Complaint what)
      : std::runtime_error(what.message),
        position(where),
        pointer(std::move(at)),
        complaint(std::move(what)) {}

  Position position;
  std::string pointer;  ///< The JSON pointer of the value or the innermost open one.
  Complaint complaint;
};

/// Parses one JSON document in one pass and notes where each value begins, on behalf of `origin`.
/// Throws JsonProblem if it is malformed, empty, not UTF-8, nested deeper than max_depth, holds
/// more than max_values values, or has a key twice in one object. A UTF-8 byte order mark is
/// skipped and takes up no column.
Tree read_json(std::string_view text, std::shared_ptr<const Origin> origin);

/// Throws JsonProblem if the text begins with JSON that is no object, without looking any further.
void expect_object(std::string_view text);

}  // namespace irqloom::scenario
