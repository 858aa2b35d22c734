// KVM's virtual GIC (arch/arm64/kvm/vgic/, Linux 6.1.192): the interrupts of a VM, which of them a
// vCPU is to get, and how they come into its list registers and out again.
//
// Not the hardware (models/irqchip/gicv2.h, gicv3.h): a level is what an injector last said, an
// edge is taken out of the interrupt when it goes into a list register and put back at the exit,
// and whoever waits for an EOI hears of it at the exit that follows it. SPIs only; SGIs, PPIs and
// LPIs have no state here.
//
// One file per file of the kernel: vgic.cpp and hwstate.cpp (vgic.c, vgic-v2.c, vgic-v3.c),
// init.cpp (vgic-init.c), mmio.cpp (vgic-mmio*.c), kvm_device.cpp (vgic-kvm-device.c), irqfd.cpp
// (vgic-irqfd.c). What stood there until Linux 4.6 is bitmap_vgic.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/kvm/vgic/cpu_interface.h"
#include "models/module.h"

namespace irqloom {

class ArmVcpu;
class KvmArm64;
class VgicReadiness;

/// struct vgic_irq, guarded by irq_lock.
struct VgicIrq {
  std::uint8_t line_level = 0;     ///< The wire as an injector last told; level config only.
  std::uint8_t pending_latch = 0;  ///< An edge came, or software made it pending.
  std::uint8_t active = 0;
  std::uint8_t enabled = 0;
  std::uint8_t config = 0;    ///< VGIC_CONFIG_EDGE 0, VGIC_CONFIG_LEVEL 1.
  std::uint8_t priority = 0;  ///< The upper five bits.
  std::uint8_t group = 0;
  std::uint8_t target_vcpu = 0;  ///< Its id + 1; 0: none.
  std::uint8_t vcpu = 0;         ///< On whose ap_list it is: that id + 1; 0: on none.
  std::uint8_t reserved[3] = {};
};

inline constexpr std::uint8_t vgic_config_edge = 0;
inline constexpr std::uint8_t vgic_config_level = 1;

/// irq_is_pending()
inline bool irq_is_pending(const VgicIrq& irq) {
  return irq.pending_latch != 0 || (irq.config == vgic_config_level && irq.line_level != 0);
}

/// struct vgic_dist, and what struct kvm knows of its vCPUs.
struct VgicDist {
  std::uint16_t nr_spis = 0;     ///< 0: not chosen yet.
  std::uint8_t in_kernel = 0;    ///< KVM_CREATE_DEVICE was called.
  std::uint8_t initialized = 0;  ///< Its structures exist: interrupts can be injected.
  std::uint8_t ready = 0;        ///< It is mapped: the guest can run.
  std::uint8_t enabled = 0;      ///< GICD_CTLR
  std::uint8_t has_addresses = 0;
  std::uint8_t created_vcpus = 0;
  std::uint8_t online_vcpus = 0;
  std::uint8_t vm_dead = 0;  ///< kvm->vm_dead: every ioctl answers -EIO.
  std::uint8_t on_bus = 0;   ///< Its device is registered: accesses of the guest come to it.
  std::uint8_t reserved = 0;
};

/// vgic_cpu->ap_list_head: interrupts (their numbers + 1) that are active or pending for the vCPU,
/// in the order in which they go into list registers. Guarded by ap_list_lock.
struct VgicApList {
  std::uint8_t irq[15] = {};
  std::uint8_t size = 0;
};

struct InjectLocals {
  std::uint16_t intid = 0;
  std::uint8_t irq = 0;
  std::uint8_t level = 0;
};

struct QueueLocals {
  std::uint8_t irq = 0;
  std::uint8_t vcpu = 0;  ///< Where it should go.
  std::uint8_t reserved[2] = {};
};

/// Of flush, fold and prune.
struct ApListLocals {
  std::uint8_t vcpu = 0;
  std::uint8_t i = 0;
  std::uint8_t count = 0;
  std::uint8_t irq = 0;
  std::uint8_t target = 0;  ///< Of an interrupt that moves.
  std::uint8_t reserved[3] = {};
};

struct MmioLocals {
  std::uint32_t value = 0;
  std::uint16_t offset = 0;
  std::uint8_t vcpu = 0;  ///< Who accesses.
  std::uint8_t user = 0;  ///< By user space (uaccess).
  std::uint8_t i = 0;
  std::uint8_t is_byte = 0;  ///< Of registers with a byte per interrupt.
  std::uint8_t reserved[2] = {};
};

/// Which of KVM's virtual GICs.
enum class VgicCore : std::uint8_t {
  bitmaps,  ///< Until Linux 4.6: bitmap_vgic.h.
  ap_lists  ///< Since Linux 4.7: this one.
};

class Vgic : public Module, public Touches {
 public:
  struct Config {
    VgicModel model = VgicModel::v3;
    VgicCore core = VgicCore::ap_lists;
    /// The INTIDs (32..1019) that have state here; at most 255. Others that the VM has are accepted
    /// by injections, and their register fields read as zero and ignore writes.
    std::vector<unsigned> spis;
    /// The configuration in which an SPI comes out of vgic_init(): edge since Linux 4.7, level
    /// before.
    std::uint8_t default_config = vgic_config_edge;
    /// What an interrupt meets before the controller is there (models/kvm/vgic/readiness).
    std::string readiness = "linux-6.1";
    unsigned nr_lr = 4;
    /// kvm_vgic_map_resources() writes `ready` before it registers the distributor's device (Linux
    /// 6.1.192), or after that (6.12).
    bool ready_before_device = true;
    /// A fault: the number of interrupts itself passes for an SPI ("KVM: arm: add irqfd support",
    /// v4 2/3, November 2014: `spi > nr_irqs` is refused).
    bool takes_one_beyond = false;
  };

