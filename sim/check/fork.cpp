#include "sim/check/fork.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "sim/error.h"

namespace irqloom::check {
namespace {

using Work = std::function<std::string()>;

struct Child {
  std::size_t index = 0;  ///< Of its work.
  pid_t pid = 0;
  int pipe = -1;  ///< The end that the parent reads.
};

[[noreturn]] void fail(const char* what) {
  throw InternalError(std::string(what) + ": " + std::strerror(errno));
}

/// As above, where the user's limits are the reason.
[[noreturn]] void fail_to_start() {
  throw InputError(Mistake{
      .file = "irqloom check",
      .message = std::string("no process can be started: ") + std::strerror(errno),
      .way_out = "take fewer at a time with -j, or raise the limits (ulimit -n, ulimit -u)"});
}

[[noreturn]] void be_child(const Work& work, int to) {
  const std::string output = work();
  for (std::size_t at = 0; at < output.size();) {
    const ssize_t n = write(to, output.data() + at, output.size() - at);
    if (n < 0 && errno != EINTR) _exit(1);
    if (n > 0) at += static_cast<std::size_t>(n);
  }
  // No destructors and no second flush of what the parent had not written yet.
  _exit(0);
}

Child start(const Work& work, std::size_t index, const std::vector<Child>& others) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) fail_to_start();
  std::cout.flush();
  std::cerr.flush();
  const pid_t pid = fork();
  if (pid < 0) fail_to_start();
  if (pid == 0) {
    for (const Child& c : others)
      close(c.pipe);
    close(ends[0]);
    be_child(work, ends[1]);
  }
  close(ends[1]);
  return {index, pid, ends[0]};
}

void finish(const Child& child, ChildResult& result) {
  close(child.pipe);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid");
  }
  result.finished = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (result.finished) return;
  result.failure = WIFSIGNALED(status)
                       ? "was killed by signal " + std::to_string(WTERMSIG(status)) + " (" +
                             strsignal(WTERMSIG(status)) + ")"
                       : "ended with status " + std::to_string(WEXITSTATUS(status));
}

/// False at the end of its output.
bool read_some(const Child& child, std::string& output) {
  std::array<char, 65536> buffer{};
  const ssize_t n = read(child.pipe, buffer.data(), buffer.size());
  if (n < 0) return errno == EINTR;
  output.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0;
}

void wait_for_any(const std::vector<Child>& running, std::vector<bool>& ready) {
  std::vector<pollfd> polled;
  for (const Child& c : running)
    polled.push_back({c.pipe, POLLIN, 0});
  while (poll(polled.data(), polled.size(), -1) < 0) {
    if (errno != EINTR) fail("poll");
  }
  ready.clear();
  for (const pollfd& p : polled)
    ready.push_back(p.revents != 0);
}

}  // namespace

std::vector<ChildResult> run_forked(const std::vector<Work>& work, unsigned jobs,
                                    const std::atomic<bool>& stop,
                                    const std::function<void(std::size_t)>& done) {
  std::vector<ChildResult> results(work.size());
  std::vector<Child> running;
  std::vector<bool> ready;
  std::size_t next = 0;
  std::size_t finished = 0;
  while (next < work.size() || !running.empty()) {
    while (!stop && next < work.size() && running.size() < jobs) {
      results[next].started = true;
      running.push_back(start(work[next], next, running));
      ++next;
    }
    if (running.empty()) break;
    wait_for_any(running, ready);
    for (std::size_t i = running.size(); i-- > 0;) {
      const Child child = running[i];
      if (!ready[i] || read_some(child, results[child.index].output)) continue;
      finish(child, results[child.index]);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      done(++finished);
    }
  }
  return results;
}

}  // namespace irqloom::check
