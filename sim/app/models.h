// What is modelled, and after what.
#pragma once

#include <string_view>
#include <vector>

namespace irqloom::app {

struct ModelInfo {
  std::string_view name;    ///< Of its file below models/, without extension: "kvm/ioapic".
  std::string_view what;    ///< One line.
  std::string_view source;  ///< What it was modelled after.
};

/// Sorted by name. Every module of models/ is there (a test compares).
const std::vector<ModelInfo>& models();

}  // namespace irqloom::app
