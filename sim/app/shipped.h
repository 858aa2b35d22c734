// Where scenarios are looked for when nobody names one.
#pragma once

#include <string>
#include <vector>

namespace irqloom::app {

/// The folders that may hold them, in the order in which they are tried: `scenarios` here; beside
/// the program, where it was built in a source tree; in the share folder where it was installed.
std::vector<std::string> scenario_folders();

/// The first of them that exists, or "".
std::string shipped_scenarios();

/// "`a`, `b` and `c`", for messages: where scenarios were looked for.
std::string searched_text();

}  // namespace irqloom::app
