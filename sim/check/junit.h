// JUnit's XML, which CI systems read: a test suite per scenario, a test case per variant and mode.
#pragma once

#include <string>
#include <vector>

namespace irqloom::check {

struct JunitCase {
  std::string suite;  ///< The scenario's file.
  std::string name;   ///< "linux-6.1 explore"
  double seconds = 0;
  enum class Result : std::uint8_t { passed, failed, error, skipped } result = Result::passed;
  /// Why it has not passed, or was skipped; the first line is the summary.
  std::string text;
};

/// The whole document. Cases of one suite stand together. What XML 1.0 does not allow in `text`
/// becomes a question mark.
std::string junit_text(const std::vector<JunitCase>& cases);

}  // namespace irqloom::check
