#include "sim/scenario/cursor.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/error.h"
#include "sim/scenario/suggest.h"

namespace irqloom::scenario {
namespace {

constexpr const char* one_duration = "a duration such as \"20us\"";
constexpr const char* one_range = "a duration such as \"20us\", or a range such as \"5us..10us\"";

template <typename Number>
std::string number_from(Number min, Number max) {
  if (min == max) return fmt::format("{}", min);
  return fmt::format("a whole number from {} to {}", min, max);
}

}  // namespace

Cursor::Cursor(std::shared_ptr<const Tree> tree, std::shared_ptr<Mistakes> mistakes)
    : tree_(std::move(tree)),
      mistakes_(std::move(mistakes)),
      value_(&tree_->json),
      label_("the document") {}

Cursor::Cursor(const Cursor& parent, const Json* value, std::string_view name, std::string label)
    : tree_(parent.tree_),
      mistakes_(parent.mistakes_),
      value_(value),
      pointer_(child_pointer(parent.pointer_, name)),
      label_(std::move(label)) {}

Cursor Cursor::strict() const {
  Cursor copy = *this;
  copy.mistakes_ = nullptr;
  return copy;
}

Cursor Cursor::operator[](std::string_view name) const {
  const Json* member = nullptr;
  if (value_ != nullptr) {
    attempt([&] {
      if (!value_->is_object()) fail_value(fmt::format("an object with the member \"{}\"", name));
      const auto found = value_->find(std::string(name));
      if (found != value_->end()) member = &*found;
    });
  }
  return Cursor(*this, member, name, fmt::format("\"{}\"", name));
}

std::vector<std::pair<std::string, Cursor>> Cursor::items() const {
  std::vector<std::pair<std::string, Cursor>> members;
  attempt([&] {
    if (!need("an object").is_object()) fail_value("an object");
    for (const auto& [name, value] : value_->items())
      members.emplace_back(name, Cursor(*this, &value, name, fmt::format("\"{}\"", name)));
  });
  return members;
}

std::vector<Cursor> Cursor::elements() const {
  std::vector<Cursor> result;
  attempt([&] {
    if (!need("an array").is_array()) fail_value("an array");
    for (const Json& value : *value_) {
      const std::size_t index = result.size();
      result.push_back(Cursor(*this, &value, std::to_string(index),
                              fmt::format("element {} of {}", index, label_)));
    }
  });
  return result;
}

std::vector<std::pair<std::string, Cursor>> Cursor::items_or_none() const {
  return *this ? items() : std::vector<std::pair<std::string, Cursor>>();
}

std::vector<Cursor> Cursor::elements_or_none() const {
  return *this ? elements() : std::vector<Cursor>();
}

std::string Cursor::string() const {
  return read_or(std::string(), [&] {
    if (!need("a string").is_string()) {
      // A shell user who writes name=12 means text, but 12 is JSON.
      const bool from_set = place().value.line == 0;
      fail_value(from_set ? "a string (text that is also JSON needs its own quotes: 'path=\"12\"')"
                          : "a string");
    }
    return value_->get<std::string>();
  });
}

bool Cursor::boolean() const {
  return read_or(false, [&] {
    if (!need("true or false").is_boolean()) fail_value("true or false");
    return value_->get<bool>();
  });
}

std::uint64_t Cursor::uint(std::uint64_t min, std::uint64_t max) const {
  return read_or(min, [&] {
    const std::string expected = number_from(min, max);
    const Json& value = need(expected);
    if (!value.is_number_unsigned()) fail_value(expected);
    const auto number = value.get<std::uint64_t>();
    if (number < min || number > max) fail_value(expected);
    return number;
  });
}

std::int64_t Cursor::integer(std::int64_t min, std::int64_t max) const {
  return read_or(min, [&] {
    const std::string expected = number_from(min, max);
    const Json& value = need(expected);
    if (!value.is_number_integer()) fail_value(expected);
    const bool above_int64 =
        value.is_number_unsigned() &&
        value.get<std::uint64_t>() >
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (above_int64) fail_value(expected);
    const auto number = value.get<std::int64_t>();
    if (number < min || number > max) fail_value(expected);
    return number;
  });
}

std::string Cursor::one_of(const std::vector<std::string>& names) const {
  return names[index_of(names)];
}

std::size_t Cursor::index_of(const std::vector<std::string>& names) const {
  return read_or(std::size_t{0}, [&] {
    const std::string expected = list_of(names);
    if (!need(expected).is_string()) fail_value(expected);
    const auto& text = value_->get_ref<const std::string&>();
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) {
      fail(fmt::format("{} is {}", label_, describe(*value_)), expected, nearest(text, names));
    }
    return static_cast<std::size_t>(found - names.begin());
  });
}

