#include "models/kvm/vgic/vgic.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "models/events.h"
#include "models/irqchip/gic_irq.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

namespace {

const char* const vgic_c = "arch/arm64/kvm/vgic/vgic.c";
const char* const init_c = "arch/arm64/kvm/vgic/vgic-init.c";
const char* const mmio_c = "arch/arm64/kvm/vgic/vgic-mmio.c";
const char* const mmio_v2_c = "arch/arm64/kvm/vgic/vgic-mmio-v2.c";
const char* const mmio_v3_c = "arch/arm64/kvm/vgic/vgic-mmio-v3.c";

constexpr std::size_t max_irqs = 255;

Vgic::Config checked(Vgic::Config config) {
  std::sort(config.spis.begin(), config.spis.end());
  for (const unsigned intid : config.spis) {
    if (intid < gic::first_spi || intid >= gic::first_special) {
      throw std::invalid_argument("INTID " + std::to_string(intid) + " is no SPI (32 to 1019)");
    }
  }
  if (std::adjacent_find(config.spis.begin(), config.spis.end()) != config.spis.end()) {
    throw std::invalid_argument("an SPI is listed twice");
  }
  if (config.spis.size() > max_irqs) throw std::invalid_argument("more than 255 SPIs");
  return config;
}

}  // namespace

Vgic::Vgic(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config, KvmArm64& kvm)
    : Module(module_name, fabric),
      config_(checked(std::move(config))),
      kvm_(kvm),
      dist_(fabric.reserve<VgicDist>(std::string(name()) + ".dist")),
      config_lock_(
          fabric.lock(std::string(name()) + ".config_lock", "arch.config_lock", LockKind::sleep)),
      inject_(fabric.routine<&Vgic::inject_routine>(*this, "kvm_vgic_inject_irq", vgic_c)),
      queue_(fabric.routine<&Vgic::queue_routine>(*this, "vgic_queue_irq_unlock", vgic_c)),
      flush_(fabric.routine<&Vgic::flush_routine>(*this, "kvm_vgic_flush_hwstate", vgic_c)),
      sync_(fabric.routine<&Vgic::sync_routine>(*this, "kvm_vgic_sync_hwstate", vgic_c)),
      prune_(fabric.routine<&Vgic::prune_routine>(*this, "vgic_prune_ap_list", vgic_c)),
      init_(fabric.routine<&Vgic::init_routine>(*this, "vgic_init", init_c)),
      map_(fabric.routine<&Vgic::map_routine>(*this, "kvm_vgic_map_resources", init_c)),
      write_(fabric.routine<&Vgic::write_routine>(*this, "dispatch_mmio_write", mmio_c)),
      level_info_(fabric.routine<&Vgic::level_info_routine>(*this, "vgic_write_irq_line_level_info",
                                                            mmio_c)),
      write_sactive_(
          fabric.routine<&Vgic::write_active_routine>(*this, "vgic_mmio_write_sactive", mmio_c)),
      write_cactive_(
          fabric.routine<&Vgic::write_active_routine>(*this, "vgic_mmio_write_cactive", mmio_c)),
      write_ctlr_(config_.model == VgicModel::v2
                      ? fabric.routine<&Vgic::write_ctlr_routine>(*this, "vgic_mmio_write_v2_misc",
                                                                  mmio_v2_c)
                      : fabric.routine<&Vgic::write_ctlr_routine>(*this, "vgic_mmio_write_v3_misc",
                                                                  mmio_v3_c)) {
  for (const unsigned intid : config_.spis) {
    const std::string at = std::string(name()) + ".spi" + std::to_string(intid);
    const Slot<VgicIrq> slot = fabric.reserve<VgicIrq>(at);
    if (irqs_.size++ == 0) irqs_.first = slot;
  }
  for (const unsigned intid : config_.spis) {
    const std::string at = std::string(name()) + ".spi" + std::to_string(intid);
    irq_locks_.push_back(fabric.lock(at + ".irq_lock", "irq->irq_lock", LockKind::spin));
  }
  readiness_ = VgicReadiness::find(config_.readiness).make(fabric, *this);
  fabric.at_reset([this](World& w) { reset(w); });
}

