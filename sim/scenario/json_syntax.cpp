#include "sim/scenario/json_syntax.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/suggest.h"

namespace irqloom::scenario {
namespace {

constexpr std::string_view valid_escapes = R"(one of \" \\ \/ \b \f \n \r \t \uhhhh)";
constexpr std::string_view valid_numbers =
    "a number such as 12, -3 or 0.5: decimal, no leading zero, no leading +";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20;
}
bool is_scalar(char c) {
  return is_digit(c) || is_letter(c) || c == '+' || c == '-' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string shown_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte >= 0x7f) return fmt::format("the byte 0x{:02x}", byte);
  return fmt::format("'{}'", c);
}

// What the grammar allows next, and where it is looked for.
struct Wanted {
  std::size_t offset;  // Of what stands there instead.
  std::string what;
  bool value = false;                          // A value would do.
  bool key = false;                            // A key would do.
  std::size_t comma = std::string_view::npos;  // The comma in front of it, if there is one.
};

Wanted wanted_after(std::string_view text, const SyntaxState& state) {
  const std::size_t next = skip_space(text, state.behind);
  const bool in_object = state.bracket == '{';
  const auto after = [&](char separator) { return next < text.size() && text[next] == separator; };
  switch (state.last) {
    case SyntaxState::Last::nothing:
      return {next, "a JSON value", true};
    case SyntaxState::Last::open:
      if (in_object) return {next, "a key in double quotes, or '}'", false, true};
      return {next, "a value, or ']'", true};
    case SyntaxState::Last::key:
      if (after(':')) return {skip_space(text, next + 1), "a value", true};
      return {next, "':' between a key and its value"};
    case SyntaxState::Last::value:
      break;
  }
  if (state.bracket == 0) return {next, "nothing more"};
  if (!after(',')) return {next, in_object ? "',' or '}'" : "',' or ']'"};
  const std::size_t behind_comma = skip_space(text, next + 1);
  if (in_object) return {behind_comma, "a key in double quotes", false, true, next};
  return {behind_comma, "a value", true, false, next};
}

SyntaxProblem unfinished(std::string_view text, const SyntaxState& state, const Wanted& wanted) {
  if (state.bracket == 0) {
    return {wanted.offset, {"the text ends where a value should begin", wanted.what, ""}};
  }
  const Position open = LineMap(text).at(state.bracket_offset);
  return {wanted.offset,
          {fmt::format("the text ends inside of the {} that begins at line {}, column {}",
                       state.bracket == '{' ? "object" : "array", open.line, open.column),
           wanted.what, ""}};
}

SyntaxProblem wrong_bracket(std::string_view text, const SyntaxState& state, const Wanted& wanted) {
  const char found = text[wanted.offset];
  const char fitting = state.bracket == '{' ? '}' : ']';
  if (wanted.comma != std::string_view::npos && found == fitting) {
    return {wanted.comma,
            {fmt::format("a comma in front of '{}'", found), "no comma after the last one", ""}};
  }
  if (state.bracket == 0 || found == fitting) {
    return {wanted.offset, {fmt::format("'{}' is in the wrong place", found), wanted.what, ""}};
  }
  const Position open = LineMap(text).at(state.bracket_offset);
  return {wanted.offset,
          {fmt::format("'{}' does not close the '{}' of line {}, column {}", found, state.bracket,
                       open.line, open.column),
           wanted.what, ""}};
}

SyntaxProblem wrong_escape(std::string_view text, std::size_t at) {
  const char code = at + 1 < text.size() ? text[at + 1] : '\0';
  if (code != 'u') {
    return {at,
            {fmt::format("a backslash and {} are no escape", shown_char(code)),
             std::string(valid_escapes), ""}};
  }
  const std::string_view digits = text.substr(at + 2, 4);
  if (digits.size() == 4 && std::all_of(digits.begin(), digits.end(), is_hex)) {
    return {at,
            {fmt::format("\\u{} is only half of a surrogate pair", digits),
             "the character itself, or both halves such as \\ud83d\\ude00", ""}};
  }
  return {at, {"\\u without four hexadecimal digits", "such as \\u00e9", ""}};
}

// Whether the escape at `at` is one that JSON knows; surrogates are valid as high, then low.
bool valid_escape(std::string_view text, std::size_t at, std::size_t& length) {
  const auto code_unit = [&](std::size_t from) -> int {
    const std::string_view digits = text.substr(std::min(from, text.size()), 6);
    if (digits.size() < 6 || digits.substr(0, 2) != "\\u") return -1;
    if (!std::all_of(digits.begin() + 2, digits.end(), is_hex)) return -1;
    return std::stoi(std::string(digits.substr(2)), nullptr, 16);
  };
  length = 2;
  if (at + 1 < text.size() && text[at + 1] != 'u') {
    return std::string_view("\"\\/bfnrt").find(text[at + 1]) != std::string_view::npos;
  }
  const int unit = code_unit(at);
  const bool high = unit >= 0xd800 && unit <= 0xdbff;
  const int second = high ? code_unit(at + 6) : 0;
  length = high ? 12 : 6;
  if (high) return second >= 0xdc00 && second <= 0xdfff;
  return unit >= 0 && !(unit >= 0xdc00 && unit <= 0xdfff);
}

