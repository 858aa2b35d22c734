// A small scenario, and the real program.
#pragma once

#include <string>
#include <vector>

#include "sim/app/scenario.h"
#include "tests/unit/scenario/helpers.h"

namespace irqloom::app::test {

/// A scenario that is right and uses every member that a scenario can have, twice a variant.
std::string full_text();

/// The same for arm64: every member that only such a scenario can have.
std::string full_arm_text();

/// A scenario that is right and small: one device that raises once, a handler that serves it before
/// the EOI. Everything holds.
std::string small_text();

/// As above; the code before the fix of 2023, which is violated.
std::string broken_text();

/// `text` with the first `from` replaced by `to`; fails if there is none.
std::string replaced(std::string text, const std::string& from, const std::string& to);

/// What a program left behind.
struct Ended {
  int code = -1;  ///< 128 + n: killed by signal n.
  std::string out;
  std::string err;
};

/// Runs irqloom in `folder` with these arguments.
Ended irqloom(const std::string& folder, const std::vector<std::string>& arguments);

/// As above, another program.
Ended run_program(const std::string& program, const std::string& folder,
                  const std::vector<std::string>& arguments);

/// As above; `input` is its standard input.
Ended fed_irqloom(const std::string& folder, const std::vector<std::string>& arguments,
                  const std::string& input);

/// As above; no file, those of its output included, can grow beyond `bytes` (ulimit -f).
Ended limited_irqloom(const std::string& folder, const std::vector<std::string>& arguments,
                      std::size_t bytes);

/// As above; it can have at most so many files open (ulimit -n).
Ended irqloom_with_files(const std::string& folder, const std::vector<std::string>& arguments,
                         std::size_t most);

/// As above. After `milliseconds` it gets a SIGINT.
Ended interrupted_irqloom(const std::string& folder, const std::vector<std::string>& arguments,
                          unsigned milliseconds);

}  // namespace irqloom::app::test