Vgic::~Vgic() = default;

bool Vgic::starts_unready() const {
  return reset_.initialized == 0 || reset_.ready == 0;
}

Call Vgic::early_injection(Exec& x, unsigned intid, bool level) {
  return readiness_->early_injection(x, intid, level);
}

void Vgic::attach(ArmVcpu& vcpu) {
  vcpus_.push_back(&vcpu);
  ap_lists_.push_back(fabric_.reserve<VgicApList>(std::string(vcpu.name()) + ".ap_list"));
  ap_list_locks_.push_back(fabric_.lock(std::string(vcpu.name()) + ".ap_list_lock",
                                        "vgic_cpu->ap_list_lock", LockKind::spin));
}

std::optional<unsigned> Vgic::find(unsigned intid) const {
  const auto at = std::lower_bound(config_.spis.begin(), config_.spis.end(), intid);
  if (at == config_.spis.end() || *at != intid) return std::nullopt;
  return static_cast<unsigned>(at - config_.spis.begin());
}

Slot<VgicIrq> Vgic::irq(unsigned intid) const {
  const std::optional<unsigned> n = find(intid);
  if (!n) throw std::out_of_range("the machine declares no SPI " + std::to_string(intid));
  return irqs_[*n];
}

bool Vgic::vgic_valid_spi(Exec& x, unsigned intid) const {
  const unsigned nr_irqs = gic::first_spi + x.get(dist_).nr_spis;
  if (config_.takes_one_beyond && intid == nr_irqs) return true;
  return intid >= gic::first_spi && intid < nr_irqs;
}

// raw_spin_lock_irqsave() and its unlock within one step.
void Vgic::pass_lock_irqsave(Exec& x, const Lock& lock) {
  const bool were_on = !x.has_irqs_off() && !x.in_hardirq();
  if (were_on) x.irqs_off();
  x.pass_lock(lock);
  if (were_on) x.irqs_on();
}

// --- injection ----------------------------------------------------------------------------------

// The id + 1 of the vCPU on whose list the interrupt belongs; 0: on none. Under irq_lock.
std::uint8_t Vgic::vgic_target_oracle(Exec& x, unsigned n) const {
  const VgicIrq& irq = x.get(irqs_[n]);
  if (irq.active != 0) return irq.vcpu != 0 ? irq.vcpu : irq.target_vcpu;
  if (irq.enabled != 0 && irq_is_pending(irq)) {
    return x.get(dist_).enabled != 0 ? irq.target_vcpu : std::uint8_t{0};
  }
  return 0;
}

// A level counts when it changes, an edge when it rises.
bool Vgic::vgic_validate_injection(Exec& x, unsigned n, bool level) const {
  const VgicIrq& irq = x.get(irqs_[n]);
  return irq.config == vgic_config_level ? (irq.line_level != 0) != level : level;
}

Call Vgic::kvm_vgic_inject_irq(Exec& x, unsigned intid, bool level) {
  x.emit(event::vgic_update_irq_pending, {0, intid, level});
  return inject(x, intid, level);
}

Call Vgic::inject(Exec& x, unsigned intid, bool level) {
  return x.call<InjectLocals>(inject_, {.intid = static_cast<std::uint16_t>(intid),
                                        .level = static_cast<std::uint8_t>(level ? 1 : 0)});
}

void Vgic::inject_routine(Exec& x, Frame& self, InjectLocals& f) {
  ROUTINE();
  if (starts_unready()) {
    STEP("vgic_lazy_init: is it ready?", cost("kvm.vgic"), calls(*this));
    if (!readiness_->is_ready(x)) {
      CALL(early_injection(x, f.intid, f.level != 0));
      LOCAL("the early injection is done");
      if (self.result != 1) {
        RETURN(self.result);
      }
    }
  }
  STEP("irq_lock: set line_level or pending_latch", cost("kvm.vgic"), calls(*this));
  if (f.intid >= gic::first_spi && !vgic_valid_spi(x, f.intid)) {
    RETURN(-EINVAL);
  }
  if (!find(f.intid)) {
    RETURN(0);
  }
  f.irq = static_cast<std::uint8_t>(*find(f.intid));
  pass_lock_irqsave(x, irq_locks_[f.irq]);
  if (!vgic_validate_injection(x, f.irq, f.level != 0)) {
    RETURN(0);
  }
  if (x.get(irqs_[f.irq]).config == vgic_config_level) {
    x.set(irqs_[f.irq]).line_level = f.level;
  } else {
    x.set(irqs_[f.irq]).pending_latch = 1;
  }
  CALL(vgic_queue_irq_unlock(x, f.irq));
  LOCAL("queued");
  RETURN(0);
  ROUTINE_END();
}