SyntaxProblem wrong_string(std::string_view text, std::size_t begin) {
  std::size_t length = 1;
  for (std::size_t i = begin + 1; i < text.size() && text[i] != '"'; i += length) {
    length = 1;
    if (text[i] == '\n' || text[i] == '\r') break;
    if (is_control(text[i])) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const std::string escape = text[i] == '\t' ? "\\t" : fmt::format("\\u{:04x}", byte);
      return {i, {fmt::format("a string holds the control character 0x{:02x}", byte), escape, ""}};
    }
    if (text[i] == '\\' && !valid_escape(text, i, length)) return wrong_escape(text, i);
  }
  return {begin, {"the string that begins here does not end on its line", "a closing '\"'", ""}};
}

SyntaxProblem wrong_word(std::string_view word, const Wanted& wanted) {
  const std::string literal = nearest(word, {"true", "false", "null"});
  const bool text = wanted.key || literal.empty();
  return {wanted.offset,
          {fmt::format("the word {} is not JSON", word),
           text ? "text in double quotes" : wanted.what, text ? std::string(word) : literal}};
}

SyntaxProblem wrong_number(std::string_view number, const Wanted& wanted) {
  // The parser takes every well-formed number but those that no double can hold.
  const bool too_large = is_scalar_token(number);
  return {wanted.offset,
          {fmt::format("{} {}", number, too_large ? "is too large a number" : "is not a number"),
           too_large ? "a number below 1.8e308" : std::string(valid_numbers), ""}};
}

SyntaxProblem unexpected(std::string_view text, const Wanted& wanted) {
  const char found = text[wanted.offset];
  const std::size_t end = skip_token(text, wanted.offset);
  std::string shown = shown_char(found);
  if (found == '"') shown = "a string";
  if (is_scalar(found)) shown = std::string(text.substr(wanted.offset, end - wanted.offset));
  return {wanted.offset, {shown + " is in the wrong place", wanted.what, ""}};
}

}  // namespace

LineMap::LineMap(std::string_view text) : starts_{0} {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

Position LineMap::at(std::size_t offset) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<std::size_t>(next - starts_.begin());
  return {static_cast<std::uint32_t>(line),
          static_cast<std::uint32_t>(offset - starts_[line - 1] + 1)};
}

SyntaxProblem explain_syntax(std::string_view text, const SyntaxState& state) {
  const Wanted wanted = wanted_after(text, state);
  if (wanted.offset >= text.size()) return unfinished(text, state, wanted);
  const char found = text[wanted.offset];
  const std::size_t end = skip_token(text, wanted.offset);
  const std::string_view token = text.substr(wanted.offset, end - wanted.offset);
  if (found == '/' || found == '#') {
    return {wanted.offset, {"JSON has no comments", wanted.what, ""}};
  }
  if (found == '\'') {
    return {wanted.offset, {"a single quote", "text in double quotes", ""}};
  }
  if (found == '}' || found == ']') return wrong_bracket(text, state, wanted);
  if (found == '"' && (wanted.value || wanted.key)) return wrong_string(text, wanted.offset);
  if (wanted.value && (is_digit(found) || found == '-' || found == '+' || found == '.')) {
    return wrong_number(token, wanted);
  }
  if ((wanted.value || wanted.key) && is_letter(found)) return wrong_word(token, wanted);
  return unexpected(text, wanted);
}

std::size_t find_invalid_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = byte(i);
    const std::size_t more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4) return i;
    // Neither overlong forms nor surrogates nor anything above U+10FFFF.
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (std::size_t k = 1; k <= more; ++k) {
      const unsigned next = byte(i + k);
      if (next < (k == 1 ? low : 0x80) || next > (k == 1 ? high : 0xbf)) return i;
    }
    i += more + 1;
  }
  return std::string_view::npos;
}

std::size_t skip_space(std::string_view text, std::size_t offset) {
  return std::min(text.find_first_not_of(" \t\r\n", offset), text.size());
}

bool is_scalar_token(std::string_view token) {
  if (token == "true" || token == "false" || token == "null") return true;
  const auto take_digits = [&] {
    const std::size_t count = std::min(token.find_first_not_of("0123456789"), token.size());
    token.remove_prefix(count);
    return count > 0;
  };
  const auto take = [&](std::string_view any) {
    const bool found = !token.empty() && any.find(token[0]) != std::string_view::npos;
    if (found) token.remove_prefix(1);
    return found;
  };
  take("-");
  if (!take("0") && !take_digits()) return false;
  if (take(".") && !take_digits()) return false;
  if (take("eE")) {
    take("+-");
    if (!take_digits()) return false;
  }
  return token.empty();
}

std::size_t skip_token(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return text.size();
  if (text[offset] == '"') {
    std::size_t i = offset + 1;
    while (i < text.size() && text[i] != '"')
      i += text[i] == '\\' ? 2u : 1u;
    return std::min(i + 1, text.size());
  }
  std::size_t i = offset;
  while (i < text.size() && is_scalar(text[i]))
    ++i;
  return std::max(i, offset + 1);
}

}  // namespace irqloom::scenario