std::uint64_t Cursor::duration() const {
  return read_or(std::uint64_t{0}, [&] {
    try {
      return parse_duration(time_text(one_duration));
    } catch (const UnitError& error) {
      fail(fmt::format("{}: {}", label_, error.what()), error.expected());
    }
  });
}

DurationRange Cursor::duration_range() const {
  return read_or(DurationRange(), [&] {
    try {
      return parse_duration_range(time_text(one_range));
    } catch (const UnitError& error) {
      fail(fmt::format("{}: {}", label_, error.what()), error.expected());
    }
  });
}

// 0 needs no unit, and `--set latency=0` is a JSON number.
std::string Cursor::time_text(std::string_view expected) const {
  const Json& value = need(expected);
  if (value.is_number_integer() && value == 0) return "0";
  if (!value.is_string()) {
    const bool number = value.is_number();
    fail_value(std::string(expected) + (number ? "; a number alone has no unit" : ""));
  }
  return value.get<std::string>();
}

std::string Cursor::string_or(std::string_view fallback) const {
  if (!*this) return std::string(fallback);
  return read_or(std::string(fallback), [&] { return strict().string(); });
}

bool Cursor::boolean_or(bool fallback) const {
  if (!*this) return fallback;
  return read_or(fallback, [&] { return strict().boolean(); });
}

std::uint64_t Cursor::uint_or(std::uint64_t fallback, std::uint64_t min, std::uint64_t max) const {
  if (!*this) return fallback;
  return read_or(fallback, [&] { return strict().uint(min, max); });
}

std::int64_t Cursor::integer_or(std::int64_t fallback, std::int64_t min, std::int64_t max) const {
  if (!*this) return fallback;
  return read_or(fallback, [&] { return strict().integer(min, max); });
}

std::string Cursor::one_of_or(std::string_view fallback,
                              const std::vector<std::string>& names) const {
  if (!*this) return std::string(fallback);
  return read_or(std::string(fallback), [&] { return strict().one_of(names); });
}

std::uint64_t Cursor::duration_or(std::uint64_t fallback_ps) const {
  if (!*this) return fallback_ps;
  return read_or(fallback_ps, [&] { return strict().duration(); });
}

void Cursor::unknown_keys(const std::vector<std::string>& allowed) const {
  std::size_t unknown = 0;
  for (const auto& [name, member] : items()) {
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
    if (++unknown > Error::most_told) return;
    member.attempt([&, &key = name, &cursor = member] {
      cursor.fail_key(fmt::format("{} has no member \"{}\"", label_, key), list_of(allowed),
                      nearest(key, allowed));
    });
  }
}

void Cursor::fail(const std::string& message, const std::string& expected,
                  const std::string& suggestion) const {
  const Place& where = place();
  throw InputError(
      mistake_at(*where.origin, where.value, pointer_, {message, expected, suggestion}));
}

void Cursor::fail_key(const std::string& message, const std::string& expected,
                      const std::string& suggestion) const {
  const Place& where = place();
  throw InputError(mistake_at(*where.origin, where.key, pointer_, {message, expected, suggestion}));
}

const Json& Cursor::json() const {
  return need("a value");
}

const Json& Cursor::need(std::string_view expected) const {
  if (value_ == nullptr) fail_missing(expected);
  return *value_;
}

// Blames the outermost of what is missing: without "platform" there is no point in naming what
// should be inside of it.
void Cursor::fail_missing(std::string_view expected) const {
  std::string missing = pointer_;
  std::string parent = missing.substr(0, missing.rfind('/'));
  while (tree_->find(parent) == nullptr) {
    missing = parent;
    parent = missing.substr(0, missing.rfind('/'));
  }
  const std::string name = split_pointer(missing).value().back();
  const Place& where = tree_->place(missing);
  const std::string what = missing == pointer_ ? std::string(expected) : "an object";
  throw InputError(mistake_at(*where.origin, where.value, missing,
                              {fmt::format("\"{}\" is missing", name), what, ""}));
}

void Cursor::fail_value(const std::string& expected) const {
  fail(fmt::format("{} is {}", label_, describe(*value_)), expected);
}

}  // namespace irqloom::scenario
