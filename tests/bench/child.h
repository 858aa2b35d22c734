// Other programs: runs one to its end and says what it printed and used.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace irqloom::bench {

struct ChildResult {
  int exit_code = -1;    ///< -1: it could not be started, or a signal ended it.
  std::string output;    ///< Standard output and error.
  double seconds = 0;    ///< From fork to end.
  double processor = 0;  ///< Of processor time, its children's included.
  bool ok() const { return exit_code == 0; }
};

/// Runs arguments[0], found by PATH, in `folder`.
ChildResult run_child(const std::vector<std::string>& arguments,
                      const std::filesystem::path& folder = ".");

/// A new folder that is removed with all that is in it.
class TemporaryFolder {
 public:
  /// std::filesystem::filesystem_error when it cannot be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace irqloom::bench
