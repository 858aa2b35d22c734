#include "sim/check/find_scenarios.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "sim/error.h"
#include "sim/scenario/document.h"

namespace irqloom::check {
namespace {

namespace fs = std::filesystem;

bool is_scenario(const std::string& name) {
  return name.ends_with(".json") && !name.ends_with(".schema.json") &&
         !name.ends_with(".schedule.json");
}

std::vector<std::string> below(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file() && is_scenario(entry->path().filename().string()))
      files.push_back(entry->path().string());
  }
  if (error) throw InputError(folder + ": cannot be read: " + error.message());
  if (files.empty()) throw InputError(folder + ": there is no scenario in this folder");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<std::string> find_scenarios(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  std::set<fs::path> known;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) {
      throw InputError(path +
                       ": there is no such file or folder\n  expected: a scenario, or a "
                       "folder of scenarios");
    }
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
