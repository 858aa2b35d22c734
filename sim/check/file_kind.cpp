#include "sim/check/file_kind.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace irqloom::check {
namespace {

/// Takes note of the members of the first object, and stops behind it.
class MemberReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::set<std::string> keys;
  std::string format;  ///< The string "format".
  std::string schema;  ///< The string "$schema".
  bool is_broken = false;

  bool null() override { return depth_ != 0; }
  bool boolean(bool /*value*/) override { return depth_ != 0; }
  bool number_integer(number_integer_t /*value*/) override { return depth_ != 0; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return depth_ != 0; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return depth_ != 0;
  }
  bool binary(binary_t& /*value*/) override { return depth_ != 0; }
  bool string(string_t& value) override {
    if (depth_ == 1 && key_ == "format") format = value;
    if (depth_ == 1 && key_ == "$schema") schema = value;
    return depth_ != 0;
  }
  bool key(string_t& value) override {
    if (depth_ != 1) return true;
    key_ = value;
    keys.insert(value);
    return true;
  }
  bool start_object(std::size_t /*elements*/) override { return ++depth_ != 0; }
  bool end_object() override { return --depth_ != 0; }
  bool start_array(std::size_t /*elements*/) override { return depth_++ != 0; }
  bool end_array() override { return --depth_ != 0; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    is_broken = true;
    return false;
  }

  bool has_all(std::initializer_list<const char*> names) const {
    return std::all_of(names.begin(), names.end(), [&](const char* n) { return keys.contains(n); });
  }
  bool has_any(std::initializer_list<const char*> names) const {
    return std::any_of(names.begin(), names.end(), [&](const char* n) { return keys.contains(n); });
  }

 private:
  unsigned depth_ = 0;
  string_t key_;
};

}  // namespace

std::string_view to_string(FileKind kind) {
  constexpr std::array<std::string_view, 9> names = {
      "a scenario", "a schedule",       "a file of golden results", "a transcript",  "a trace",
      "an answer",  "a schema of JSON", "something else",           "something else"};
  return names.at(static_cast<std::size_t>(kind));
}

FileKind kind_of(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  MemberReader reader;
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  if (reader.format == "irqloom-schedule") return FileKind::schedule;
  if (reader.format == "irqloom-golden") return FileKind::golden;
  if (reader.format == "irqloom-trace" || reader.has_any({"traceEvents"})) return FileKind::trace;
  if (reader.schema.find("json-schema.org") != std::string::npos) return FileKind::schema;
  if (reader.has_all({"model", "class"})) return FileKind::transcript;
  if (reader.has_all({"mode", "verdict"})) return FileKind::answer;
  if (reader.has_any({"name", "title", "variants", "expect"})) return FileKind::scenario;
  return reader.is_broken ? FileKind::broken : FileKind::other;
}

}  // namespace irqloom::check
