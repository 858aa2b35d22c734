// arch/arm64/kvm/vgic/vgic-mmio.c, vgic-mmio-v2.c and vgic-mmio-v3.c, Linux 6.1.192: accesses of
// the distributor, by the guest and by user space. The layout is the hardware's.
#include <algorithm>
#include <bit>

#include "models/irqchip/gic_fields.h"
#include "models/irqchip/gicd.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/vgic/vgic.h"

namespace irqloom {

namespace {

constexpr unsigned gicd_irouter_end = gicd_irouter + 8 * gic::first_special;
constexpr std::uint32_t v2_enable = 1;
constexpr std::uint32_t v3_enable_group1 = 2;
constexpr std::uint32_t v3_are = 0x10;
constexpr std::uint32_t priority_bits = 0xf8;

bool is_router(unsigned offset) {
  return offset >= gicd_irouter && offset < gicd_irouter_end;
}

unsigned size_of(const MmioLocals& f) {
  return f.is_byte != 0 ? 1 : 4;
}

bool writes(unsigned offset, gic::Field field) {
  const auto access = gic::decode(offset, 4);
  return access && access->field == field;
}

/// Registers in which a zero means: leave it.
bool ignores_zero(gic::Field field) {
  return field == gic::Field::set_enable || field == gic::Field::clear_enable ||
         field == gic::Field::set_pending || field == gic::Field::clear_pending ||
         field == gic::Field::set_active || field == gic::Field::clear_active;
}

}  // namespace

// The value that the access has for interrupt f.i; nothing when it leaves that interrupt alone.
std::optional<unsigned> Vgic::field_value(const MmioLocals& f) const {
  const unsigned intid = config_.spis[f.i];
  if (config_.model == VgicModel::v3 && is_router(f.offset)) {
    if ((f.offset - gicd_irouter) != 8 * intid) return std::nullopt;
    return f.value;
  }
  const auto access = gic::decode(f.offset, size_of(f));
  if (!access || intid < access->first || intid >= access->first + access->count) {
    return std::nullopt;
  }
  const unsigned value =
      f.value >> (intid - access->first) * access->bits & ((1U << access->bits) - 1);
  const bool user_v3 = f.user != 0 && config_.model == VgicModel::v3;
  if (user_v3 && access->field == gic::Field::clear_pending) return std::nullopt;
  const bool writes_zero = user_v3 && access->field == gic::Field::set_pending;
  if (value == 0 && ignores_zero(access->field) && !writes_zero) return std::nullopt;
  return value;
}

// One interrupt's part of an access, under irq_lock. Whether it is to be queued.
bool Vgic::write_field(Exec& x, const MmioLocals& f, unsigned value) {
  VgicIrq& irq = x.set(irqs_[f.i]);
  if (is_router(f.offset)) {
    irq.target_vcpu = static_cast<std::uint8_t>(value < vcpus_.size() ? value + 1 : 0);
    return false;
  }
  const auto bit = static_cast<std::uint8_t>(value & 1);
  switch (gic::decode(f.offset, size_of(f))->field) {
    case gic::Field::group:
      irq.group = bit;
      return true;
    case gic::Field::set_enable:
      irq.enabled = 1;
      return true;
    case gic::Field::clear_enable:
      // Nobody is kicked, and it stays on its list until its vCPU prunes.
      irq.enabled = 0;
      return false;
    case gic::Field::set_pending:
      irq.pending_latch = bit;
      return bit != 0;
    case gic::Field::clear_pending:
      irq.pending_latch = 0;
      return false;
    case gic::Field::set_active:
      irq.active = 1;
      return true;
    case gic::Field::clear_active:
      irq.active = 0;
      return false;
    case gic::Field::priority:
      irq.priority = static_cast<std::uint8_t>(value & priority_bits);
      return false;
    case gic::Field::targets:
      irq.target_vcpu = static_cast<std::uint8_t>(target_of(value) + 1);
      return false;
    case gic::Field::config:
      // Nothing is looked at again: what this makes pending waits for the next event.
      irq.config = (value & 2) != 0 ? vgic_config_edge : vgic_config_level;
      return false;
    case gic::Field::clear_sgi_source:
    case gic::Field::set_sgi_source:
      return false;
  }
  return false;
}

unsigned Vgic::target_of(unsigned mask) const {
  const unsigned there = mask & ((1U << vcpus_.size()) - 1);
  return there == 0 ? 0 : static_cast<unsigned>(std::countr_zero(there));
}

Call Vgic::mmio_write(Exec& x, unsigned vcpu, unsigned offset, std::uint32_t value, bool is_byte) {
  const MmioLocals access{.value = value,
                          .offset = static_cast<std::uint16_t>(offset),
                          .vcpu = static_cast<std::uint8_t>(vcpu),
                          .is_byte = static_cast<std::uint8_t>(is_byte ? 1 : 0)};
  if (offset == gicd_ctlr) return x.call(write_ctlr_, access);
  if (writes(offset, gic::Field::set_active)) return x.call(write_sactive_, access);
  return x.call(writes(offset, gic::Field::clear_active) ? write_cactive_ : write_, access);
}

Call Vgic::uaccess_write(Exec& x, unsigned offset, std::uint32_t value) {
  const MmioLocals access{.value = value, .offset = static_cast<std::uint16_t>(offset), .user = 1};
  return x.call(offset == gicd_ctlr ? write_ctlr_ : write_, access);
}

void Vgic::write_routine(Exec& x, Frame& self, MmioLocals& f) {
  ROUTINE();
  for (f.i = 0; f.i < irqs_.size; ++f.i) {
    if (!field_value(f)) continue;
    STEP("irq_lock: write the interrupt's field", cost("kvm.vgic"), calls(*this));
    pass_lock_irqsave(x, irq_locks_[f.i]);
    if (write_field(x, f, *field_value(f))) CALL(vgic_queue_irq_unlock(x, f.i));
    LOCAL("the next interrupt");
  }
  RETURN(0);
  ROUTINE_END();
}

// vgic_access_active_prepare(): list registers hold active state too, so no vCPU may run meanwhile.
// No acknowledge notification is sent for an interrupt that loses its active state here.
void Vgic::write_active_routine(Exec& x, Frame& self, MmioLocals& f) {
  ROUTINE();
  LOCK(config_lock_, "config_lock: halt every vCPU", cost("kvm.vgic"), calls(*this));
  for (ArmVcpu* vcpu : vcpus_)
    vcpu->halt(x);
  if (vcpus_.size() > 1) {
    STEP_WHEN(
        std::all_of(vcpus_.begin(), vcpus_.end(), [&](ArmVcpu* v) { return v->is_outside(x); }),
        "every other vCPU has left its guest", cost("kvm.kick"), calls(*this));
  }
  CALL(x.call(write_, f));
  STEP("resume every vCPU", cost("kvm.vgic"), calls(*this));
  for (ArmVcpu* vcpu : vcpus_)
    vcpu->resume(x);
  x.unlock(config_lock_);
  RETURN(0);
  ROUTINE_END();
}

// vgic_mmio_write_v3_misc(): a guest's write and its kicks are one critical section of config_lock.
// User space has the lock already, and of a GICv3 it kicks nobody.
bool Vgic::holds_config_lock(const MmioLocals& f) const {
  return config_.model == VgicModel::v3 && f.user == 0;
}

// Switching on kicks whoever has something pending on its list; what is on no list stays there.
void Vgic::write_ctlr_routine(Exec& x, Frame& self, MmioLocals& f) {
  ROUTINE();
  if (holds_config_lock(f)) {
    LOCK(config_lock_, "config_lock: write GICD_CTLR", cost("kvm.vgic"), calls(*this));
  } else {
    STEP("write GICD_CTLR", cost("kvm.vgic"), calls(*this));
  }
  if (!switch_on(x, f) || (f.user != 0 && config_.model == VgicModel::v3)) {
    if (holds_config_lock(f)) x.unlock(config_lock_);
    RETURN(0);
  }
  for (f.i = 0; f.i < vcpus_.size(); ++f.i) {
    STEP_WHEN(x.can_lock(ap_list_locks_[f.i]), "ap_list_lock: is something pending?",
              cost("kvm.vgic"), calls(*this));
    pass_lock_irqsave(x, ap_list_locks_[f.i]);
    if (kvm_vgic_vcpu_pending_irq(x, f.i)) CALL(vcpus_[f.i]->kick(x));
    LOCAL("the next vCPU");
  }
  if (holds_config_lock(f)) {
    STEP("drop config_lock", calls(*this));
    x.unlock(config_lock_);
  }
  RETURN(0);
  ROUTINE_END();
}

/// Writes GICD_CTLR; whether the distributor was off and is on now.
bool Vgic::switch_on(Exec& x, const MmioLocals& f) {
  const std::uint32_t bit = config_.model == VgicModel::v2 ? v2_enable : v3_enable_group1;
  const bool was_enabled = x.get(dist_).enabled != 0;
  x.set(dist_).enabled = (f.value & bit) != 0 ? 1 : 0;
  return !was_enabled && x.get(dist_).enabled != 0;
}

Call Vgic::write_level_info(Exec& x, unsigned intid, std::uint32_t levels) {
  return x.call<MmioLocals>(
      level_info_, {.value = levels, .offset = static_cast<std::uint16_t>(intid), .user = 1});
}

void Vgic::level_info_routine(Exec& x, Frame& self, MmioLocals& f) {
  ROUTINE();
  for (f.i = 0; f.i < irqs_.size; ++f.i) {
    if (config_.spis[f.i] < f.offset || config_.spis[f.i] >= f.offset + 32U) continue;
    STEP("irq_lock: write line_level", cost("kvm.vgic"), calls(*this));
    pass_lock_irqsave(x, irq_locks_[f.i]);
    x.set(irqs_[f.i]).line_level =
        static_cast<std::uint8_t>(f.value >> (config_.spis[f.i] - f.offset) & 1);
    if (x.get(irqs_[f.i]).line_level != 0) CALL(vgic_queue_irq_unlock(x, f.i));
    LOCAL("the next interrupt");
  }
  RETURN(0);
  ROUTINE_END();
}

std::uint32_t Vgic::mmio_read(Exec& x, unsigned offset, bool user) const {
  const bool v3 = config_.model == VgicModel::v3;
  if (offset == gicd_ctlr) {
    const bool on = x.get(dist_).enabled != 0;
    return v3 ? v3_are | (on ? v3_enable_group1 : 0U) : (on ? v2_enable : 0U);
  }
  if (offset == gicd_typer) {
    const std::uint32_t lines = (gic::first_spi + x.get(dist_).nr_spis) / 32U - 1;
    return v3 ? lines | 9U << 19 : lines | static_cast<std::uint32_t>(vcpus_.size() - 1) << 5;
  }
  const auto access = gic::decode(offset, 4);
  if (!access) return 0;
  std::uint32_t value = 0;
  for (unsigned n = 0; n < irqs_.size; ++n) {
    const unsigned intid = config_.spis[n];
    if (intid < access->first || intid >= access->first + access->count) continue;
    const VgicIrq& irq = x.get(irqs_[n]);
    const GicIrq as_hardware{
        .enable = irq.enabled,
        .group = irq.group,
        .edge = static_cast<std::uint8_t>(irq.config == vgic_config_edge ? 1 : 0),
        // User space of a GICv3 saves the line apart from the latch.
        .line = v3 && user ? std::uint8_t{0} : irq.line_level,
        .latch = irq.pending_latch,
        .active = irq.active,
        .priority = irq.priority,
        .targets =
            static_cast<std::uint8_t>(irq.target_vcpu == 0 ? 0 : 1U << (irq.target_vcpu - 1))};
    value |= gic::read(as_hardware, access->field) << (intid - access->first) * access->bits;
  }
  return value;
}

}  // namespace irqloom
