// What an interrupt meets that comes before the virtual GIC is ready: what kernels did, and what
// was proposed. One file each, found by name.
//
// History: "KVM: arm: add irqfd support", v4 2/3, KVM list, November 2014, and what was merged
// after it (Linux 3.19 to 4.1).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "models/module.h"
#include "sim/registry.h"

namespace irqloom {

class Vgic;

struct ReadinessLocals {
  std::uint16_t intid = 0;
  std::uint8_t level = 0;
  std::uint8_t ready = 0;
};

/// The defaults are what is common to Linux since 4.1.
class VgicReadiness {
 public:
  /// `vgic` owns this object.
  VgicReadiness(Fabric& /*fabric*/, Vgic& vgic) : vgic_(vgic) {}
  virtual ~VgicReadiness() = default;
  VgicReadiness(const VgicReadiness&) = delete;
  VgicReadiness& operator=(const VgicReadiness&) = delete;

  /// Whether an injection goes through. vgic_initialized(); until 3.18 vgic_ready().
  virtual bool is_ready(Exec& x) const;
  /// kvm_arch_intc_initialized(): otherwise KVM_IRQFD is refused with -EAGAIN.
  virtual bool accepts_irqfd(Exec& x) const;
  /// Whether the first KVM_RUN initialises; otherwise it fails with -EBUSY.
  virtual bool inits_at_first_run() const;
  /// An injection that found it not ready. Result: 1 go on and inject; else what the injector gets.
  virtual Call early_injection(Exec& x, unsigned intid, bool level) = 0;
  /// vgic_init() is about to set `initialized`, under config_lock; within its step.
  virtual void before_initialized(Exec& /*x*/) {}
  virtual void touches(Footprint& /*footprint*/) const {}

  // --- registry --------------------------------------------------------------------------------

  struct Entry {
    std::string_view name;
    std::string_view summary;
    std::string_view source;
    std::unique_ptr<VgicReadiness> (*make)(Fabric& fabric, Vgic& vgic);
  };
  /// Registers a policy at static initialization.
  using Register = Registry<Entry>::Add;
  /// All policies, sorted by name.
  static std::vector<Entry> all() { return Registry<Entry>::all(); }
  /// std::invalid_argument for an unknown name.
  static const Entry& find(std::string_view name);

 protected:
  Vgic& vgic_;
};

/// The vGIC of 2014: ready at the first KVM_RUN, which also initialises; KVM_IRQFD is never
/// refused.
class ReadyAtFirstRun : public VgicReadiness {
 public:
  using VgicReadiness::VgicReadiness;
  bool is_ready(Exec& x) const override;
  bool accepts_irqfd(Exec& /*x*/) const override { return true; }
  bool inits_at_first_run() const override { return true; }
};

/// The factory of a policy class.
template <class Policy>
std::unique_ptr<VgicReadiness> make_readiness(Fabric& fabric, Vgic& vgic) {
  return std::make_unique<Policy>(fabric, vgic);
}

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ReadinessLocals, IRQLOOM_NUMBER(intid), IRQLOOM_FLAG(level),
               IRQLOOM_FLAG(ready));
