// Work in child processes: each has a process of its own, so that nothing (SystemC's elaboration, a
// crash) of one touches another.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace irqloom::check {

/// What became of one piece of work.
struct ChildResult {
  bool started = false;   ///< False: `stop` was set before its turn.
  bool finished = false;  ///< It returned; otherwise `failure` says what happened.
  std::string output;     ///< What it returned.
  std::string failure;    ///< "was killed by signal 11 (Segmentation fault)"
};

/// Runs every piece of `work` in a forked child, at most `jobs` (at least 1) at a time, and returns
/// what they returned, in their order. A piece must not throw. Once `stop` is set no more are
/// started; those that run are waited for. `done` is called in the parent after each, with the
/// number of finished ones. Throws InternalError where the system cannot fork.
std::vector<ChildResult> run_forked(const std::vector<std::function<std::string()>>& work,
                                    unsigned jobs, const std::atomic<bool>& stop,
                                    const std::function<void(std::size_t)>& done);

}  // namespace irqloom::check
