#include "sim/check/find_scenarios.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "sim/check/file_kind.h"
#include "sim/error.h"
#include "sim/scenario/document.h"
#include "sim/scenario/file_reader.h"

namespace irqloom::check {
namespace {

namespace fs = std::filesystem;

/// Whether somebody who names the folder means this file too: not what commands have put there. One
/// that cannot be read, or is broken beyond recognition, is meant and will be told of.
bool is_meant(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.ends_with(".json") || name.ends_with(".schema.json")) return false;
  if (name.ends_with(".schedule.json")) return false;
  try {
    const FileKind kind = kind_of(scenario::read_file(path.string()));
    return kind == FileKind::scenario || kind == FileKind::broken;
  } catch (const InputError&) {
    return true;
  }
}

[[noreturn]] void refuse(const std::string& path, const std::string& message) {
  throw InputError(Mistake{
      .file = path, .message = message, .expected = "a scenario, or a folder of scenarios"});
}

std::vector<std::string> below(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code lost;  // A link that leads nowhere is no file.
    if (entry->is_regular_file(lost) && is_meant(entry->path()))
      files.push_back(entry->path().string());
  }
  if (error) refuse(folder, "cannot be read: " + error.message());
  if (files.empty()) refuse(folder, "there is no scenario in this folder");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<std::string> find_scenarios(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::set<fs::path> known;
  for (const std::string& path : paths) {
    std::error_code error;
    const bool is_there = path == scenario::standard_input || fs::exists(path, error);
    if (!is_there) refuse(path, "there is no such file or folder");
    const bool is_folder = fs::is_directory(path, error);
    for (const std::string& file : is_folder ? below(path) : std::vector<std::string>{path}) {
      if (known.insert(fs::weakly_canonical(file, error)).second) files.push_back(file);
    }
  }
  return files;
}

std::string name_in(const std::string& file) {
  try {
    const scenario::Document document = scenario::Document::from_file(file);
    const scenario::Json& json = document.json();
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) return {};
    return json["name"].get<std::string>();
  } catch (const InputError&) {
    return {};
  }
}

}  // namespace irqloom::check
