#include "sim/app/conform/record.h"

#include <fmt/format.h>

#include "sim/scenario/suggest.h"

namespace irqloom::app::conform {

Record::Record(const Json& json, std::string pointer) : json_(&json), pointer_(std::move(pointer)) {
  if (!json.is_object()) {
    throw BadRecord(pointer_, {scenario::describe(json) + " is no object", "an object", ""});
  }
}

const Json* Record::find(std::string_view key) const {
  for (const auto& [name, value] : json_->get_ref<const Json::object_t&>()) {
    if (name == key) return &value;
  }
  return nullptr;
}

bool Record::has(std::string_view key) const {
  const Json* value = find(key);
  return value != nullptr && !value->is_null();
}

const Json& Record::value(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) throw BadRecord(pointer_, {fmt::format("there is no \"{}\"", key), "", ""});
  return *value;
}

std::uint64_t Record::number(std::string_view key, std::uint64_t max) const {
  const Json& json = value(key);
  if (!json.is_number_unsigned() || json.get<std::uint64_t>() > max) {
    const bool is_bounded = max != std::numeric_limits<std::uint64_t>::max();
    fail(key, scenario::describe(json) + " does not fit here",
         is_bounded ? fmt::format("a whole number from 0 to {}", max) : "a whole number");
  }
  return json.get<std::uint64_t>();
}

std::uint64_t Record::number_or(std::string_view key, std::uint64_t fallback,
                                std::uint64_t max) const {
  return has(key) ? number(key, max) : fallback;
}

const std::string& Record::text(std::string_view key) const {
  const Json& json = value(key);
  if (!json.is_string()) fail(key, scenario::describe(json) + " does not fit here", "a string");
  return json.get_ref<const std::string&>();
}

std::vector<std::uint64_t> Record::numbers(std::string_view key) const {
  const Json& json = value(key);
  std::vector<std::uint64_t> result;
  bool fits = json.is_array();
  for (std::size_t i = 0; fits && i < json.size(); ++i) {
    fits = json[i].is_number_unsigned();
    if (fits) result.push_back(json[i].get<std::uint64_t>());
  }
  if (!fits) fail(key, scenario::describe(json) + " does not fit here", "a list of whole numbers");
  return result;
}

Record Record::object(std::string_view key) const {
  return Record(value(key), scenario::child_pointer(pointer_, key));
}

std::vector<Record> Record::objects(std::string_view key) const {
  const Json& json = value(key);
  if (!json.is_array()) fail(key, scenario::describe(json) + " is no list", "a list of objects");
  const std::string list = scenario::child_pointer(pointer_, key);
  std::vector<Record> result;
  result.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    result.emplace_back(json[i], list + '/' + std::to_string(i));
  }
  return result;
}

void Record::fail(std::string_view key, const std::string& message, const std::string& expected,
                  const std::string& suggestion) const {
  throw BadRecord(scenario::child_pointer(pointer_, key), {message, expected, suggestion});
}

void Record::fail_name(std::string_view key, const std::vector<std::string>& names) const {
  const std::string& word = text(key);
  fail(key, fmt::format("\"{}\" is unknown", word), scenario::list_of(names),
       scenario::nearest(word, names));
}

}  // namespace irqloom::app::conform
