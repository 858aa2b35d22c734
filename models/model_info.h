// What each file of models/ models, and after what: said at the end of that file.
#pragma once

#include <string_view>

#include "sim/registry.h"

namespace irqloom {

/// One model.
struct ModelInfo {
  std::string_view name;    ///< Of its file below models/, without extension: "kvm/ioapic".
  std::string_view what;    ///< One line.
  std::string_view source;  ///< What it was modelled after.
};

/// Every module of models/ is there (a test compares).
using Models = Registry<ModelInfo>;

}  // namespace irqloom

/// At the end of a model's .cpp: IRQLOOM_MODEL("kvm/ioapic", "KVM's I/O APIC", "ioapic.c,
/// Linux 6.1");
#define IRQLOOM_MODEL(...) \
  const ::irqloom::Models::Add IRQLOOM_UNIQUE(model_)(::irqloom::ModelInfo{__VA_ARGS__})
