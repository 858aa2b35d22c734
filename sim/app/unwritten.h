// Files that could not be written beside an answer that is given all the same.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/error.h"
#include "sim/scenario/tree.h"

namespace irqloom::app {

class Unwritten {
 public:
  /// Runs `write`, and keeps the OutputError that it throws. Whether it threw none.
  template <class Write>
  bool attempt(Write&& write) {
    try {
      std::forward<Write>(write)();
      return true;
    } catch (const OutputError& error) {
      const std::vector<Mistake>& mistakes = error.mistakes();
      mistakes_.insert(mistakes_.end(), mistakes.begin(), mistakes.end());
      return false;
    }
  }

  /// Adds them to "errors" of the answer, if there are any.
  void add_to(scenario::Json& answer) const;
  /// Tells them on stderr.
  void print() const;
  /// ExitCode::output if something could not be written, or else this.
  ExitCode exit_code_or(ExitCode code) const;

 private:
  std::vector<Mistake> mistakes_;
};

}  // namespace irqloom::app
