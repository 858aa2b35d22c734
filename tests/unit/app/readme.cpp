// The README shows what the program prints.
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using scenario::test::content_of;
using scenario::test::TempFolder;

using ReadmeLines = std::vector<std::string>;

struct ReadmeExample {
  ReadmeLines arguments;
  ReadmeLines output;  ///< "       ..." stands for any lines.
};

ReadmeLines readme_lines(const std::string& text) {
  std::istringstream in(text);
  ReadmeLines lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

/// The fenced blocks of a document.
std::vector<ReadmeLines> blocks_of(const std::string& text) {
  std::vector<ReadmeLines> blocks;
  bool is_inside = false;
  for (const std::string& line : readme_lines(text)) {
    if (line.starts_with("```")) {
      is_inside = !is_inside;
      if (is_inside) blocks.emplace_back();
    } else if (is_inside) {
      blocks.back().push_back(line);
    }
  }
  return blocks;
}

/// A block that is a command, and the block after it.
std::vector<ReadmeExample> examples_of(const std::string& text) {
  const std::string prompt = "$ build/release/irqloom ";
  std::vector<ReadmeExample> examples;
  const std::vector<ReadmeLines> blocks = blocks_of(text);
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    if (blocks[i].size() != 1 || !blocks[i][0].starts_with(prompt)) continue;
    std::istringstream words(blocks[i][0].substr(prompt.size()));
    ReadmeExample example{{}, blocks[i + 1]};
    for (std::string word; words >> word;) {
      const bool is_file = word.starts_with("scenarios/");
      example.arguments.push_back(is_file ? IRQLOOM_SOURCE_DIR "/" + word : word);
    }
    examples.push_back(std::move(example));
  }
  return examples;
}

/// How long it took is not the document's to say.
std::string without_times(const std::string& line) {
  static const std::regex times(R"([0-9.]+ s, [0-9.]+[kM]? states/s, [0-9.]+ bytes/state)");
  return std::regex_replace(line, times, "TIMES");
}

/// The first line of `shown` that `printed` does not have in that order; empty: it has all.
std::string missing(const ReadmeLines& shown, const ReadmeLines& printed) {
  std::size_t at = 0;
  bool is_gap = false;
  for (const std::string& line : shown) {
    if (line == "       ...") {
      is_gap = true;
      continue;
    }
    while (is_gap && at < printed.size() && without_times(printed[at]) != without_times(line))
      ++at;
    if (at == printed.size() || without_times(printed[at]) != without_times(line)) return line;
    ++at;
    is_gap = false;
  }
  return {};
}

TEST_CASE("readme: the program prints what it shows", "[app]") {
  const std::vector<ReadmeExample> examples =
      examples_of(content_of(IRQLOOM_SOURCE_DIR "/README.md"));
  CHECK(examples.size() >= 2);
  for (const ReadmeExample& example : examples) {
    const TempFolder folder;
    const ReadmeLines printed = readme_lines(test::irqloom(folder.path(), example.arguments).out);
    INFO(example.arguments.back());
    CHECK(missing(example.output, printed) == "");
  }
}

TEST_CASE("readme: a line that is not printed is found", "[app]") {
  CHECK(missing({"a", "       ...", "d"}, {"a", "b", "c", "d"}) == "");
  CHECK(missing({"a", "c"}, {"a", "b", "c"}) == "c");
  CHECK(missing({"a", "       ...", "e"}, {"a", "b", "c", "d"}) == "e");
}

}  // namespace
}  // namespace irqloom::app
