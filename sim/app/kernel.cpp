#include "sim/app/kernel.h"

#include <algorithm>

#include "models/kvm/resample/policy.h"
#include "models/kvm/vgic/readiness/policy.h"
#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

std::vector<PolicyInfo> resample_policies() {
  std::vector<PolicyInfo> choices;
  for (const ResamplePolicy::Entry& e : ResamplePolicy::all())
    choices.push_back({e.name, e.summary, e.source});
  return choices;
}

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& list, std::string_view Named::*name) {
  std::vector<std::string> names;
  for (const Named& n : list)
    names.emplace_back(n.*name);
  return names;
}

std::vector<PolicyInfo> readiness_policies() {
  std::vector<PolicyInfo> choices;
  for (const VgicReadiness::Entry& e : VgicReadiness::all())
    choices.push_back({e.name, e.summary, e.source});
  return choices;
}

const Kernel& read_kernel(const scenario::Cursor& root) {
  const std::string name = root["kernel"].one_of(names_of(kernels(), &Kernel::name));
  return *std::find_if(kernels().begin(), kernels().end(),
                       [&](const Kernel& k) { return k.name == name; });
}

}  // namespace

std::vector<PolicySeam> policy_seams() {
  return {{"kvm.resample", "when the owner of an assigned device is told to look at it again",
           resample_policies()},
          {"kvm.spi-inject",
           "arm64: where an irqfd's signal becomes an interrupt",
           {{"in-atomic", "in the signaller's context", "arch/arm64/kvm/vgic/vgic-irqfd.c, 5.9"},
            {"work-item", "in the irqfd's work item", "virt/kvm/eventfd.c before Linux 5.9"}}},
          {"kvm.spi-range",
           "arm64: the range check of an injected SPI",
           {{"off-by-one", "32 + nr_spis passes: spi > nr_irqs is refused",
             "KVM: arm: add irqfd support, v4 2/3, November 2014"},
            {"strict", "below 32 + nr_spis", "vgic_valid_spi(), Linux 6.1.192; observed"}}},
          {"kvm.vgic-default",
           "arm64: the trigger type of an SPI that nobody has configured",
           {{"edge", "edge-triggered", "arch/arm64/kvm/vgic/vgic-init.c since Linux 4.7; observed"},
            {"level", "level-sensitive", "virt/kvm/arm/vgic.c before Linux 4.7"}}},
          {"kvm.vgic-readiness", "arm64: what an interrupt meets before the virtual GIC is ready",
           readiness_policies()}};
}

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> table = {
      {"linux-3.18",
       "arm64 of 2014: the virtual GIC is ready at the first KVM_RUN, and SPIs are level-sensitive",
       "virt/kvm/arm/vgic.c, virt/kvm/eventfd.c, Linux 3.18",
       "Linux 3.18 (VFIO: Linux 4.1)",
       {{"kvm.resample", "at-eoi"},
        {"kvm.spi-inject", "work-item"},
        {"kvm.spi-range", "strict"},
        {"kvm.vgic-default", "level"},
        {"kvm.vgic-readiness", "drop"}}},
      {"linux-6.1",
       "the resamplefd is notified at the guest's EOI, whether or not the line is masked",
       "virt/kvm/eventfd.c, arch/x86/kvm/ioapic.c, Linux 6.1.192",
       "Linux 6.1.192",
       {{"kvm.resample", "at-eoi"},
        {"kvm.spi-inject", "in-atomic"},
        {"kvm.spi-range", "strict"},
        {"kvm.vgic-default", "edge"},
        {"kvm.vgic-readiness", "linux-6.1"}}},
      {"linux-6.12",
       "besides, a pending level is resampled instead of injected when its line is unmasked",
       "arch/x86/kvm/ioapic.c, Linux 6.12.117; merged in Linux 6.3 as fef8f2b90edb",
       "Linux 6.12.117",
       {{"kvm.resample", "on-unmask"},
        {"kvm.spi-inject", "in-atomic"},
        {"kvm.spi-range", "strict"},
        {"kvm.vgic-default", "edge"},
        {"kvm.vgic-readiness", "linux-6.1"}}},
  };
  return table;
}

std::string cited_code(const scenario::Cursor& root, const Policies& policies) {
  const Kernel& kernel = read_kernel(root);
  std::string text(kernel.version);
  for (const auto& [seam, policy] : policies) {
    const auto usual = kernel.policies.find(seam);
    if (usual == kernel.policies.end() || usual->second != policy)
      text += ", " + seam + "=" + policy;
  }
  return text;
}

Policies read_policies(const scenario::Cursor& root) {
  Policies policies;
  for (const auto& [seam, policy] : read_kernel(root).policies)
    policies.emplace(seam, policy);

  const std::vector<PolicySeam> seams = policy_seams();
  if (const scenario::Cursor overrides = root["policies"])
    overrides.unknown_keys(names_of(seams, &PolicySeam::key));
  for (const PolicySeam& seam : seams) {
    std::string& chosen = policies.at(std::string(seam.key));
    if (const scenario::Cursor value = root["policies"]; value) {
      chosen = value[seam.key].one_of_or(chosen, names_of(seam.choices, &PolicyInfo::name));
    }
  }
  return policies;
}

}  // namespace irqloom::app
