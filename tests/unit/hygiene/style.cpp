#include "tests/unit/hygiene/style.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

namespace irqloom::style {
namespace {

namespace fs = std::filesystem;

// One character of each is written in octal, or this file would be found.
constexpr std::array<std::string_view, 4> unfinished_words = {"\124ODO", "\106IXME", "\130XX",
                                                              "\110ACK"};
constexpr std::array<std::string_view, 4> machine_folders = {"\057work/", "\057root/", "\057tmp/",
                                                             "\057home/"};
constexpr std::array<std::string_view, 2> host_prefixes = {"http\072//", "https\072//"};

struct Layer {
  std::string_view folder;
  std::string_view except;
  std::vector<std::string_view> banned;  ///< Beginnings of what stands after #include.
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = {
      {"sim/", "sim/app/", {"\"models/", "\"sim/app/", "\"tests/"}},
      {"sim/app/", "", {"\"tests/"}},
      {"models/",
       "",
       {"\"sim/app/", "\"sim/scenario/", "\"tests/", "<fstream>", "<iostream>", "<nlohmann/"}},
  };
  return all;
}

bool is_cpp(std::string_view path) {
  return path.ends_with(".h") || path.ends_with(".cpp");
}

bool is_script(std::string_view path) {
  return path.starts_with("scripts/") || path.starts_with(".ci/") || path.ends_with(".cmake") ||
         path == "CMakeLists.txt" || path == "CMakePresets.json";
}

bool is_product(std::string_view path) {
  return path.starts_with("sim/") || path.starts_with("models/");
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string at(const SourceFile& file, std::size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

/// One finding for each line of which `wrong` says what is wrong (empty: nothing).
template <class Wrong>
Findings for_lines(const SourceFile& file, Wrong wrong) {
  Findings found;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    const std::string what = wrong(line);
    if (!what.empty()) found.push_back(at(file, number, what));
  }
  return found;
}

bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Whether `text` stands in `line` where `before` and `after` accept its neighbours ('\0' at an
/// end of the line).
template <class Before, class After>
bool stands_in(std::string_view line, std::string_view text, Before before, After after) {
  for (std::size_t i = line.find(text); i != std::string_view::npos; i = line.find(text, i + 1)) {
    const std::size_t end = i + text.size();
    if (before(i == 0 ? '\0' : line[i - 1]) && after(end == line.size() ? '\0' : line[end])) {
      return true;
    }
  }
  return false;
}

/// What stands after #include, with its quote or bracket; empty for another line.
std::string_view included(std::string_view line) {
  constexpr std::string_view directive = "#include ";
  return line.starts_with(directive) ? line.substr(directive.size()) : std::string_view{};
}

std::size_t columns(std::string_view line) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
  return line.size() - static_cast<std::size_t>(std::count_if(line.begin(), line.end(), continues));
}

void read_file(const fs::path& root, const fs::path& path, std::vector<SourceFile>& tree) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const bool binary = text.find('\0') != std::string::npos;
  if (!binary) tree.push_back({path.lexically_relative(root).generic_string(), std::move(text)});
}

}  // namespace

std::vector<SourceFile> read_tree(const fs::path& root) {
  std::vector<SourceFile> tree;
  for (const char* folder :
       {".ci", "docs", "models", "results/golden", "scenarios", "scripts", "sim", "tests"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) read_file(root, entry.path(), tree);
    }
  }
  for (const char* file : {".clang-format", ".clang-tidy", ".editorconfig", ".gitignore",
                           "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md"}) {
    if (fs::exists(root / file)) read_file(root, root / file, tree);
  }
  std::ranges::sort(tree, {}, &SourceFile::path);
  return tree;
}

Findings long_file(const SourceFile& file) {
  const std::size_t lines = lines_of(file.text).size();
  if (!is_cpp(file.path) || lines <= max_file_lines) return {};
  return {at(file, lines, "the file is longer than " + std::to_string(max_file_lines) + " lines")};
}

