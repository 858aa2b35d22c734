#include "sim/app/shipped.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace irqloom::app {
namespace {

namespace fs = std::filesystem;

// build/PRESET/irqloom is two folders below the source tree.
constexpr int most_levels = 3;

bool is_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

}  // namespace

std::vector<std::string> scenario_folders() {
  std::vector<std::string> folders = {"scenarios"};
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return folders;
  folders.push_back((folder.parent_path() / "share/irqloom/scenarios").string());
  for (int level = 0; level < most_levels && !folder.empty(); ++level) {
    folders.push_back((folder / "scenarios").string());
    folder = folder.parent_path();
  }
  return folders;
}

std::string shipped_scenarios() {
  const std::vector<std::string> folders = scenario_folders();
  const auto found = std::find_if(folders.begin(), folders.end(), is_folder);
  return found == folders.end() ? std::string() : *found;
}

std::string searched_text() {
  return fmt::format("{}", fmt::join(scenario_folders(), ", "));
}

}  // namespace irqloom::app
