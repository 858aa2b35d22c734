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
  if (x.get(vgic_->dist()).in_kernel != 0) return Call::done(-EEXIST);
  // lock_all_vcpus(), for this step alone.
  for (const ArmVcpu* vcpu : vcpus_) {
    if (!x.can_lock(vcpu->mutex()) || x.get(vcpu->state()).has_run_once != 0) {
      return Call::done(-EBUSY);
    }
  }
  x.set(vgic_->dist()).in_kernel = 1;
  return Call::done();
}

// The value counts the 32 private interrupts too.
Call KvmArm64::set_nr_irqs(Exec& x, unsigned value) {
  if (is_dead(x)) return Call::done(-EIO);
  if (value < min_nr_irqs || value > max_nr_irqs || value % 32 != 0) return Call::done(-EINVAL);
  if (vgic_->vgic_ready(x) || x.get(vgic_->dist()).nr_spis != 0) return Call::done(-EBUSY);
  x.set(vgic_->dist()).nr_spis = static_cast<std::uint16_t>(value - gic::first_spi);
  return Call::done();
}

Call KvmArm64::set_addresses(Exec& x) {
  if (is_dead(x)) return Call::done(-EIO);
  if (x.get(vgic_->dist()).has_addresses != 0) return Call::done(-EEXIST);
  x.set(vgic_->dist()).has_addresses = 1;
  return Call::done();
}

Call KvmArm64::ctrl_init(Exec& x) {
  if (is_dead(x)) return Call::done(-EIO);
  return vgic_->vgic_init(x);
}

Call KvmArm64::dist_attr_write(Exec& x, unsigned offset, std::uint32_t value) {
  return x.call<IoctlLocals>(
      attr_, {.value = value, .offset = static_cast<std::uint16_t>(offset), .kind = attr_write});
}

Call KvmArm64::dist_attr_read(Exec& x) {
  return x.call<IoctlLocals>(attr_, {.kind = attr_read});
}

Call KvmArm64::level_info_write(Exec& x, unsigned intid, std::uint32_t levels) {
  return x.call<IoctlLocals>(
      attr_,
      {.value = levels, .offset = static_cast<std::uint16_t>(intid), .kind = attr_level_info});
}

// A GICv2 is initialised by the access. No vCPU may be in KVM_RUN, and none gets there meanwhile.
void KvmArm64::attr_routine(Exec& x, Frame& self, IoctlLocals& f) {
  ROUTINE();
  STEP("KVM_SET_DEVICE_ATTR, KVM_GET_DEVICE_ATTR", cost("ioctl"), calls(*this));
  if (is_dead(x)) {
    RETURN(-EIO);
  }
  if (!vgic_->vgic_initialized(x)) {
    if (vgic_->model() != VgicModel::v2) {
      RETURN(-EBUSY);
    }
    CALL(vgic_->vgic_init(x));
    STEP("initialised by the access", cost("ioctl"), calls(*this));
    if (self.result < 0) {
      RETURN(self.result);
    }
  }
  if (!lock_all_vcpus(x)) {
    RETURN(-EBUSY);
  }
  if (f.kind == attr_write) {
    CALL(vgic_->uaccess_write(x, f.offset, f.value));
  } else if (f.kind == attr_level_info) {
    CALL(vgic_->write_level_info(x, f.offset, f.value));
  }
  STEP("unlock_all_vcpus", calls(*this));
  unlock_all_vcpus(x);
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
