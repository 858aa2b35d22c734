#include "sim/scenario/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/scenario/json_syntax.h"

namespace irqloom::scenario {
namespace {

// The parser does not tell where a token begins, but between two of its events there is nothing but
// white space, commas and colons: a cursor that follows in lockstep finds every token.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, std::shared_ptr<const Origin> origin)
      : text_(text), lines_(text), origin_(std::move(origin)) {}

  Tree& tree() { return tree_; }
  // Throws unless the document ends where the parser stopped: it takes a NUL byte for the end.
  void expect_end() const {
    if (skip_space(text_, state_.behind) < text_.size()) fail_syntax();
  }

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(std::int64_t value) override { return scalar(value); }
  bool number_unsigned(std::uint64_t value) override { return scalar(value); }
  bool number_float(double value, const std::string&) override { return scalar(value); }
  bool string(std::string& value) override { return scalar(std::move(value)); }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string& name) override;
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    fail_syntax();
  }

 private:
  struct Level {
    Json* container;
    std::string pointer;
    std::size_t offset;       // Of the opening bracket.
    std::string key;          // The name of the member whose value comes next.
    std::string key_pointer;  // Its JSON pointer.
  };

  std::size_t next_token(SyntaxState::Last last);
  Json& add(Json value, std::size_t offset, std::string& pointer);
  bool scalar(Json value);
  bool open(Json container);
  bool close();
  void update_bracket();
  [[noreturn]] void fail_syntax() const;

  std::string_view text_;
  LineMap lines_;
  std::shared_ptr<const Origin> origin_;
  Tree tree_;
  std::vector<Level> levels_;
  std::size_t values_ = 0;
  SyntaxState state_;
};

std::size_t Builder::next_token(SyntaxState::Last last) {
  const std::size_t begin =
      std::min(text_.find_first_not_of(" \t\r\n,:", state_.behind), text_.size());
  state_.behind = skip_token(text_, begin);
  state_.last = last;
  return begin;
}

bool Builder::key(std::string& name) {
  const Position position = lines_.at(next_token(SyntaxState::Last::key));
  Level& level = levels_.back();
  level.key = std::move(name);
  level.key_pointer = child_pointer(level.pointer, level.key);
  if (!tree_.note(level.key_pointer, {origin_, position, position})) {
    const Position first = tree_.place(level.key_pointer).key;
    throw JsonProblem(position, level.key_pointer,
                      {fmt::format("the key \"{}\" is there twice", level.key),
                       fmt::format("each key once; the first one is at line {}, column {}",
                                   first.line, first.column),
                       ""});
  }
  return true;
}

// Puts a value where it belongs and notes where it begins.
Json& Builder::add(Json value, std::size_t offset, std::string& pointer) {
  const Position position = lines_.at(offset);
  if (++values_ > max_values) {
    throw JsonProblem(position, "",
                      {fmt::format("there are more than {} values in it", max_values),
                       "a document of a reasonable size", ""});
  }
  if (levels_.empty()) {
    tree_.note("", {origin_, position, position});
    return tree_.json = std::move(value);
  }
  Level& level = levels_.back();
  if (level.container->is_array()) {
    pointer = child_pointer(level.pointer, std::to_string(level.container->size()));
    tree_.note(pointer, {origin_, position, position});
    level.container->push_back(std::move(value));
    return level.container->back();
  }
  pointer = level.key_pointer;
  tree_.note_value(pointer, position);
  // The key is known to be new, and the map's own look-up is linear.
  auto& members = level.container->get_ref<Json::object_t&>();
  static_cast<Json::object_t::Container&>(members).emplace_back(level.key, std::move(value));
  return members.back().second;
}

bool Builder::scalar(Json value) {
  const SyntaxState before = state_;
  const std::size_t offset = next_token(SyntaxState::Last::value);
  // The parser takes 012 for a 0 and a surplus 12; the user sees one malformed number.
  const std::string_view token = text_.substr(offset, state_.behind - offset);
  if (!value.is_string() && !is_scalar_token(token)) {
    state_ = before;
    fail_syntax();
  }
  std::string pointer;
  add(std::move(value), offset, pointer);
  return true;
}

bool Builder::open(Json container) {
  const std::size_t offset = next_token(SyntaxState::Last::open);
  if (levels_.size() == max_depth) {
    throw JsonProblem(lines_.at(offset), levels_.back().pointer,
                      {"objects and arrays are nested too deeply",
                       fmt::format("at most {} levels", max_depth), ""});
  }
  std::string pointer;
  Json& added = add(std::move(container), offset, pointer);
  levels_.push_back({&added, std::move(pointer), offset, "", ""});
  update_bracket();
  return true;
}

bool Builder::close() {
  next_token(SyntaxState::Last::value);
  levels_.pop_back();
  update_bracket();
  return true;
}

void Builder::update_bracket() {
  state_.bracket_offset = levels_.empty() ? 0 : levels_.back().offset;
  state_.bracket = levels_.empty() ? '\0' : text_[state_.bracket_offset];
}

void Builder::fail_syntax() const {
  SyntaxProblem problem = explain_syntax(text_, state_);
  throw JsonProblem(lines_.at(problem.offset), levels_.empty() ? "" : levels_.back().pointer,
                    std::move(problem.complaint));
}

void check_encoding(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    throw JsonProblem({1, 1}, "", {"the text is UTF-16", "UTF-8", ""});
  }
  const std::size_t offset = find_invalid_utf8(text);
  if (offset == std::string_view::npos) return;
  const auto byte = static_cast<unsigned char>(text[offset]);
  throw JsonProblem(LineMap(text).at(offset), "",
                    {fmt::format("the byte 0x{:02x} is not UTF-8", byte), "text in UTF-8", ""});
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

/// What begins there, or nothing if no JSON but an object does.
std::string_view kind_at(std::string_view text, std::size_t offset) {
  const char c = text[offset];
  const std::string_view token = text.substr(offset, skip_token(text, offset) - offset);
  if (token == "null") return "null";
  if (token == "true" || token == "false") return token;
  if (c == '[') return "an array";
  if (c == '"') return "a string";
  if (c == '-' || (c >= '0' && c <= '9')) return "a number";
  return {};
}

}  // namespace

void expect_object(std::string_view text) {
  text = without_byte_order_mark(text);
  const std::size_t offset = skip_space(text, 0);
  if (offset == text.size()) return;
  const std::string_view kind = kind_at(text, offset);
  if (kind.empty()) return;
  throw JsonProblem(LineMap(text.substr(0, offset)).at(offset), "",
                    {fmt::format("the document is {}", kind), "a JSON object", ""});
}

Tree read_json(std::string_view text, std::shared_ptr<const Origin> origin) {
  text = without_byte_order_mark(text);
  check_encoding(text);
  if (skip_space(text, 0) == text.size()) {
    throw JsonProblem({1, 1}, "",
                      {text.empty() ? "it is empty" : "there is nothing but white space in it",
                       "a JSON object", ""});
  }
  Builder builder(text, std::move(origin));
  Json::sax_parse(text.begin(), text.end(), &builder);
  builder.expect_end();
  return std::move(builder.tree());
}

}  // namespace irqloom::scenario