  /// std::invalid_argument for an INTID that is no SPI or listed twice, and for an unknown policy.
  Vgic(const sc_core::sc_module_name& name, Fabric& fabric, Config config, KvmArm64& kvm);
  ~Vgic() override;
  /// The one that the configuration asks for; std::invalid_argument too for a GICv3 of bitmaps.
  static std::unique_ptr<Vgic> make(Fabric& fabric, Config config, KvmArm64& kvm);

  // --- vgic.c ----------------------------------------------------------------------------------

  /// kvm_vgic_inject_irq(): 0, or -EBUSY, -EINVAL. From any context once initialised; before that,
  /// what the readiness policy does may sleep.
  Call kvm_vgic_inject_irq(Exec& x, unsigned intid, bool level);
  /// The entry half: from the ap_list into the list registers, with interrupts off.
  virtual Call kvm_vgic_flush_hwstate(Exec& x, unsigned vcpu);
  /// The exit half: fold, with the acknowledge notifications, and prune, with interrupts off.
  virtual Call kvm_vgic_sync_hwstate(Exec& x, unsigned vcpu);
  /// What wakes a vCPU from WFI: an enabled pending interrupt on its own list passes the PMR.
  virtual bool kvm_vgic_vcpu_pending_irq(Exec& x, unsigned vcpu) const;
  /// Whether a kick makes a request, which the entry looks at with interrupts off (since Linux
  /// 4.13).
  virtual bool has_requests() const { return true; }

  // --- vgic-init.c -----------------------------------------------------------------------------

  bool vgic_initialized(Exec& x) const { return x.get(dist_).initialized != 0; }
  bool vgic_ready(Exec& x) const { return x.get(dist_).ready != 0; }
  /// vgic_init() under config_lock: 0, -EBUSY while a vCPU is being created. Keeps the state of one
  /// that is initialised.
  Call vgic_init(Exec& x);
  /// Before a register is accessed by user space, under config_lock: a GICv2 is initialised by
  /// that, a GICv3 answers -EBUSY.
  std::int32_t init_for_access(Exec& x);
  /// Part of a VM's first KVM_RUN: 0, or -ENXIO, -EBUSY, and the VM is dead.
  virtual Call kvm_vgic_map_resources(Exec& x);
  /// Whether a guest may run whose distributor has no device yet: another vCPU's first KVM_RUN is
  /// between `ready` and the registration.
  bool can_be_off_bus() const { return reset_.on_bus == 0 && vcpus_.size() > 1; }
  bool is_on_bus(Exec& x) const { return x.get(dist_).on_bus != 0; }

