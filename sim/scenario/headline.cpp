#include "sim/scenario/headline.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "sim/scenario/document.h"
#include "sim/scenario/file_reader.h"

namespace irqloom::scenario {

namespace {

/// Stops the parser, by returning false, when both members were seen or cannot come any more.
class HeadlineReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::optional<std::string> name;
  std::optional<std::string> title;

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool string(string_t& value) override {
    if (depth_ == 1 && key_ == "name") name = value;
    if (depth_ == 1 && key_ == "title") title = value;
    return !name || !title;
  }
  bool key(string_t& value) override {
    if (depth_ == 1) key_ = value;
    return true;
  }
  bool start_object(std::size_t /*elements*/) override { return ++depth_ != 0; }
  bool end_object() override { return --depth_ != 0; }
  bool start_array(std::size_t /*elements*/) override { return ++depth_ != 0; }
  bool end_array() override { return --depth_ != 0; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  unsigned depth_ = 0;
  string_t key_;
};

}  // namespace

Headline read_headline(const std::string& path) {
  HeadlineReader reader;
  nlohmann::json::sax_parse(read_file(path), &reader);
  if (reader.name && reader.title) return Headline{*reader.name, *reader.title};
  // Something is wrong with it: the whole reader says what.
  const Document document = Document::from_file(path);
  return Headline{document.root()["name"].string(), document.root()["title"].string()};
}

}  // namespace irqloom::scenario
