#include "models/kvm/kvm_arm64.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "models/events.h"
#include "models/irqchip/gic_irq.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

namespace {

const char* const kvm_main_c = "virt/kvm/kvm_main.c";
const char* const init_c = "arch/arm64/kvm/vgic/vgic-init.c";
const char* const device_c = "arch/arm64/kvm/vgic/vgic-kvm-device.c";

constexpr std::uint16_t all_spis = 224;  // Unless the number was chosen.

std::vector<unsigned> routable(const KvmArm64::Config& config) {
  std::vector<unsigned> gsis = config.further_gsis;
  for (const unsigned intid : config.vgic.spis)
    gsis.push_back(intid - gic::first_spi);
  std::sort(gsis.begin(), gsis.end());
  gsis.erase(std::unique(gsis.begin(), gsis.end()), gsis.end());
  return gsis;
}

}  // namespace

KvmArm64::KvmArm64(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config)
    : KvmVm(module_name, fabric, "0", config.resample_policy),
      config_(std::move(config)),
      gsis_(routable(config_)),
      routes_(fabric.reserve_array<ArmRouteState>(std::string(name()) + ".route", gsis_.size())),
      vgic_(Vgic::make(fabric, config_.vgic, *this)),
      type_labels_{fabric.name("CPU"), fabric.name("VGIC SPI"), fabric.name("VGIC PPI"),
                   fabric.name("UNKNOWN")},
      lock_(fabric.lock(std::string(name()) + ".lock", "kvm->lock", LockKind::sleep)),
      slots_lock_(
          fabric.lock(std::string(name()) + ".slots_lock", "kvm->slots_lock", LockKind::sleep)),
      create_vcpu_(fabric.routine<&KvmArm64::create_vcpu_routine>(*this, "kvm_vm_ioctl_create_vcpu",
                                                                  kvm_main_c)),
      create_vgic_(
          fabric.routine<&KvmArm64::create_vgic_routine>(*this, "kvm_vgic_create", init_c)),
      nr_irqs_(fabric.routine<&KvmArm64::nr_irqs_routine>(*this, "vgic_set_common_attr", device_c)),
      addresses_(fabric.routine<&KvmArm64::addresses_routine>(*this, "kvm_vgic_addr", device_c)),
      attr_(fabric.routine<&KvmArm64::attr_routine>(*this,
                                                    config_.vgic.model == VgicModel::v2
                                                        ? "vgic_v2_attr_regs_access"
                                                        : "vgic_v3_attr_regs_access",
                                                    device_c)) {
  const ResampleTraits& traits = resample_entry().traits;
  if (traits.watches_mask || traits.resamples_at_unmask || traits.skips_ack_when_masked) {
    throw std::invalid_argument("resample policy " + config_.resample_policy +
                                " needs mask notifiers, which arm64 does not have");
  }
  fabric.at_reset([this](World& w) {
    if (config_.start >= Start::initialised) default_routes(w, all_spis);
  });
}

KvmArm64::~KvmArm64() = default;

void KvmArm64::attach_vcpu(ArmVcpu& vcpu) {
  if (vcpu.id() != vcpus_.size()) throw std::invalid_argument("vCPUs come in the order of ids");
  vcpus_.push_back(&vcpu);
  vgic_->attach(vcpu);
  if (config_.start == Start::empty) return;
  VgicDist dist;
  const auto n = static_cast<std::uint8_t>(vcpus_.size());
  dist.in_kernel = 1;
  dist.has_addresses = 1;
  dist.created_vcpus = n;
  dist.online_vcpus = n;
  if (config_.start >= Start::initialised) {
    dist.nr_spis = all_spis;
    dist.initialized = 1;
  }
  if (config_.start == Start::running) {
    dist.ready = 1;
    dist.on_bus = 1;
    dist.enabled = 1;
  }
  vgic_->preset(dist);
}

bool KvmArm64::is_dead(Exec& x) const {
  return x.get(vgic_->dist()).vm_dead != 0;
}

bool KvmArm64::intc_initialized(Exec& x) const {
  return vgic_->readiness().accepts_irqfd(x);
}

// Every mutex or none; one that is taken is not waited for.
bool KvmArm64::lock_all_vcpus(Exec& x) {
  if (!std::ranges::all_of(vcpus_, [&](ArmVcpu* v) { return x.can_lock(v->mutex()); })) {
    return false;
  }
  for (ArmVcpu* v : vcpus_)
    x.try_lock(v->mutex());
  return true;
}

