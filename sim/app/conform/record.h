// Typed reading of recorded programs. What is missing or wrong is an error about its place.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/place.h"
#include "sim/scenario/tree.h"

namespace irqloom::app::conform {

using scenario::Json;

/// Something in a program is not as it should be. Whoever knows the file turns it into an
/// InputError.
class BadRecord : public std::runtime_error {
 public:
  BadRecord(std::string at, scenario::Complaint what)
      : std::runtime_error(what.message), pointer(std::move(at)), complaint(std::move(what)) {}

  std::string pointer;  ///< From the root of the program.
  scenario::Complaint complaint;
};

/// An object within a program: the program itself, its configuration, an operation. Cheap to copy;
/// the program must outlive it. All readers throw BadRecord.
class Record {
 public:
  /// `pointer` is where `json` is in the program.
  Record(const Json& json, std::string pointer);

  const Json& json() const { return *json_; }
  const std::string& pointer() const { return pointer_; }
  /// Whether the member is there and not null.
  bool has(std::string_view key) const;
  const Json& value(std::string_view key) const;
  std::uint64_t number(std::string_view key,
                       std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
  std::uint64_t number_or(std::string_view key, std::uint64_t fallback,
                          std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
  const std::string& text(std::string_view key) const;
  std::vector<std::uint64_t> numbers(std::string_view key) const;
  Record object(std::string_view key) const;
  std::vector<Record> objects(std::string_view key) const;

  /// Throws that the member is wrong.
  [[noreturn]] void fail(std::string_view key, const std::string& message,
                         const std::string& expected = "",
                         const std::string& suggestion = "") const;
  /// Throws that the member's text is none of `names`, with the nearest one.
  [[noreturn]] void fail_name(std::string_view key, const std::vector<std::string>& names) const;

 private:
  const Json* find(std::string_view key) const;

  const Json* json_;
  std::string pointer_;
};

}  // namespace irqloom::app::conform
