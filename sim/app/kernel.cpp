#include "sim/app/kernel.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/kvm/resample/policy.h"
#include "models/kvm/vcpu_run.h"
#include "models/kvm/vgic/readiness/policy.h"
#include "sim/app/part_members.h"
#include "sim/scenario/suggest.h"

namespace irqloom::app {
namespace {

std::vector<PolicyInfo> resample_policies() {
  std::vector<PolicyInfo> choices;
  for (const ResamplePolicy::Entry& e : ResamplePolicy::all())
    choices.push_back({e.name, e.summary, e.source});
  return choices;
}

std::vector<PolicyInfo> vcpu_policies() {
  std::vector<PolicyInfo> choices;
  for (const VcpuPolicy& p : VcpuPolicy::all())
    choices.push_back({p.name, p.summary, p.source});
  return choices;
}

std::vector<PolicyInfo> readiness_policies() {
  std::vector<PolicyInfo> choices;
  for (const VgicReadiness::Entry& e : VgicReadiness::all())
    choices.push_back({e.name, e.summary, e.source});
  return choices;
}

}  // namespace

std::vector<PolicySeam> policy_seams() {
  return {
      {"kvm.resample", Archs::both,
       "when the owner of an assigned device is told to look at it again", resample_policies()},
      {"kvm.spi-inject",
       Archs::arm64,
       "where an irqfd's signal becomes an interrupt",
       {{"in-atomic", "in the signaller's context", "arch/arm64/kvm/vgic/vgic-irqfd.c, 5.9"},
        {"work-item", "in the irqfd's work item", "virt/kvm/eventfd.c before Linux 5.9"}}},
      {"kvm.spi-range",
       Archs::arm64,
       "the range check of an injected SPI",
       {{"off-by-one", "32 + nr_spis passes: spi > nr_irqs is refused",
         "KVM: arm: add irqfd support, v4 2/3, November 2014"},
        {"strict", "below 32 + nr_spis", "vgic_valid_spi(), Linux 6.1.192; observed"}}},
      {"kvm.vcpu", Archs::x86, "how a vCPU comes to know of an interrupt, and whether it halts",
       vcpu_policies()},
      {"kvm.vgic-core",
       Archs::arm64,
       "the virtual GIC itself",
       {{"ap-lists", "a list of interrupts per vCPU, which an exit empties; kicks with requests",
         "arch/arm64/kvm/vgic/, since Linux 4.7 and 4.13"},
        {"bitmaps",
         "bitmaps and one lock; a level is pending besides; kicks without a request; a GICv2",
         "virt/kvm/arm/vgic.c, Linux 3.18"}}},
      {"kvm.vgic-default",
       Archs::arm64,
       "the trigger type of an SPI that nobody has configured",
       {{"edge", "edge-triggered", "arch/arm64/kvm/vgic/vgic-init.c since Linux 4.7; observed"},
        {"level", "level-sensitive", "virt/kvm/arm/vgic.c before Linux 4.7"}}},
      {"kvm.vgic-mapping",
       Archs::arm64,
       "what the first KVM_RUN does last",
       {{"device-last", "it says that it is ready, then registers the distributor's device",
         "kvm_vgic_map_resources(), Linux 6.1.192"},
        {"ready-last", "it registers the device, then says that it is ready",
         "kvm_vgic_map_resources(), Linux 6.12.117"}}},
      {"kvm.vgic-readiness", Archs::arm64,
       "what an interrupt meets before the virtual GIC is ready", readiness_policies()}};
}

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> table = {
      {"linux-3.18",
       Archs::arm64,
       "of 2014: the virtual GIC of bitmaps, ready at the first KVM_RUN; SPIs are level-sensitive",
       "virt/kvm/arm/vgic.c, virt/kvm/eventfd.c, Linux 3.18",
       "Linux 3.18 (VFIO: Linux 4.1)",
       {{"kvm.resample", "at-eoi"},
        {"kvm.spi-inject", "work-item"},
        {"kvm.spi-range", "strict"},
        {"kvm.vcpu", "at-once"},
        {"kvm.vgic-core", "bitmaps"},
        {"kvm.vgic-default", "level"},
        {"kvm.vgic-mapping", "ready-last"},
        {"kvm.vgic-readiness", "drop"}}},
      {"linux-6.1",
       Archs::both,
       "the resamplefd is notified at the guest's EOI, whether or not the line is masked",
       "virt/kvm/eventfd.c, arch/x86/kvm/ioapic.c, Linux 6.1.192",
       "Linux 6.1.192",
       {{"kvm.resample", "at-eoi"},
        {"kvm.spi-inject", "in-atomic"},
        {"kvm.spi-range", "strict"},
        {"kvm.vcpu", "at-once"},
        {"kvm.vgic-core", "ap-lists"},
        {"kvm.vgic-default", "edge"},
        {"kvm.vgic-mapping", "device-last"},
        {"kvm.vgic-readiness", "linux-6.1"}}},
      {"linux-6.12",
       Archs::both,
       "besides, a pending level is resampled instead of injected when its line is unmasked",
       "arch/x86/kvm/ioapic.c, Linux 6.12.117; merged in Linux 6.3 as fef8f2b90edb",
       "Linux 6.12.117",
       {{"kvm.resample", "on-unmask"},
        {"kvm.spi-inject", "in-atomic"},
        {"kvm.spi-range", "strict"},
        {"kvm.vcpu", "at-once"},
        {"kvm.vgic-core", "ap-lists"},
        {"kvm.vgic-default", "edge"},
        {"kvm.vgic-mapping", "ready-last"},
        {"kvm.vgic-readiness", "linux-6.1"}}},
  };
  return table;
}

