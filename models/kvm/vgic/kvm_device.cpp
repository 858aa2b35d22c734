// arch/arm64/kvm/vgic/vgic-kvm-device.c, Linux 6.1.192: user space creates the virtual GIC and
// reads and writes its registers.
#include <cerrno>

#include "models/irqchip/gic_irq.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"

namespace irqloom {

namespace {

constexpr unsigned min_nr_irqs = 64;
constexpr unsigned max_nr_irqs = 1023;  // VGIC_MAX_RESERVED

}  // namespace

Call KvmArm64::create_vgic(Exec& x) {
  if (is_dead(x)) return Call::done(-EIO);
  return x.call(create_vgic_);
}

// Of every vCPU the mutex is taken, if that can be had at once, for this step alone.
std::int32_t KvmArm64::create_locked(Exec& x) {
  if (x.get(vgic_->dist()).in_kernel != 0) return -EEXIST;
  for (const ArmVcpu* vcpu : vcpus_) {
    if (!x.can_lock(vcpu->mutex()) || x.get(vcpu->state()).has_run_once != 0) return -EBUSY;
  }
  x.set(vgic_->dist()).in_kernel = 1;
  return 0;
}

void KvmArm64::create_vgic_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(lock_, "kvm->lock: create the controller", calls(*this));
  self.result = create_locked(x);
  x.unlock(lock_);
  RETURN(self.result);
  ROUTINE_END();
}

// The value counts the 32 private interrupts too.
Call KvmArm64::set_nr_irqs(Exec& x, unsigned value) {
  if (is_dead(x)) return Call::done(-EIO);
  if (value < min_nr_irqs || value > max_nr_irqs || value % 32 != 0) return Call::done(-EINVAL);
  return x.call<IoctlLocals>(nr_irqs_, {.value = value});
}

void KvmArm64::nr_irqs_routine(Exec& x, Frame& self, IoctlLocals& f) {
  ROUTINE();
  LOCK(vgic_->config_lock(), "config_lock: the number of interrupts", calls(*this));
  self.result = vgic_->vgic_ready(x) || x.get(vgic_->dist()).nr_spis != 0 ? -EBUSY : 0;
  if (self.result == 0) {
    x.set(vgic_->dist()).nr_spis = static_cast<std::uint16_t>(f.value - gic::first_spi);
  }
  x.unlock(vgic_->config_lock());
  RETURN(self.result);
  ROUTINE_END();
}

Call KvmArm64::set_addresses(Exec& x) {
  if (is_dead(x)) return Call::done(-EIO);
  return x.call(addresses_);
}

void KvmArm64::addresses_routine(Exec& x, Frame& self) {
  ROUTINE();
  LOCK(slots_lock_, "slots_lock", calls(*this));
  LOCK(vgic_->config_lock(), "config_lock: the addresses", calls(*this));
  self.result = x.get(vgic_->dist()).has_addresses != 0 ? -EEXIST : 0;
  x.set(vgic_->dist()).has_addresses = 1;
  x.unlock(vgic_->config_lock());
  x.unlock(slots_lock_);
  RETURN(self.result);
  ROUTINE_END();
}

Call KvmArm64::ctrl_init(Exec& x) {
  if (is_dead(x)) return Call::done(-EIO);
  return vgic_->vgic_init(x);
}

Call KvmArm64::dist_attr_write(Exec& x, unsigned offset, std::uint32_t value) {
  if (is_dead(x)) return Call::done(-EIO);
  return x.call<IoctlLocals>(
      attr_, {.value = value, .offset = static_cast<std::uint16_t>(offset), .kind = attr_write});
}

Call KvmArm64::dist_attr_read(Exec& x) {
  if (is_dead(x)) return Call::done(-EIO);
  return x.call<IoctlLocals>(attr_, {.kind = attr_read});
}

Call KvmArm64::level_info_write(Exec& x, unsigned intid, std::uint32_t levels) {
  if (is_dead(x)) return Call::done(-EIO);
  return x.call<IoctlLocals>(
      attr_,
      {.value = levels, .offset = static_cast<std::uint16_t>(intid), .kind = attr_level_info});
}

// vgic_v2_attr_regs_access(), vgic_v3_attr_regs_access(): no vCPU may be in KVM_RUN, and none gets
// there meanwhile.
void KvmArm64::attr_routine(Exec& x, Frame& self, IoctlLocals& f) {
  ROUTINE();
  LOCK(lock_, "KVM_SET_DEVICE_ATTR, KVM_GET_DEVICE_ATTR", cost("ioctl"), calls(*this));
  if (!lock_all_vcpus(x)) {
    x.unlock(lock_);
    RETURN(-EBUSY);
  }
  LOCK(vgic_->config_lock(), "config_lock: access the registers", cost("kvm.vgic"), calls(*this));
  self.result = vgic_->init_for_access(x);
  if (self.result == 0 && f.kind == attr_write) {
    CALL(vgic_->uaccess_write(x, f.offset, f.value));
  } else if (self.result == 0 && f.kind == attr_level_info) {
    CALL(vgic_->write_level_info(x, f.offset, f.value));
  }
  STEP("drop config_lock, every vCPU's mutex and kvm->lock", calls(*this));
  x.unlock(vgic_->config_lock());
  unlock_all_vcpus(x);
  x.unlock(lock_);
  RETURN(self.result);
  ROUTINE_END();
}

}  // namespace irqloom
