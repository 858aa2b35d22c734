#include "tests/bench/child.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace irqloom::bench {

namespace {

constexpr int cannot_start = 127;  // As shells say it.

// In the child: never returns.
[[noreturn]] void become(std::vector<char*> arguments, const std::filesystem::path& folder,
                         int output) {
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  arguments.push_back(nullptr);
  if (chdir(folder.c_str()) == 0) execvp(arguments[0], arguments.data());
  _exit(cannot_start);
}

std::string read_all(int from) {
  std::string all;
  char buffer[4096];
  for (;;) {
    const ssize_t n = read(from, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return all;
    all.append(buffer, static_cast<std::size_t>(n));
  }
}

double seconds_of(const timeval& t) {
  return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& arguments,
                      const std::filesystem::path& folder) {
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers;
  for (std::string& a : copies)
    pointers.push_back(a.data());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) become(std::move(pointers), folder, ends[1]);
  close(ends[1]);
  ChildResult result;
  if (child > 0) {
    result.output = read_all(ends[0]);
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    const auto end = std::chrono::steady_clock::now();
    result.seconds = std::chrono::duration<double>(end - start).count();
    result.processor = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    if (WIFEXITED(status) && WEXITSTATUS(status) != cannot_start) {
      result.exit_code = WEXITSTATUS(status);
    }
  }
  close(ends[0]);
  return result;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "irqloom-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::filesystem::filesystem_error("a temporary folder", name,
                                            std::error_code(errno, std::generic_category()));
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace irqloom::bench
