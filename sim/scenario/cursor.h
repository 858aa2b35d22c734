#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/scenario/mistakes.h"
#include "sim/scenario/place.h"
#include "sim/scenario/tree.h"
#include "sim/scenario/units.h"

namespace irqloom::scenario {

/// A place in a document from which something is read. Reading what is not there, or is not what it
/// should be, throws an InputError that says where and what would be right. Optional members are
/// read with `..._or`, or asked for first: `if (const Cursor c = parent["name"]) ...`.
///
/// While the document's mistakes are collected (see Collecting), readers do not throw: they give
/// the fallback, if they have one, or else a value that would have been right. fail() and
/// fail_key() throw in any case, into the innermost attempt().
///
/// A cursor is cheap to copy and keeps the state of the document that it was made from: it may
/// outlive the document, and sees none of its later changes.
class Cursor {
 public:
  /// The root of `tree`. No `mistakes`: they are never collected.
  explicit Cursor(std::shared_ptr<const Tree> tree, std::shared_ptr<Mistakes> mistakes = nullptr);

  /// The same place, where readers throw: for what decides how the rest is read.
  Cursor strict() const;
  /// Runs `read`. If mistakes are collected, one that it throws is kept, and this goes on behind
  /// it. Whether nothing was wrong.
  template <class Read>
  bool attempt(Read&& read) const {
    if (mistakes_) return mistakes_->attempt(std::forward<Read>(read));
    std::forward<Read>(read)();
    return true;
  }

  /// The member `name` of this object, which may be missing: that is an error only once the member
  /// is read. A member of something missing is missing. Throws if this is no object.
  Cursor operator[](std::string_view name) const;
  /// Whether there is a value here.
  explicit operator bool() const noexcept { return value_ != nullptr; }

  /// The members of this object in the order of the document.
  std::vector<std::pair<std::string, Cursor>> items() const;
  /// The elements of this array.
  std::vector<Cursor> elements() const;
  /// As above, but nothing at all if there is no value here.
  std::vector<std::pair<std::string, Cursor>> items_or_none() const;
  std::vector<Cursor> elements_or_none() const;

  std::string string() const;
  bool boolean() const;
  /// A whole number from `min` to `max`.
  std::uint64_t uint(std::uint64_t min = 0,
                     std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
  std::int64_t integer(std::int64_t min, std::int64_t max) const;
  /// One of `names`.
  std::string one_of(const std::vector<std::string>& names) const;
  /// What `table` gives for the name that stands here:
  /// `c.one_of<Trigger>({{"edge", Trigger::edge}, {"level", Trigger::level}})`.
  template <typename T>
  T one_of(const std::vector<std::pair<std::string, T>>& table) const {
    std::vector<std::string> names;
    for (const auto& row : table)
      names.push_back(row.first);
    return table[index_of(names)].second;
  }
  /// A string such as "20us" (or the number 0), in picoseconds.
  std::uint64_t duration() const;
  /// A string such as "5us..10us" or "20us" (or the number 0), in picoseconds.
  DurationRange duration_range() const;

  /// The same, with the value that counts if there is none here.
  std::string string_or(std::string_view fallback) const;
  bool boolean_or(bool fallback) const;
  std::uint64_t uint_or(std::uint64_t fallback, std::uint64_t min = 0,
                        std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
  std::int64_t integer_or(std::int64_t fallback, std::int64_t min, std::int64_t max) const;
  std::string one_of_or(std::string_view fallback, const std::vector<std::string>& names) const;
  template <typename T>
  T one_of_or(std::type_identity_t<T> fallback,
              const std::vector<std::pair<std::string, T>>& table) const {
    if (!*this) return fallback;
    return read_or(fallback, [&] { return strict().one_of<T>(table); });
  }
  std::uint64_t duration_or(std::uint64_t fallback_ps) const;

  /// Throws unless each member of this object is one of `allowed`.
  void unknown_keys(const std::vector<std::string>& allowed) const;

  /// Throws the InputError that `message` is wrong with the value here. See Complaint.
  [[noreturn]] void fail(const std::string& message, const std::string& expected = "",
                         const std::string& suggestion = "") const;
  /// The same about the key of this member: the error stands at the key.
  [[noreturn]] void fail_key(const std::string& message, const std::string& expected = "",
                             const std::string& suggestion = "") const;

  /// The JSON pointer of this place (RFC 6901); "" is the root.
  const std::string& pointer() const noexcept { return pointer_; }
  /// Who wrote what stands here, or what this is missing from.
  const Place& place() const { return tree_->place(pointer_); }
  /// The value itself; throws if it is missing. It lives as long as this cursor or a copy.
  const Json& json() const;
  /// How messages name this place: `"cpus"`, `element 2 of "steps"` or `the document`.
  const std::string& label() const noexcept { return label_; }

 private:
  Cursor(const Cursor& parent, const Json* value, std::string_view name, std::string label);

  /// What `read` gives, or the fallback if it keeps a mistake.
  template <class T, class Read>
  T read_or(T fallback, Read&& read) const {
    attempt([&] { fallback = read(); });
    return fallback;
  }
  const Json& need(std::string_view expected) const;
  [[noreturn]] void fail_missing(std::string_view expected) const;
  [[noreturn]] void fail_value(const std::string& expected) const;
  std::size_t index_of(const std::vector<std::string>& names) const;
  std::string time_text(std::string_view expected) const;

  std::shared_ptr<const Tree> tree_;
  std::shared_ptr<Mistakes> mistakes_;
  const Json* value_;  // In tree_; nullptr if it is missing.
  std::string pointer_;
  std::string label_;
};

}  // namespace irqloom::scenario
