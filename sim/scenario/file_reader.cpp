#include "sim/scenario/file_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "sim/error.h"
#include "sim/scenario/place.h"
#include "sim/scenario/suggest.h"

namespace irqloom::scenario {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_bytes = std::size_t{64} << 20;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void refuse(const std::string& path, const std::string& message,
                         const std::string& expected, const std::string& suggestion = "") {
  const std::string name = path.empty() ? "\"\"" : path;
  throw InputError(mistake_at({name, "", ""}, {}, "", {message, expected, suggestion}));
}

// The path of the entry beside `path` whose name is nearest.
std::string nearest_neighbour(const fs::path& path) {
  const fs::path folder = path.parent_path();
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder.empty() ? "." : folder, error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  const std::string name = nearest(path.filename().string(), names);
  return name.empty() ? "" : (folder / name).string();
}

[[noreturn]] void refuse_errno(const std::string& path, int reason) {
  const std::string text = "cannot be read: " + std::generic_category().message(reason);
  if (reason == ENOENT) refuse(path, text, "an existing JSON file", nearest_neighbour(path));
  if (reason == EACCES) refuse(path, text, "a file that you may read");
  refuse(path, text, "a JSON file");
}

std::string read_all(int file, const std::string& path) {
  struct stat status = {};
  if (::fstat(file, &status) != 0) refuse_errno(path, errno);
  if (S_ISDIR(status.st_mode)) refuse(path, "is a folder", "a JSON file");

  std::string text;
  std::vector<char> chunk(std::size_t{64} << 10);
  for (;;) {
    const ssize_t count = ::read(file, chunk.data(), chunk.size());
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse_errno(path, errno);
    text.append(chunk.data(), static_cast<std::size_t>(count));
    if (text.size() > max_bytes) {
      refuse(path, "holds more than 64 MiB", "a JSON file of a reasonable size");
    }
  }
}

}  // namespace

std::string display_name(const std::string& path) {
  return path == standard_input ? "<stdin>" : path;
}

std::string read_file(const std::string& path) {
  if (path == standard_input) {
    static const std::string text = read_all(STDIN_FILENO, display_name(path));
    return text;
  }
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) refuse_errno(path, errno);
  return read_all(file.get(), path);
}

}  // namespace irqloom::scenario
