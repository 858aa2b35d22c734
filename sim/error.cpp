#include "sim/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace irqloom {
namespace {

constexpr std::size_t longest_name = 80;
// Of what is a path, perhaps: of no use in part.
constexpr std::size_t longest_word = 256;

/// Cut to `most` bytes: bytes 10xxxxxx continue a UTF-8 character, which is not cut in two.
std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  constexpr std::string_view dots = "...";
  std::size_t end = most - dots.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return std::string(text.substr(0, end)).append(dots);
}

/// Each of the names that a JSON pointer is made of.
std::string cut_names(std::string_view pointer) {
  std::string result;
  while (!pointer.empty()) {
    const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
    result += cut(pointer.substr(0, end), longest_name);
    pointer.remove_prefix(end);
  }
  return result;
}

std::string text_of_all(const std::vector<Mistake>& mistakes) {
  std::string text;
  const std::size_t told = std::min(mistakes.size(), Error::most_told);
  for (std::size_t i = 0; i < told; ++i)
    text += (i == 0 ? "" : "\n") + text_of(mistakes[i]);
  if (const std::size_t more = mistakes.size() - told; more != 0)
    text += fmt::format("\n{} more mistake{}", more, more == 1 ? "" : "s");
  return text;
}

// The folder in which irqloom was built means nothing to the reader of a report.
std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

std::string shortened(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    // A word, or what stands in quotes with its first one; then what ends it.
    const bool is_quoted = text.front() == '"';
    const std::size_t end =
        std::min(is_quoted ? text.find('"', 1) : text.find_first_of(" \"\n"), text.size());
    result += cut(text.substr(0, end), is_quoted ? longest_name : longest_word);
    text.remove_prefix(end);
    const bool has_end = !text.empty() && (is_quoted || text.front() != '"');
    if (has_end) result += text.front();
    text.remove_prefix(has_end ? 1 : 0);
  }
  return result;
}

std::string text_of(const Mistake& m) {
  std::string text = cut(m.file, longest_word);
  if (m.line != 0) text += fmt::format(":{}:{}", m.line, m.column);
  if (!text.empty()) text += ": ";
  text += shortened(m.message);
  if (!m.pointer.empty()) text += "\n  at " + cut_names(m.pointer);
  if (!m.expected.empty()) text += "\n  expected: " + m.expected;
  if (!m.suggestion.empty())
    text += fmt::format("\n  did you mean \"{}\"?", cut(m.suggestion, longest_name));
  if (!m.writer.empty()) text += "\n  written by: " + m.writer;
  if (!m.note.empty()) text += "\n  note: " + m.note;
  if (!m.way_out.empty()) text += "\n  what to do: " + m.way_out;
  return text;
}

Error::Error(ExitCode code, const std::string& text)
    : std::runtime_error(text), exit_code_(code), mistakes_{Mistake{.message = text}} {}

Error::Error(ExitCode code, std::vector<Mistake> mistakes)
    : std::runtime_error(text_of_all(mistakes)), exit_code_(code), mistakes_(std::move(mistakes)) {}

InternalError::InternalError(std::string_view message, const char* file, int line)
    : Error(ExitCode::internal,
            fmt::format("internal error: {} ({}:{})\n"
                        "  This is a defect of irqloom, not of your input.\n"
                        "  Please report it with this text, the complete command line (with its "
                        "--variant, --set and --seed) and the scenario file.",
                        message, base_name(file), line)) {}

}  // namespace irqloom
