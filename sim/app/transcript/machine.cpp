#include "sim/app/transcript/machine.h"

#include <algorithm>

#include "models/vmm/operations.h"

namespace irqloom::app::transcript {

OperationNames operation_names() {
  OperationNames names;
  for (const OperationInfo& o : operations())
    names.emplace(o.kind, o.name);
  return names;
}

void add_kernel(const Scenario& scenario, const std::vector<std::string>& seams, Json& config) {
  const std::string name = scenario.document.root()["kernel"].string();
  const auto kernel = std::find_if(kernels().begin(), kernels().end(),
                                   [&](const Kernel& k) { return k.name == name; });
  config["kernel"] = name.substr(name.find('-') + 1);
  Json patches = Json::object();
  for (const std::string& seam : seams) {
    const std::string& chosen = scenario.policies.at(seam);
    if (chosen != kernel->policies.at(seam)) patches[seam] = chosen;
  }
  if (!patches.empty()) config["policies"] = patches;
}

}  // namespace irqloom::app::transcript
