// arch/arm64/kvm/vgic/vgic-init.c, Linux 6.1.192 and 6.12.117: when the virtual GIC comes to be.
#include <cerrno>

#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "models/kvm/vgic/readiness/policy.h"
#include "models/kvm/vgic/vgic.h"

namespace irqloom {

namespace {

constexpr std::uint16_t default_nr_spis = 224;  // VGIC_NR_IRQS_LEGACY less the private ones.

/// What map_locked() leaves to be done.
constexpr std::int32_t to_be_registered = 1;

/// kvm_vgic_dist_init(): zeroed, so an SPI is edge-triggered until somebody writes ICFGR.
VgicIrq fresh_irq(const Vgic::Config& config, bool has_vcpu0) {
  VgicIrq irq;
  irq.config = config.default_config;
  irq.group = config.model == VgicModel::v3 ? 1 : 0;
  irq.target_vcpu = has_vcpu0 ? 1 : 0;
  return irq;
}

}  // namespace

void Vgic::reset(World& w) const {
  w.mut(dist_) = reset_;
  if (reset_.initialized != 0) {
    for (unsigned n = 0; n < irqs_.size; ++n)
      w.mut(irqs_[n]) = fresh_irq(config_, reset_.online_vcpus != 0);
  }
  for (const Preset& p : presets_)
    w.mut(irq(p.intid)) = p.irq;
}

std::int32_t Vgic::init_locked(Exec& x) {
  if (vgic_initialized(x)) return 0;
  VgicDist& dist = x.set(dist_);
  if (dist.created_vcpus != dist.online_vcpus) return -EBUSY;
  if (dist.nr_spis == 0) dist.nr_spis = default_nr_spis;
  for (unsigned n = 0; n < irqs_.size; ++n) {
    if (!vgic_valid_spi(x, config_.spis[n])) continue;
    x.set(irqs_[n]) = fresh_irq(config_, dist.online_vcpus != 0);
  }
  kvm_.kvm_vgic_setup_default_irq_routing(x);
  readiness_->before_initialized(x);
  dist.initialized = 1;
  return 0;
}

Call Vgic::vgic_init(Exec& x) {
  return x.call(init_);
}

void Vgic::init_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(config_lock_, "config_lock: vgic_init", cost("kvm.vgic"), calls(*this), calls(kvm_));
  self.result = init_locked(x);
  x.unlock(config_lock_);
  RETURN(self.result);
  ROUTINE_END();
}

std::int32_t Vgic::init_for_access(Exec& x) {
  if (config_.model == VgicModel::v2) return init_locked(x);
  return vgic_initialized(x) ? 0 : -EBUSY;
}

// Every later KVM_RUN, and every other vCPU's first, goes by `ready` without any lock.
Call Vgic::kvm_vgic_map_resources(Exec& x) {
  if (vgic_ready(x)) return Call::done();
  return x.call(map_);
}

std::int32_t Vgic::map_locked(Exec& x) {
  if (x.get(dist_).in_kernel == 0 || vgic_ready(x)) return 0;
  std::int32_t error = 0;
  if (x.get(dist_).has_addresses == 0) {
    error = -ENXIO;
  } else if (readiness_->inits_at_first_run()) {
    error = init_locked(x);
  } else if (!vgic_initialized(x)) {
    error = -EBUSY;
  }
  if (error != 0) {
    x.set(dist_).vm_dead = 1;
    return error;
  }
  if (config_.ready_before_device) x.set(dist_).ready = 1;
  return to_be_registered;
}

// config_lock is not held while the device is registered: the bus waits for SRCU, and its readers
// take config_lock.
void Vgic::map_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(kvm_.slots_lock(), "slots_lock", cost("kvm.vgic"), calls(*this));
  LOCK(config_lock_, "config_lock: map the controller", cost("kvm.vgic"), calls(*this),
       calls(kvm_));
  self.result = map_locked(x);
  x.unlock(config_lock_);
  if (self.result == to_be_registered) {
    STEP("vgic_register_dist_iodev", cost("kvm.vgic"), calls(*this), calls(kvm_));
    x.set(dist_).on_bus = 1;
    // 6.12 is ready from here on: nobody looks at the bus before he sees that.
    x.set(dist_).ready = 1;
    self.result = 0;
  }
  x.unlock(kvm_.slots_lock());
  RETURN(self.result);
  ROUTINE_END();
}

}  // namespace irqloom