  // --- vgic-mmio*.c: 32-bit accesses of the distributor, after the exit or by the ioctl ---------

  /// `is_byte`: 8 bits, of the registers that have a byte per interrupt.
  virtual Call mmio_write(Exec& x, unsigned vcpu, unsigned offset, std::uint32_t value,
                          bool is_byte = false);
  /// The value as it is now; IHI 0048B.b 4.3, IHI 0069H 12.9.
  std::uint32_t mmio_read(Exec& x, unsigned offset, bool user = false) const;
  virtual Call uaccess_write(Exec& x, unsigned offset, std::uint32_t value);
  /// GRP_LEVEL_INFO (GICv3): line_level of 32 interrupts from `intid` on, whatever their config.
  Call write_level_info(Exec& x, unsigned intid, std::uint32_t levels);

  // --- structure -------------------------------------------------------------------------------

  VgicModel model() const { return config_.model; }
  const Config& config() const { return config_; }
  /// kvm_vgic_global_state and vgic_valid_spi(): whether the VM has that SPI.
  bool vgic_valid_spi(Exec& x, unsigned intid) const;
  /// The number of a declared INTID; nothing for another one.
  std::optional<unsigned> find(unsigned intid) const;
  unsigned intid(unsigned irq) const { return config_.spis[irq]; }
  unsigned irqs() const { return irqs_.size; }
  /// State of a declared INTID. std::out_of_range for another one.
  Slot<VgicIrq> irq(unsigned intid) const;
  Slot<VgicIrq> irq_at(unsigned n) const { return irqs_[n]; }
  Slot<VgicDist> dist() const { return dist_; }
  Slot<VgicApList> ap_list(unsigned vcpu) const { return ap_lists_[vcpu]; }
  const Lock& config_lock() const { return config_lock_; }
  KvmArm64& kvm() { return kvm_; }
  const VgicReadiness& readiness() const { return *readiness_; }

  /// At reset of the simulation: the distributor, and single interrupts as the guest's start-up
  /// left them.
  void preset(const VgicDist& dist) { reset_ = dist; }
  void preset_irq(unsigned intid, const VgicIrq& irq) { presets_.push_back({intid, irq}); }
  /// Called by vCPUs at elaboration, in the order of their ids.
  virtual void attach(ArmVcpu& vcpu);
  void touches(Footprint& footprint) const override;

 protected:
  virtual Call inject(Exec& x, unsigned intid, bool level);
  /// Whether an injection may find the controller not ready.
  bool starts_unready() const;
  Call early_injection(Exec& x, unsigned intid, bool level);
  /// vgic_init() under its lock.
  std::int32_t init_locked(Exec& x);
  std::optional<unsigned> field_value(const MmioLocals& f) const;
  /// The lowest CPU of the mask that the VM has, or the first.
  unsigned target_of(unsigned mask) const;
  const std::vector<ArmVcpu*>& vcpus() const { return vcpus_; }

 private:
  struct Preset {
    unsigned intid;
    VgicIrq irq;
  };

  // vgic.cpp and hwstate.cpp
  void inject_routine(Exec& x, Frame& self, InjectLocals& f);
  void queue_routine(Exec& x, Frame& self, QueueLocals& f);
  void flush_routine(Exec& x, Frame& self, ApListLocals& f);
  void sync_routine(Exec& x, Frame& self, ApListLocals& f);
  void prune_routine(Exec& x, Frame& self, ApListLocals& f);
  /// A critical section that begins and ends within this step (raw_spin_lock_irqsave).
  static void pass_lock_irqsave(Exec& x, const Lock& lock);
  std::uint8_t vgic_target_oracle(Exec& x, unsigned irq) const;
  bool vgic_validate_injection(Exec& x, unsigned irq, bool level) const;
  Call vgic_queue_irq_unlock(Exec& x, unsigned irq);
  void vgic_sort_ap_list(Exec& x, unsigned vcpu);
  // `n`: place in irqs_; `at`: number of a list register.
  void vgic_populate_lr(Exec& x, unsigned vcpu, unsigned n, unsigned at);
  bool lr_signals_eoi_mi(Exec& x, unsigned vcpu, unsigned at) const;
  void fold_lr_state(Exec& x, unsigned vcpu, unsigned at);
  void end_flush(Exec& x, const ApListLocals& f);
  void append(Exec& x, unsigned vcpu, unsigned irq);
  void remove(Exec& x, unsigned vcpu, unsigned irq);

