#include "sim/app/conform/recorded_kernel.h"

#include <algorithm>

namespace irqloom::app::conform {
namespace {

constexpr std::string_view fallback = "6.1";

std::string_view version_of(const Kernel& kernel) {
  return kernel.name.substr(kernel.name.find('-') + 1);
}

const Kernel* find_kernel(std::string_view release) {
  for (const Kernel& k : kernels()) {
    const std::string_view version = version_of(k);
    if (release == version) return &k;
    if (release.starts_with(version) && release[version.size()] == '.') return &k;
  }
  return nullptr;
}

const Kernel& kernel_of(const Record& config, UnknownKernel unknown) {
  const bool is_lenient = unknown == UnknownKernel::linux_6_1;
  if (config.has("kernel") || !is_lenient) {
    if (const Kernel* found = find_kernel(config.text("kernel"))) return *found;
  }
  if (is_lenient) return *find_kernel(fallback);
  std::vector<std::string> versions;
  for (const Kernel& k : kernels())
    versions.emplace_back(version_of(k));
  config.fail_name("kernel", versions);
}

void apply_patches(const Record& patches, Policies& policies) {
  const std::vector<PolicySeam> seams = policy_seams();
  for (const auto& [key, chosen] : patches.json().items()) {
    const auto seam = std::find_if(seams.begin(), seams.end(),
                                   [&key = key](const PolicySeam& s) { return s.key == key; });
    if (seam == seams.end()) patches.fail(key, "no part of a kernel is named so");
    std::vector<std::string> names;
    for (const PolicyInfo& p : seam->choices)
      names.emplace_back(p.name);
    const std::string& name = patches.text(key);
    if (std::find(names.begin(), names.end(), name) == names.end()) patches.fail_name(key, names);
    policies[key] = name;
  }
}

}  // namespace

Policies recorded_policies(const Record& config, UnknownKernel unknown) {
  Policies policies;
  for (const auto& [seam, policy] : kernel_of(config, unknown).policies)
    policies.emplace(seam, policy);
  if (config.has("policies")) apply_patches(config.object("policies"), policies);
  return policies;
}

}  // namespace irqloom::app::conform