void KvmArm64::unlock_all_vcpus(Exec& x) {
  for (ArmVcpu* v : vcpus_)
    x.unlock(v->mutex());
}

std::optional<int> KvmArm64::check_extension(std::string_view capability) {
  static constexpr std::pair<std::string_view, int> known[] = {
      {"IRQCHIP", 1},    {"IRQFD", 1},          {"IRQFD_RESAMPLE", 1},
      {"SIGNAL_MSI", 1}, {"IRQ_ROUTING", 4096}, {"ARM_IRQ_LINE_LAYOUT_2", 1},
      {"MSI_DEVID", 0},  // Without an ITS.
  };
  for (const auto& [name, value] : known) {
    if (name == capability) return value;
  }
  return std::nullopt;
}

// --- vCPUs --------------------------------------------------------------------------------------

Call KvmArm64::create_vcpu(Exec& x, unsigned id) {
  if (is_dead(x)) return Call::done(-EIO);
  return x.call<IoctlLocals>(create_vcpu_, {.value = id});
}

std::int32_t KvmArm64::precreate_vcpu(Exec& x, unsigned id) {
  if (vgic_->vgic_initialized(x)) return -EBUSY;
  if (id >= vcpus_.size()) return -EINVAL;
  if (x.get(vcpus_[id]->state()).online != 0) return -EEXIST;
  ++x.set(vgic_->dist()).created_vcpus;
  return 0;
}

// kvm->lock is not held while the vCPU is made.
void KvmArm64::create_vcpu_routine(Exec& x, Frame& self, IoctlLocals& f) {
  ROUTINE();
  LOCK(lock_, "KVM_CREATE_VCPU: count it", cost("ioctl"), calls(*this));
  self.result = precreate_vcpu(x, f.value);
  x.unlock(lock_);
  if (self.result < 0) {
    RETURN(self.result);
  }
  LOCK(lock_, "the vCPU is online", cost("ioctl"), calls(*this));
  ++x.set(vgic_->dist()).online_vcpus;
  x.set(vcpus_[f.value]->state()).online = 1;
  x.unlock(lock_);
  RETURN(0);
  ROUTINE_END();
}

Call KvmArm64::vcpu_init(Exec& x, unsigned id) {
  if (is_dead(x)) return Call::done(-EIO);
  if (id >= vcpus_.size() || x.get(vcpus_[id]->state()).online == 0) return Call::done(-EBADF);
  x.set(vcpus_[id]->state()).initialized = 1;
  return Call::done();
}

// --- KVM_IRQ_LINE -------------------------------------------------------------------------------

Call KvmArm64::irq_line(Exec& x, ArmIrqType type, unsigned vcpu, unsigned number, bool level) {
  if (is_dead(x)) return Call::done(-EIO);
  x.emit(event::kvm_irq_line, {type_labels_[static_cast<unsigned>(type)],
                               static_cast<unsigned>(type), vcpu, number, level});
  const bool in_kernel = x.get(vgic_->dist()).in_kernel != 0;
  switch (type) {
    case ArmIrqType::cpu:
      return Call::done(in_kernel ? -ENXIO : -EINVAL);
    case ArmIrqType::ppi:
      if (!in_kernel) return Call::done(-ENXIO);
      if (vcpu >= x.get(vgic_->dist()).online_vcpus) return Call::done(-EINVAL);
      if (number < gic::first_ppi || number >= gic::first_spi) return Call::done(-EINVAL);
      return vgic_->kvm_vgic_inject_irq(x, number, level);
    case ArmIrqType::spi:
      if (!in_kernel) return Call::done(-ENXIO);
      if (number < gic::first_spi) return Call::done(-EINVAL);
      return vgic_->kvm_vgic_inject_irq(x, number, level);
    case ArmIrqType::unknown:
      break;
  }
  return Call::done(-EINVAL);
}

void KvmArm64::touches(Footprint& footprint) const {
  KvmVm::touches(footprint);
  footprint.writes.push_back(as_range(routes_));
  footprint.writes.push_back(range(lock_.slot));
  footprint.writes.push_back(range(slots_lock_.slot));
  vgic_->touches(footprint);
}

}  // namespace irqloom
