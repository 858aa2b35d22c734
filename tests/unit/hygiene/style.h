// House style that neither the compiler nor clang-format knows. Each rule looks at one file, or at
// all, and returns its findings as "path:line: what is wrong"; none means that the rule is kept.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace irqloom::style {

struct SourceFile {
  std::string path;  ///< From the top folder: "sim/core/step.h".
  std::string text;
};

using Findings = std::vector<std::string>;

constexpr std::size_t max_file_lines = 600;
constexpr std::size_t max_function_lines = 70;
constexpr std::size_t max_columns = 100;

/// The project's own text files below `root`, sorted by path. What runs and builds write is left
/// out, and so is what lies beside the project's folders.
std::vector<SourceFile> read_tree(const std::filesystem::path& root);

/// A C++ file of more than max_file_lines.
Findings long_file(const SourceFile& file);

/// A function of more than max_function_lines that is defined at namespace scope, from the last
/// line of its head that is not indented to its closing brace.
Findings long_functions(const SourceFile& file);

/// A line of C++ with more than max_columns code points.
Findings long_lines(const SourceFile& file);

/// A tab in a file of C++, JSON, CMake or shell.
Findings tabs(const SourceFile& file);

/// A word that marks unfinished work.
Findings unfinished(const SourceFile& file);

/// A path of somebody's machine.
Findings machine_paths(const SourceFile& file);

/// The address of a host in what builds and runs the project: it names packages, nothing else.
Findings hosts_in_scripts(const SourceFile& file);

/// An include that crosses a layer (the engine knows no models, models know no JSON, files or
/// terminal) or that is not written from the top folder.
Findings crossed_layers(const SourceFile& file);

/// C++ below sim/ or models/ under another extension than the build looks for.
Findings unbuilt(const SourceFile& file);

/// A header without `#pragma once`.
Findings unguarded_header(const SourceFile& file);

/// Headers below sim/ and models/ that no file includes.
Findings orphan_headers(const std::vector<SourceFile>& tree);

}  // namespace irqloom::style