namespace {

using scenario::Cursor;

const Kernel& read_kernel(const Cursor& value, Arch arch) {
  std::vector<std::pair<std::string, const Kernel*>> here;
  const Kernel* elsewhere = nullptr;
  for (const Kernel& k : kernels()) {
    if (exists_on(k.archs, arch)) {
      here.emplace_back(k.name, &k);
    } else if (value && value.json() == k.name) {
      elsewhere = &k;
    }
  }
  if (elsewhere == nullptr) return *value.one_of<const Kernel*>(here);
  value.fail(fmt::format("\"{}\" is a kernel of {} alone, and this is {}", elsewhere->name,
                         name_of(elsewhere->archs), name_of(arch)),
             scenario::list_of(names_on(arch, kernels(), &Kernel::name)));
}

void check_seams(const Cursor& overrides, Arch arch, const std::vector<PolicySeam>& seams) {
  const std::vector<std::string> here = names_on(arch, seams, &PolicySeam::key);
  for (const auto& [key, value] : overrides.items()) {
    const auto seam = std::ranges::find(seams, key, &PolicySeam::key);
    if (seam == seams.end() || exists_on(seam->archs, arch)) continue;
    value.fail_key(fmt::format("\"{}\" is a policy of {} alone, and this is {}", key,
                               name_of(seam->archs), name_of(arch)),
                   scenario::list_of(here));
  }
  overrides.unknown_keys(here);
}

std::vector<std::string> names_of(const std::vector<PolicyInfo>& choices) {
  std::vector<std::string> names;
  for (const PolicyInfo& p : choices)
    names.emplace_back(p.name);
  return names;
}

}  // namespace

std::string with_arch(Archs archs, std::string_view text) {
  if (archs == Archs::both) return std::string(text);
  return fmt::format("{}: {}", name_of(archs), text);
}

std::string cited_code(const Cursor& root, const Policies& policies) {
  const Kernel& kernel = read_kernel(root["kernel"], read_arch(root));
  std::string text(kernel.version);
  for (const auto& [seam, policy] : policies) {
    const auto usual = kernel.policies.find(seam);
    if (usual == kernel.policies.end() || usual->second != policy)
      text += ", " + seam + "=" + policy;
  }
  return text;
}

Policies read_policies(const Cursor& root) {
  const Arch arch = read_arch(root);
  Policies policies;
  for (const auto& [seam, policy] : read_kernel(root["kernel"], arch).policies)
    policies.emplace(seam, policy);
  const Cursor overrides = root["policies"];
  if (!overrides) return policies;
  const std::vector<PolicySeam> seams = policy_seams();
  check_seams(overrides, arch, seams);
  for (const PolicySeam& seam : seams) {
    std::string& chosen = policies.at(std::string(seam.key));
    chosen = overrides[seam.key].one_of_or(chosen, names_of(seam.choices));
  }
  return policies;
}

}  // namespace irqloom::app
