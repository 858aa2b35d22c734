#include "models/kvm/vgic/bitmap_vgic.h"

#include <cerrno>
#include <stdexcept>
#include <string>

#include "models/irqchip/gic_fields.h"
#include "models/irqchip/gicd.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "models/kvm/vgic/readiness/policy.h"

namespace irqloom {

namespace {

const char* const vgic_c = "virt/kvm/arm/vgic.c";

std::uint8_t flag(bool set) {
  return set ? 1 : 0;
}

}  // namespace

BitmapVgic::BitmapVgic(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
                       KvmArm64& kvm)
    : Vgic(module_name, fabric, std::move(config), kvm),
      bits_(fabric.reserve_array<BitmapIrq>(std::string(name()) + ".bits", irqs())),
      lock_(fabric.lock(std::string(name()) + ".lock", "dist->lock", LockKind::spin)),
      inject_(fabric.routine<&BitmapVgic::inject_routine>(*this, "kvm_vgic_inject_irq", vgic_c)),
      flush_(fabric.routine<&BitmapVgic::flush_routine>(*this, "kvm_vgic_flush_hwstate", vgic_c)),
      sync_(fabric.routine<&BitmapVgic::sync_routine>(*this, "kvm_vgic_sync_hwstate", vgic_c)),
      write_(fabric.routine<&BitmapVgic::write_routine>(*this, "vgic_handle_mmio", vgic_c)),
      init_(fabric.routine<&BitmapVgic::init_routine>(*this, "kvm_vgic_init", vgic_c)) {
  if (model() != VgicModel::v2) {
    throw std::invalid_argument("KVM has virtual GICv3s since Linux 4.0, and bitmaps until 4.6");
  }
}

void BitmapVgic::attach(ArmVcpu& vcpu) {
  Vgic::attach(vcpu);
  cpus_.push_back(fabric_.reserve<BitmapCpu>(std::string(vcpu.name()) + ".irq_pending_on_cpu"));
}

Slot<ListRegister> BitmapVgic::lr(unsigned vcpu, unsigned at) const {
  return vcpus()[vcpu]->interface().lr(at);
}

// vgic_can_sample_irq()
bool BitmapVgic::can_sample(Exec& x, unsigned n) const {
  return x.get(irq_at(n)).config == vgic_config_edge || x.get(bits_[n]).queued == 0;
}

// vgic_cpu_irq_set(), vgic_cpu_irq_clear()
void BitmapVgic::set_pending_on(Exec& x, unsigned n, unsigned vcpu, bool pending) {
  const auto bit = static_cast<std::uint8_t>(1U << vcpu);
  BitmapIrq& bits = x.set(bits_[n]);
  bits.pending_on =
      static_cast<std::uint8_t>(pending ? bits.pending_on | bit : bits.pending_on & ~bit);
}

// --- injection ----------------------------------------------------------------------------------

Call BitmapVgic::inject(Exec& x, unsigned intid, bool level) {
  return x.call<InjectLocals>(inject_,
                              {.intid = static_cast<std::uint16_t>(intid), .level = flag(level)});
}

void BitmapVgic::inject_routine(Exec& x, Frame& self, InjectLocals& f) {
  ROUTINE();
  if (starts_unready()) {
    STEP("vgic_initialized: is it ready?", cost("kvm.vgic"), calls(*this));
    if (!readiness().is_ready(x)) {
      CALL(early_injection(x, f.intid, f.level != 0));
      LOCAL("the early injection is done");
      if (self.result != 1) {
        RETURN(self.result);
      }
    }
  }
  STEP("dist->lock: irq_level and irq_pending", cost("kvm.vgic"), calls(*this));
  if (f.intid >= gic::first_spi && !vgic_valid_spi(x, f.intid)) {
    RETURN(-EINVAL);
  }
  if (!find(f.intid)) {
    RETURN(0);
  }
  x.pass_lock(lock_);
  if (const auto vcpu = vgic_update_irq_pending(x, *find(f.intid), f.level != 0)) {
    CALL(vcpus()[*vcpu]->kick(x));
  }
  LOCAL("injected");
  RETURN(0);
  ROUTINE_END();
}

// A level is pending besides, and stays it when its configuration changes. Whether the distributor
// is on is not asked.
std::optional<unsigned> BitmapVgic::vgic_update_irq_pending(Exec& x, unsigned n, bool level) {
  VgicIrq& irq = x.set(irq_at(n));
  const bool is_level = irq.config == vgic_config_level;
  const bool changes = is_level ? (irq.line_level != 0) != level : level && irq.pending_latch == 0;
  if (!changes) return std::nullopt;
  if (is_level) irq.line_level = flag(level);
  if (!level) {
    if (x.get(bits_[n]).soft_pend == 0) irq.pending_latch = 0;
    return std::nullopt;
  }
  irq.pending_latch = 1;
  if (irq.enabled == 0 || !can_sample(x, n)) return std::nullopt;
  const unsigned vcpu = irq.target_vcpu - 1U;
  set_pending_on(x, n, vcpu, true);
  x.set(cpus_[vcpu]).has_pending = 1;
  return vcpu;
}

// With the distributor off, vCPU 0 is said to have something (sic).
void BitmapVgic::vgic_update_state(Exec& x) {
  if (x.get(dist()).enabled == 0) {
    x.set(cpus_[0]).has_pending = 1;
    return;
  }
  for (unsigned n = 0; n < irqs(); ++n) {
    const VgicIrq& irq = x.get(irq_at(n));
    const bool is_due = irq.pending_latch != 0 && irq.enabled != 0;
    x.set(bits_[n]).pending_on =
        static_cast<std::uint8_t>(is_due ? 1U << (irq.target_vcpu - 1) : 0);
    if (is_due) x.set(cpus_[irq.target_vcpu - 1U]).has_pending = 1;
  }
}

bool BitmapVgic::kvm_vgic_vcpu_pending_irq(Exec& x, unsigned vcpu) const {
  return x.get(cpus_[vcpu]).has_pending != 0;
}

// --- entry --------------------------------------------------------------------------------------

Call BitmapVgic::kvm_vgic_flush_hwstate(Exec& x, unsigned vcpu) {
  return x.call<ApListLocals>(flush_, {.vcpu = static_cast<std::uint8_t>(vcpu)});
}

void BitmapVgic::flush_routine(Exec& x, Frame& self, ApListLocals& f) {
  ROUTINE();
  STEP("dist->lock: fill the list registers", cost("kvm.vgic"), calls(*this));
  x.pass_lock(lock_);
  flush_locked(x, f.vcpu);
  RETURN(0);
  ROUTINE_END();
}

void BitmapVgic::flush_locked(Exec& x, unsigned vcpu) {
  bool overflows = false;
  if (x.get(cpus_[vcpu]).has_pending != 0) {
    for (unsigned n = 0; n < irqs(); ++n) {
      if ((x.get(bits_[n]).pending_on >> vcpu & 1) == 0) continue;
      if (!vgic_queue_hwirq(x, vcpu, n)) overflows = true;
    }
  }
  VcpuInterface& interface = x.set(vcpus()[vcpu]->interface().state());
  interface.used_lrs = static_cast<std::uint8_t>(nr_lr());
  interface.underflow = flag(overflows);
  if (!overflows) x.set(cpus_[vcpu]).has_pending = 0;
}

/// False: there is no room.
bool BitmapVgic::vgic_queue_hwirq(Exec& x, unsigned vcpu, unsigned n) {
  if (!can_sample(x, n)) return true;
  if (!vgic_queue_irq(x, vcpu, n)) return false;
  if (x.get(irq_at(n)).config == vgic_config_edge) {
    x.set(irq_at(n)).pending_latch = 0;
    set_pending_on(x, n, vcpu, false);
  } else {
    x.set(bits_[n]).queued = 1;
  }
  return true;
}

// One that is there already becomes pending besides. Priorities stay with the distributor.
bool BitmapVgic::vgic_queue_irq(Exec& x, unsigned vcpu, unsigned n) {
  const auto tag = static_cast<std::uint8_t>(n + 1);
  for (unsigned at = 0; at < nr_lr(); ++at) {
    if (x.get(lr(vcpu, at)).irq != tag) continue;
    x.set(lr(vcpu, at)).state |= lr_pending;
    return true;
  }
  for (unsigned at = 0; at < nr_lr(); ++at) {
    if (x.get(lr(vcpu, at)).irq != 0) continue;
    x.set(lr(vcpu, at)) = ListRegister{
        .irq = tag, .state = lr_pending, .eoi = flag(x.get(irq_at(n)).config == vgic_config_level)};
    return true;
  }
  return false;
}

// --- exit ---------------------------------------------------------------------------------------

bool BitmapVgic::has_filled_lr(Exec& x, unsigned vcpu) const {
  for (unsigned at = 0; at < nr_lr(); ++at) {
    if (x.get(lr(vcpu, at)).irq != 0) return true;
  }
  return false;
}

Call BitmapVgic::kvm_vgic_sync_hwstate(Exec& x, unsigned vcpu) {
  // Without a filled register the critical section finds nothing to do.
  if (!has_filled_lr(x, vcpu)) return Call::done();
  return x.call<ApListLocals>(sync_, {.vcpu = static_cast<std::uint8_t>(vcpu)});
}

// vgic_process_maintenance(), and what is left in the registers. Whoever waits for the EOI is told
// with the lock dropped, and the level is looked at after that. `target`: a level is pending.
void BitmapVgic::sync_routine(Exec& x, Frame& self, ApListLocals& f) {
  ROUTINE();
  STEP("dist->lock: look at the list registers", cost("kvm.vgic"), calls(*this), calls(kvm()));
  x.pass_lock(lock_);
  for (f.i = 0; f.i < nr_lr(); ++f.i) {
    if (x.get(lr(f.vcpu, f.i)).state != 0 || x.get(lr(f.vcpu, f.i)).eoi == 0) continue;
    f.irq = static_cast<std::uint8_t>(x.get(lr(f.vcpu, f.i)).irq - 1);
    begin_eoi(x, f.vcpu, f.i);
    CALL(kvm().notify_acked_irq(x, intid(f.irq) - gic::first_spi));
    STEP("dist->lock: is its level still up?", cost("kvm.vgic"), calls(*this), calls(kvm()));
    x.pass_lock(lock_);
    if (end_eoi(x, f.vcpu, f.irq)) f.target = 1;
  }
  end_sync(x, f.vcpu, f.target != 0);
  RETURN(0);
  ROUTINE_END();
}

void BitmapVgic::begin_eoi(Exec& x, unsigned vcpu, unsigned at) {
  BitmapIrq& bits = x.set(bits_[x.get(lr(vcpu, at)).irq - 1U]);
  bits.queued = 0;
  bits.soft_pend = 0;
  x.set(lr(vcpu, at)) = ListRegister{};
}

/// Whether it is pending again.
bool BitmapVgic::end_eoi(Exec& x, unsigned vcpu, unsigned n) {
  const bool is_up = x.get(irq_at(n)).line_level != 0;
  if (!is_up) x.set(irq_at(n)).pending_latch = 0;
  set_pending_on(x, n, vcpu, is_up);
  return is_up;
}

void BitmapVgic::end_sync(Exec& x, unsigned vcpu, bool level_pending) {
  x.set(vcpus()[vcpu]->interface().state()).underflow = 0;
  for (unsigned at = 0; at < nr_lr(); ++at) {
    if (x.get(lr(vcpu, at)).irq != 0 && x.get(lr(vcpu, at)).state == 0) {
      x.set(lr(vcpu, at)) = ListRegister{};
    }
  }
  if (level_pending || has_filled_lr(x, vcpu)) x.set(cpus_[vcpu]).has_pending = 1;
}

// --- registers ----------------------------------------------------------------------------------

Call BitmapVgic::mmio_write(Exec& x, unsigned vcpu, unsigned offset, std::uint32_t value,
                            bool is_byte) {
  return x.call<MmioLocals>(write_, {.value = value,
                                     .offset = static_cast<std::uint16_t>(offset),
                                     .vcpu = static_cast<std::uint8_t>(vcpu),
                                     .is_byte = flag(is_byte)});
}

// vgic_attr_regs_access(): nobody is kicked.
Call BitmapVgic::uaccess_write(Exec& x, unsigned offset, std::uint32_t value) {
  return x.call<MmioLocals>(
      write_, {.value = value, .offset = static_cast<std::uint16_t>(offset), .user = 1});
}

void BitmapVgic::write_routine(Exec& x, Frame& self, MmioLocals& f) {
  ROUTINE();
  STEP("dist->lock: write the register", cost("kvm.vgic"), calls(*this));
  x.pass_lock(lock_);
  if (!write_register(x, f) || f.user != 0) {
    RETURN(0);
  }
  for (f.i = 0; f.i < cpus_.size(); ++f.i) {
    if (f.i == f.vcpu) continue;  // It is out of its guest, and nobody sends himself an IPI.
    STEP("vgic_kick_vcpus: is something pending?", cost("kvm.vgic"), calls(*this));
    if (kvm_vgic_vcpu_pending_irq(x, f.i)) CALL(vcpus()[f.i]->kick(x));
    LOCAL("the next vCPU");
  }
  RETURN(0);
  ROUTINE_END();
}

/// Whether what is pending may have changed: handle_mmio_*().
bool BitmapVgic::write_register(Exec& x, const MmioLocals& f) {
  if (f.user != 0) {
    for (unsigned vcpu = 0; vcpu < cpus_.size(); ++vcpu)
      vgic_unqueue_irqs(x, vcpu);
  }
  if (f.offset == gicd_ctlr) {
    x.set(dist()).enabled = static_cast<std::uint8_t>(f.value & 1);
    vgic_update_state(x);
    return true;
  }
  bool is_updated = false;
  MmioLocals one = f;
  for (one.i = 0; one.i < irqs(); ++one.i) {
    const std::optional<unsigned> value = field_value(one);
    if (value && write_field(x, one.i, f, *value)) is_updated = true;
  }
  if (!is_updated) return false;
  const auto field = gic::decode(f.offset, f.is_byte != 0 ? 1 : 4)->field;
  if (field == gic::Field::clear_enable) vgic_retire_disabled_irqs(x, f.vcpu);
  if (field == gic::Field::clear_pending) set_levels_pending(x, f.offset);
  vgic_update_state(x);
  return true;
}

bool BitmapVgic::write_field(Exec& x, unsigned n, const MmioLocals& f, unsigned value) {
  VgicIrq& irq = x.set(irq_at(n));
  const bool is_level = irq.config == vgic_config_level;
  switch (gic::decode(f.offset, f.is_byte != 0 ? 1 : 4)->field) {
    case gic::Field::set_enable:
      irq.enabled = 1;
      return true;
    case gic::Field::clear_enable:
      irq.enabled = 0;
      return true;
    case gic::Field::set_pending:
      irq.pending_latch = 1;
      x.set(bits_[n]).soft_pend = flag(is_level);
      return true;
    case gic::Field::clear_pending:
      irq.pending_latch = 0;
      x.set(bits_[n]).soft_pend = 0;
      return true;
    case gic::Field::targets:
      irq.target_vcpu = static_cast<std::uint8_t>(target_of(value) + 1);
      return true;
    case gic::Field::config:
      irq.config = (value & 2) != 0 ? vgic_config_edge : vgic_config_level;
      return false;
    case gic::Field::priority:
      irq.priority = static_cast<std::uint8_t>(value);
      return false;
    default:  // IGROUPR, ISACTIVER and ICACTIVER read as zero and ignore writes.
      return false;
  }
}

// ICPENDR: whatever it clears, every level of that register that is up is pending again.
void BitmapVgic::set_levels_pending(Exec& x, unsigned offset) {
  const auto access = gic::decode(offset, 4);
  for (unsigned n = 0; n < irqs(); ++n) {
    if (intid(n) < access->first || intid(n) >= access->first + access->count) continue;
    if (x.get(irq_at(n)).line_level != 0) x.set(irq_at(n)).pending_latch = 1;
  }
}

// ICENABLER takes back what the vCPU that writes has in its list registers, active or not.
void BitmapVgic::vgic_retire_disabled_irqs(Exec& x, unsigned vcpu) {
  for (unsigned at = 0; at < nr_lr(); ++at) {
    const unsigned tag = x.get(lr(vcpu, at)).irq;
    if (tag == 0 || x.get(irq_at(tag - 1)).enabled != 0) continue;
    x.set(bits_[tag - 1]).queued = 0;
    x.set(lr(vcpu, at)) = ListRegister{};
  }
}

// Before user space looks: what is pending in a list register goes back to the distributor.
void BitmapVgic::vgic_unqueue_irqs(Exec& x, unsigned vcpu) {
  for (unsigned at = 0; at < nr_lr(); ++at) {
    const ListRegister& held = x.get(lr(vcpu, at));
    if (held.irq == 0 || held.state == lr_active) continue;
    const unsigned n = held.irq - 1U;
    x.set(irq_at(n)).pending_latch = 1;
    x.set(lr(vcpu, at)).state &= lr_active;
    if (x.get(lr(vcpu, at)).state == 0) {
      x.set(lr(vcpu, at)) = ListRegister{};
      x.set(bits_[n]).queued = 0;
    }
    vgic_update_state(x);
  }
}

// --- the first KVM_RUN --------------------------------------------------------------------------

// kvm_vcpu_first_run_init(): accesses of the guest find the distributor by its address alone, so
// there is nothing to register.
Call BitmapVgic::kvm_vgic_map_resources(Exec& x) {
  if (vgic_ready(x)) return Call::done();
  return x.call(init_);
}

void BitmapVgic::init_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(kvm().lock(), "kvm->lock: map the controller", cost("kvm.vgic"), calls(*this), calls(kvm()));
  self.result = 0;
  if (x.get(dist()).in_kernel != 0 && !vgic_ready(x)) {
    self.result = x.get(dist()).has_addresses == 0 ? -ENXIO : init_locked(x);
    if (self.result == 0) {
      x.set(dist()).on_bus = 1;
      x.set(dist()).ready = 1;
    }
  }
  x.unlock(kvm().lock());
  RETURN(self.result);
  ROUTINE_END();
}

void BitmapVgic::touches(Footprint& footprint) const {
  Vgic::touches(footprint);
  if (bits_.size != 0) footprint.writes.push_back(as_range(bits_));
  for (const auto& cpu : cpus_)
    footprint.writes.push_back(range(cpu));
  footprint.writes.push_back(range(lock_.slot));
}

std::unique_ptr<Vgic> Vgic::make(Fabric& fabric, Config config, KvmArm64& kvm) {
  if (config.core == VgicCore::bitmaps) {
    return std::make_unique<BitmapVgic>("vgic", fabric, std::move(config), kvm);
  }
  return std::make_unique<Vgic>("vgic", fabric, std::move(config), kvm);
}

}  // namespace irqloom