// Begins under irq_lock, in the step of the caller.
Call Vgic::vgic_queue_irq_unlock(Exec& x, unsigned n) {
  const std::uint8_t target = vgic_target_oracle(x, n);
  if (target == 0) return Call::done();
  if (x.get(irqs_[n]).vcpu != 0) return vcpus_[target - 1U]->kick(x);
  return x.call<QueueLocals>(
      queue_, {.irq = static_cast<std::uint8_t>(n), .vcpu = static_cast<std::uint8_t>(target - 1)});
}

void Vgic::queue_routine(Exec& x, Frame& self, QueueLocals& f) {
  ROUTINE();
  for (;;) {
    LOCK_IRQ(ap_list_locks_[f.vcpu], "ap_list_lock and irq_lock: queue it if nothing changed",
             cost("kvm.vgic"), calls(*this));
    pass_lock_irqsave(x, irq_locks_[f.irq]);
    if (x.get(irqs_[f.irq]).vcpu == 0 && vgic_target_oracle(x, f.irq) == f.vcpu + 1) {
      append(x, f.vcpu, f.irq);
      x.unlock_irq(ap_list_locks_[f.vcpu]);
      CALL(vcpus_[f.vcpu]->kick(x));
      break;
    }
    x.unlock_irq(ap_list_locks_[f.vcpu]);
    STEP("irq_lock: look again", cost("kvm.vgic"), calls(*this));
    pass_lock_irqsave(x, irq_locks_[f.irq]);
    if (vgic_target_oracle(x, f.irq) == 0) {
      RETURN(0);
    }
    f.vcpu = static_cast<std::uint8_t>(vgic_target_oracle(x, f.irq) - 1);
    if (x.get(irqs_[f.irq]).vcpu != 0) {
      CALL(vcpus_[f.vcpu]->kick(x));
      break;
    }
  }
  LOCAL("kicked");
  RETURN(0);
  ROUTINE_END();
}

void Vgic::append(Exec& x, unsigned vcpu, unsigned n) {
  VgicApList& list = x.set(ap_lists_[vcpu]);
  if (list.size == std::size(list.irq)) {
    throw CapacityExceeded("the ap_list of a vCPU is full");
  }
  list.irq[list.size++] = static_cast<std::uint8_t>(n + 1);
  x.set(irqs_[n]).vcpu = static_cast<std::uint8_t>(vcpu + 1);
}

void Vgic::remove(Exec& x, unsigned vcpu, unsigned n) {
  VgicApList& list = x.set(ap_lists_[vcpu]);
  auto* const end = list.irq + list.size;
  auto* const rest = std::remove(list.irq, end, static_cast<std::uint8_t>(n + 1));
  std::fill(rest, end, std::uint8_t{0});
  list.size = static_cast<std::uint8_t>(rest - list.irq);
  x.set(irqs_[n]).vcpu = 0;
}

void Vgic::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(dist_));
  if (irqs_.size != 0) footprint.writes.push_back(as_range(irqs_));
  for (const Lock& lock : irq_locks_)
    footprint.writes.push_back(range(lock.slot));
  for (const Lock& lock : ap_list_locks_)
    footprint.writes.push_back(range(lock.slot));
  for (const auto& list : ap_lists_)
    footprint.writes.push_back(range(list));
  footprint.writes.push_back(range(config_lock_.slot));
  for (const ArmVcpu* vcpu : vcpus_)
    vcpu->touches(footprint);
  readiness_->touches(footprint);
  kvm_.KvmVm::touches(footprint);
}

}  // namespace irqloom
