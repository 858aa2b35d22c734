// KVM's virtual GIC as it was until Linux 4.6: bitmaps under one lock, list registers that stay
// filled across exits, and kicks without a request. A GICv2 only.
//
// virt/kvm/arm/vgic.c, Linux 3.18. Who waits for an EOI is told as "KVM: arm/arm64: add irqfd
// support" has it (4.1, posted in November 2014): with dist->lock dropped.
//
// Of struct VgicIrq, line_level is the interrupt's bit of irq_level and pending_latch that of
// irq_pending, which a level sets too.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/kvm/vgic/vgic.h"

namespace irqloom {

/// Further bits of an interrupt, guarded by dist->lock.
struct BitmapIrq {
  std::uint8_t soft_pend = 0;   ///< irq_soft_pend: software made a level pending.
  std::uint8_t queued = 0;      ///< irq_queued: a level in a list register; its line is ignored.
  std::uint8_t pending_on = 0;  ///< pending_shared of every vCPU, bit by id.
  std::uint8_t reserved = 0;
};

struct BitmapCpu {
  std::uint8_t has_pending = 0;  ///< Its bit of irq_pending_on_cpu.
};

class BitmapVgic final : public Vgic {
 public:
  /// std::invalid_argument for a GICv3.
  BitmapVgic(const sc_core::sc_module_name& name, Fabric& fabric, Config config, KvmArm64& kvm);

  Call kvm_vgic_flush_hwstate(Exec& x, unsigned vcpu) override;
  Call kvm_vgic_sync_hwstate(Exec& x, unsigned vcpu) override;
  bool kvm_vgic_vcpu_pending_irq(Exec& x, unsigned vcpu) const override;
  bool has_requests() const override { return false; }
  Call kvm_vgic_map_resources(Exec& x) override;
  Call mmio_write(Exec& x, unsigned vcpu, unsigned offset, std::uint32_t value,
                  bool is_byte) override;
  Call uaccess_write(Exec& x, unsigned offset, std::uint32_t value) override;
  void attach(ArmVcpu& vcpu) override;
  void touches(Footprint& footprint) const override;

  Slot<BitmapIrq> bits(unsigned n) const { return bits_[n]; }

 protected:
  Call inject(Exec& x, unsigned intid, bool level) override;

 private:
  void inject_routine(Exec& x, Frame& self, InjectLocals& f);
  void flush_routine(Exec& x, Frame& self, ApListLocals& f);
  void sync_routine(Exec& x, Frame& self, ApListLocals& f);
  void write_routine(Exec& x, Frame& self, MmioLocals& f);
  void init_routine(Exec& x, Frame& self);

  // Under dist->lock. `n`: place among the declared interrupts.
  /// The vCPU that is to be kicked.
  std::optional<unsigned> vgic_update_irq_pending(Exec& x, unsigned n, bool level);
  void vgic_update_state(Exec& x);
  void flush_locked(Exec& x, unsigned vcpu);
  bool vgic_queue_hwirq(Exec& x, unsigned vcpu, unsigned n);
  bool vgic_queue_irq(Exec& x, unsigned vcpu, unsigned n);
  void begin_eoi(Exec& x, unsigned vcpu, unsigned at);
  bool end_eoi(Exec& x, unsigned vcpu, unsigned n);
  void end_sync(Exec& x, unsigned vcpu, bool level_pending);
  void vgic_unqueue_irqs(Exec& x, unsigned vcpu);
  void vgic_retire_disabled_irqs(Exec& x, unsigned vcpu);
  bool write_register(Exec& x, const MmioLocals& f);
  bool write_field(Exec& x, unsigned n, const MmioLocals& f, unsigned value);
  void set_levels_pending(Exec& x, unsigned offset);

  bool can_sample(Exec& x, unsigned n) const;
  void set_pending_on(Exec& x, unsigned n, unsigned vcpu, bool pending);
  Slot<ListRegister> lr(unsigned vcpu, unsigned at) const;
  bool has_filled_lr(Exec& x, unsigned vcpu) const;
  unsigned nr_lr() const { return config().nr_lr; }

  SlotArray<BitmapIrq> bits_;
  std::vector<Slot<BitmapCpu>> cpus_;
  Lock lock_;
  RoutineId inject_;
  RoutineId flush_;
  RoutineId sync_;
  RoutineId write_;
  RoutineId init_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::BitmapIrq, IRQLOOM_FLAG(soft_pend), IRQLOOM_FLAG(queued),
               IRQLOOM_HEX(pending_on), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::BitmapCpu, IRQLOOM_FLAG(has_pending));
