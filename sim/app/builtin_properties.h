// The properties that every scenario may name without defining them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace irqloom::app {

struct BuiltinProperty {
  std::string_view name;
  std::string_view what;    ///< What breaks it, in one line.
  std::string_view source;  ///< Who watches: a folder or a kernel mechanism.
  /// Judged where a scenario names it, and not where a scenario names none.
  bool by_name_only = false;
};

/// Sorted by name. The engine's and the models' reports bear these names (a test compares).
const std::vector<BuiltinProperty>& builtin_properties();

/// Names of those that are judged where a scenario names none; with `all`, of the others too.
std::vector<std::string> builtin_names(bool all);

bool is_builtin_property(std::string_view name);

}  // namespace irqloom::app