  // init.cpp
  void init_routine(Exec& x, Frame& self);
  void map_routine(Exec& x, Frame& self);
  std::int32_t map_locked(Exec& x);
  void reset(World& w) const;

  // mmio.cpp
  void write_routine(Exec& x, Frame& self, MmioLocals& f);
  void level_info_routine(Exec& x, Frame& self, MmioLocals& f);
  void write_active_routine(Exec& x, Frame& self, MmioLocals& f);
  void write_ctlr_routine(Exec& x, Frame& self, MmioLocals& f);
  bool write_field(Exec& x, const MmioLocals& f, unsigned value);
  bool holds_config_lock(const MmioLocals& f) const;
  bool switch_on(Exec& x, const MmioLocals& f);

  Config config_;
  KvmArm64& kvm_;
  Slot<VgicDist> dist_;
  SlotArray<VgicIrq> irqs_;
  std::vector<Lock> irq_locks_;
  std::vector<Slot<VgicApList>> ap_lists_;
  std::vector<Lock> ap_list_locks_;
  Lock config_lock_;
  std::vector<ArmVcpu*> vcpus_;
  VgicDist reset_;
  std::vector<Preset> presets_;
  std::unique_ptr<VgicReadiness> readiness_;
  RoutineId inject_;
  RoutineId queue_;
  RoutineId flush_;
  RoutineId sync_;
  RoutineId prune_;
  RoutineId init_;
  RoutineId map_;
  RoutineId write_;
  RoutineId level_info_;
  RoutineId write_sactive_;
  RoutineId write_cactive_;
  RoutineId write_ctlr_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::VgicIrq, IRQLOOM_FLAG(line_level), IRQLOOM_FLAG(pending_latch),
               IRQLOOM_FLAG(active), IRQLOOM_FLAG(enabled), IRQLOOM_FLAG(config),
               IRQLOOM_HEX(priority), IRQLOOM_FLAG(group), IRQLOOM_NUMBER(target_vcpu),
               IRQLOOM_NUMBER(vcpu), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::VgicDist, IRQLOOM_NUMBER(nr_spis), IRQLOOM_FLAG(in_kernel),
               IRQLOOM_FLAG(initialized), IRQLOOM_FLAG(ready), IRQLOOM_FLAG(enabled),
               IRQLOOM_FLAG(has_addresses), IRQLOOM_NUMBER(created_vcpus),
               IRQLOOM_NUMBER(online_vcpus), IRQLOOM_FLAG(vm_dead), IRQLOOM_FLAG(on_bus),
               IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::VgicApList, IRQLOOM_NUMBER(irq), IRQLOOM_NUMBER(size));
IRQLOOM_FIELDS(irqloom::InjectLocals, IRQLOOM_NUMBER(intid), IRQLOOM_NUMBER(irq),
               IRQLOOM_FLAG(level));
IRQLOOM_FIELDS(irqloom::QueueLocals, IRQLOOM_NUMBER(irq), IRQLOOM_NUMBER(vcpu),
               IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::ApListLocals, IRQLOOM_NUMBER(vcpu), IRQLOOM_NUMBER(i),
               IRQLOOM_NUMBER(count), IRQLOOM_NUMBER(irq), IRQLOOM_NUMBER(target),
               IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::MmioLocals, IRQLOOM_HEX(value), IRQLOOM_HEX(offset), IRQLOOM_NUMBER(vcpu),
               IRQLOOM_FLAG(user), IRQLOOM_NUMBER(i), IRQLOOM_FLAG(is_byte),
               IRQLOOM_NUMBER(reserved));
