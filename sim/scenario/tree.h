#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/place.h"

namespace irqloom::scenario {

using Json = nlohmann::ordered_json;

/// How deep objects and arrays may nest. It bounds every recursion over a document.
inline constexpr std::size_t max_depth = 64;

/// How many values a document may hold. Each takes some hundred bytes with its place.
inline constexpr std::size_t max_values = 1'000'000;

/// A JSON value together with who wrote each part of it. All pointers are JSON pointers (RFC 6901)
/// from the root; the root's is "".
class Tree {
 public:
  Json json;  ///< Object members keep the order in which they were first written.

  /// The value at `pointer`, or nullptr if there is none.
  const Json* find(std::string_view pointer) const;

  /// The last writer of `pointer`. A null in a patch counts as the writer of what it deleted; for
  /// what nobody ever wrote it is the writer of the nearest parent.
  const Place& place(std::string_view pointer) const;

  /// Notes that `pointer` begins at `place`. False, and nothing noted, if it is noted already.
  bool note(std::string pointer, const Place& place);
  /// Sets the value's position of a pointer that has been noted.
  void note_value(std::string_view pointer, Position position);

  /// The member `name` of the object `parent` (which is at `parent_pointer`); it is made, as an
  /// empty object written at `place`, if there is none.
  Json& member(Json& parent, std::string_view parent_pointer, const std::string& name,
               const Place& place);

  /// Makes `target`, the value at `pointer`, a copy of `source`. All of it counts as written at
  /// `place`.
  void replace(Json& target, const std::string& pointer, const Json& source, const Place& place);

  /// Removes the member `name` of the object `parent`; `place` is who says so.
  void remove(Json& parent, std::string_view parent_pointer, const std::string& name,
              const Place& place);

  /// Removes the member at `pointer`, which exists and is not the root, without any trace.
  void erase(const std::string& pointer);

  /// Applies the JSON Merge Patch (RFC 7396) that stands at `patch_pointer` in `patch` to the root.
  /// What the patch writes keeps its position; what came from the file itself gets `origin`.
  void merge(const Tree& patch, const std::string& patch_pointer,
             std::shared_ptr<const Origin> origin);

 private:
  struct Patch;
  void merge_at(Json& target, const std::string& pointer, const Patch& patch, const Json& value,
                const std::string& value_pointer);
  void copy_places(const Patch& patch, const std::string& from, const std::string& to);
  void forget(const std::string& pointer);

  std::map<std::string, Place, std::less<>> places_;
};

/// The names that lead from the root to `pointer`, or nothing if it is not a JSON pointer.
std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);

/// What `value` is, for messages: `the string "ioapic"`, `5`, `true`, `null`, `an object`, ...
std::string describe(const Json& value);

}  // namespace irqloom::scenario