// clang-format indents neither namespaces nor what they contain, so a definition at namespace scope
// begins with an unindented word and ends with an unindented brace alone on its line.
Findings long_functions(const SourceFile& file) {
  if (!is_cpp(file.path)) return {};
  std::size_t head = 0;
  std::size_t number = 0;
  return for_lines(file, [&](std::string_view line) -> std::string {
    ++number;
    if (!line.empty() && is_word_char(line.front())) head = number;
    if (line != "}" || head == 0) return {};
    const std::size_t length = number - std::exchange(head, 0) + 1;
    if (length <= max_function_lines) return {};
    return "this ends a function of " + std::to_string(length) + " lines";
  });
}

Findings long_lines(const SourceFile& file) {
  if (!is_cpp(file.path)) return {};
  return for_lines(file, [](std::string_view line) -> std::string {
    return columns(line) <= max_columns ? "" : std::to_string(columns(line)) + " columns";
  });
}

Findings tabs(const SourceFile& file) {
  if (!is_cpp(file.path) && !is_script(file.path) && !file.path.ends_with(".json")) return {};
  return for_lines(file, [](std::string_view line) -> std::string {
    return line.find('\t') == std::string_view::npos ? "" : "a tab";
  });
}

Findings unfinished(const SourceFile& file) {
  const auto border = [](char c) { return !is_word_char(c); };
  return for_lines(file, [&](std::string_view line) -> std::string {
    for (const std::string_view word : unfinished_words) {
      if (stands_in(line, word, border, border)) return "unfinished: " + std::string(word);
    }
    return {};
  });
}

Findings machine_paths(const SourceFile& file) {
  const auto begins = [](char c) { return !is_word_char(c) && c != '.' && c != '-' && c != '}'; };
  const auto goes_on = [](char c) { return is_word_char(c); };
  return for_lines(file, [&](std::string_view line) -> std::string {
    for (const std::string_view folder : machine_folders) {
      if (stands_in(line, folder, begins, goes_on)) return "a machine's " + std::string(folder);
    }
    return {};
  });
}

Findings hosts_in_scripts(const SourceFile& file) {
  if (!is_script(file.path)) return {};
  return for_lines(file, [](std::string_view line) -> std::string {
    const auto in_line = [&](std::string_view prefix) {
      return line.find(prefix) != std::string_view::npos;
    };
    return std::ranges::any_of(host_prefixes, in_line) ? "the address of a host" : "";
  });
}

Findings crossed_layers(const SourceFile& file) {
  if (!is_cpp(file.path)) return {};
  return for_lines(file, [&](std::string_view line) -> std::string {
    const std::string_view name = included(line);
    for (const Layer& layer : layers()) {
      if (!file.path.starts_with(layer.folder)) continue;
      if (!layer.except.empty() && file.path.starts_with(layer.except)) continue;
      const auto begins = [&](std::string_view banned) { return name.starts_with(banned); };
      if (std::ranges::any_of(layer.banned, begins)) {
        return std::string(layer.folder) + " must not include " + std::string(name);
      }
    }
    const bool from_top = name.starts_with("\"sim/") || name.starts_with("\"models/") ||
                          name.starts_with("\"tests/") || !name.starts_with('"');
    return from_top ? "" : "not written from the top folder: " + std::string(name);
  });
}

Findings unbuilt(const SourceFile& file) {
  if (!is_product(file.path) || is_cpp(file.path)) return {};
  const std::string extension = fs::path(file.path).extension().string();
  const std::set<std::string> of_cpp = {".c", ".cc", ".cxx", ".hh", ".hpp", ".hxx", ".ipp", ".inl"};
  if (!of_cpp.contains(extension)) return {};
  return {at(file, 1, "C++ is in .h and .cpp files, the build knows no " + extension)};
}

Findings unguarded_header(const SourceFile& file) {
  if (!file.path.ends_with(".h")) return {};
  const auto lines = lines_of(file.text);
  if (std::ranges::find(lines, "#pragma once") != lines.end()) return {};
  return {at(file, 1, "no #pragma once")};
}

Findings orphan_headers(const std::vector<SourceFile>& tree) {
  std::set<std::string> names;
  for (const SourceFile& file : tree) {
    for (const std::string_view line : lines_of(file.text))
      names.emplace(included(line));
  }
  Findings found;
  for (const SourceFile& file : tree) {
    const bool header = is_product(file.path) && file.path.ends_with(".h");
    if (header && !names.contains('"' + file.path + '"')) {
      found.push_back(at(file, 1, "no file includes this header"));
    }
  }
  return found;
}

}  // namespace irqloom::style
