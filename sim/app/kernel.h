// Kernel versions as bundles of policies: a scenario says which kernel, a variant says which patch.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/platform/arch.h"
#include "sim/scenario/cursor.h"

namespace irqloom::app {

/// One way in which a part of the fabric can behave.
struct PolicyInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
};

/// A part of the fabric that can behave in several ways.
struct PolicySeam {
  std::string_view key;  ///< As in a scenario's "policies": "kvm.resample".
  Archs archs = Archs::both;
  std::string_view summary;
  std::vector<PolicyInfo> choices;  ///< Sorted by name.
};

/// All of them, sorted by key.
std::vector<PolicySeam> policy_seams();

/// What a released kernel does at every seam.
struct Kernel {
  std::string_view name;  ///< "linux-6.1"
  Archs archs = Archs::both;
  std::string_view summary;
  std::string_view source;
  std::string_view version;  ///< Whose functions the steps cite: "Linux 6.1.192".
  std::map<std::string_view, std::string_view> policies;  ///< By PolicySeam::key; complete.
};

/// Sorted by version.
const std::vector<Kernel>& kernels();

/// The names of those that exist on `arch`: names_on(arch, kernels(), &Kernel::name).
template <class Named>
std::vector<std::string> names_on(Arch arch, const std::vector<Named>& list,
                                  std::string_view Named::*name) {
  std::vector<std::string> names;
  for (const Named& n : list) {
    if (exists_on(n.archs, arch)) names.emplace_back(n.*name);
  }
  return names;
}

/// "arm64: ..." where it is of that alone.
std::string with_arch(Archs archs, std::string_view text);

/// The chosen policy of every seam, by key.
using Policies = std::map<std::string, std::string, std::less<>>;

/// Whose functions the steps of the scenario cite: "Linux 6.1.192, kvm.resample=postpone-v2". Of a
/// root that read_policies() has read.
std::string cited_code(const scenario::Cursor& root, const Policies& policies);

/// Reads "kernel" and "policies" of a scenario's root; those of another architecture than its
/// machine's are refused. Throws InputError.
Policies read_policies(const scenario::Cursor& root);

}  // namespace irqloom::app
