// A whole arm64 set-up: platform devices, the host's GIC and genirq, VFIO, KVM with its virtual
// GIC, a VMM and a guest. Built from a plain description; who wrote the description does not
// matter.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/eventfd/eventfd.h"
#include "models/genirq/affinity.h"
#include "models/genirq/desc.h"
#include "models/genirq/gic_entry.h"
#include "models/guest/driver.h"
#include "models/guest/gic_chip.h"
#include "models/irqchip/gic_chip.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/irqfd.h"
#include "models/kvm/kvm_arm64.h"
#include "models/kvm/resampler.h"
#include "models/pci/device.h"
#include "models/pci/wire.h"
#include "models/platform/guest_action.h"
#include "models/property/spurious_entry.h"
#include "models/property/storm.h"
#include "models/vfio/platform.h"
#include "models/vfio/platform_release.h"
#include "models/vmm/gic_reset.h"
#include "models/vmm/held_line.h"
#include "models/vmm/main_thread.h"
#include "models/vmm/process_exit.h"
#include "models/vmm/script.h"
#include "models/vmm/script_spec.h"
#include "models/vmm/user_handler.h"

namespace irqloom::arm {

/// A platform device: on a host SPI, through VFIO and an eventfd to a guest GSI.
struct DeviceSpec {
  std::string name;
  DeviceConfig config;     ///< `edge` says what its wire does.
  unsigned host_spi = 40;  ///< INTID of the host's GIC, 32..1019.
  unsigned gsi = 8;        ///< The guest's: SPI 32 + gsi.
  /// A resample irqfd; false: a plain one, as for an edge-triggered interrupt.
  bool resample = true;
  /// VFIO's trigger, the irqfd and VFIO's unmask are in place; false: the VMM does it.
  bool armed_at_reset = true;
  /// It has work and asserts its wire, from a VMM before.
  bool asserting = false;
  /// VFIO has a reset module for it: a reset when its last file descriptor is closed.
  bool reset_at_release = false;
  /// User space that handles the eventfd tries again when KVM_IRQ_LINE fails.
  bool handler_retries = false;
};

/// A device that user space emulates: holds its line with KVM_IRQ_LINE.
struct EmulatedSpec {
  std::string name;
  unsigned gsi = 8;
  HeldLine::Config config;  ///< The INTID is filled in.
};

/// One line of the guest.
struct GuestLine {
  unsigned gsi = 8;
  unsigned vcpu = 0;
  bool edge = false;  ///< Its trigger type, as the guest's device tree says.
  bool oneshot = true;
  bool unlazy = false;           ///< IRQ_DISABLE_UNLAZY: disabling masks at once.
  bool enabled_at_reset = true;  ///< Requested and enabled; needs a machine that runs.
  std::vector<GuestAction> actions;
};

struct Spec {
  unsigned host_cpus = 2;
  unsigned vcpus = 1;
  bool host_gicv3 = false;
  /// Of the host's GIC: 1 on a kernel that was booted at EL2, as KVM needs it.
  unsigned host_eoi_mode = 0;
  VgicModel gic = VgicModel::v2;
  /// The VM runs, its guest has set up the distributor; false: nothing is created yet.
  bool started = false;
  std::string readiness = "linux-6.1";
  VgicCore vgic_core = VgicCore::ap_lists;
  bool ready_before_device = true;  ///< Vgic::Config::ready_before_device
  std::uint8_t default_config = vgic_config_edge;
  bool injects_in_atomic = true;  ///< irqfds inject in the signaller's context (since Linux 5.9).
  bool takes_one_beyond = false;  ///< The off-by-one of 2014's range check.
  unsigned nr_lr = 1;             ///< List registers of a vCPU.
  std::string resample_policy = "at-eoi";
  std::uint32_t spurious_limit = 0;  ///< note_interrupt() of guest lines; 0: off.
  std::uint32_t spurious_window = 0;
  std::vector<DeviceSpec> devices;
  std::vector<EmulatedSpec> emulated;
  std::vector<GuestLine> lines;
  std::vector<ScriptSpec> scripts;
};

/// A device with everything that carries its interrupt to KVM.
struct Assignment {
  std::unique_ptr<Device> device;
  std::unique_ptr<Wire> wire;
  std::unique_ptr<IrqDesc> host_desc;
  std::unique_ptr<VfioPlatform> vfio;
  std::unique_ptr<Eventfd> trigger;
  std::unique_ptr<Eventfd> resamplefd;
  std::unique_ptr<Irqfd> irqfd;
  std::unique_ptr<UserHandler> handler;          ///< Only where a script installs it.
  std::unique_ptr<VfioPlatformRelease> release;  ///< Only where a script kills the VMM.
};

/// The elaborated set-up. Everything is owned here; the fabric must be sealed by the caller after
/// SystemC's elaboration.
class Machine {
 public:
  /// std::invalid_argument for a dangling name or a number out of range.
  Machine(Fabric& fabric, const Spec& spec);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  KvmArm64& kvm() { return *kvm_; }
  ArmVcpu& vcpu(std::size_t i) { return *vcpus_[i]; }
  Gic& host_gic() { return *host_gic_; }
  Assignment& assignment(std::string_view device);
  /// The guest's line of that GSI.
  IrqDesc& guest_desc(unsigned gsi);

 private:
  /// What `build` reserves is the VMM's: it is gone when that one is killed.
  void of_process(const std::function<void()>& build);
  void build_host(const Spec& spec);
  void build_kvm(const Spec& spec);
  void build_process_exit(const Spec& spec);
  void build_device(const Spec& spec, const DeviceSpec& d);
  void build_host_line(const DeviceSpec& d, Assignment& a);
  void build_signalling(const DeviceSpec& d, Assignment& a);
  void build_handler(const Spec& spec, const DeviceSpec& d, Assignment& a);
  void build_release(const DeviceSpec& d, Assignment& a);
  void assert_at_reset(const DeviceSpec& d, const Assignment& a);
  void build_emulated(const EmulatedSpec& e);
  void build_line(const Spec& spec, const GuestLine& line);
  void build_script(const Spec& spec, const ScriptSpec& script);
  Script::Op operation(const Spec& spec, const ScriptOp& op);
  Script::Op vmm_operation(const ScriptOp& op);
  Script::Op device_operation(const ScriptOp& op);
  Script::Op line_operation(const Spec& spec, const ScriptOp& op);
  Script::Op guest_operation(const ScriptOp& op);
  std::vector<const Touches*> touched() const;
  void add_properties();
  Resampler& resampler(unsigned gsi);
  DeviceIf& device_registers(std::string_view name);
  UserHandler* handler_of(std::string_view device);
  std::function<bool(const World&)> work_predicate(const GuestLine& line);

  Fabric& fabric_;
  std::shared_ptr<EventfdLocks> eventfd_locks_;
  std::vector<ExecutorId> host_cpus_;
  std::vector<ExecutorId> guest_cpus_;
  std::unique_ptr<Gic> host_gic_;
  std::unique_ptr<GicChip> host_chip_;
  std::vector<std::unique_ptr<GicCpu>> host_gic_cpus_;
  std::vector<std::unique_ptr<GicEntry>> host_entries_;
  std::unique_ptr<KvmArm64> kvm_;
  std::vector<std::unique_ptr<ArmVcpu>> vcpus_;
  std::unique_ptr<GuestGicChip> guest_chip_;
  std::vector<std::unique_ptr<GuestGicCpu>> guest_gic_cpus_;
  std::vector<std::unique_ptr<GicEntry>> guest_entries_;
  std::unique_ptr<MainThread> main_thread_;
  std::unique_ptr<GicReset> gic_reset_;
  std::unique_ptr<ProcessExit> process_exit_;  ///< Only where a script kills the VMM.
  std::vector<std::pair<SlotIndex, SlotIndex>> process_slots_;
  std::vector<std::unique_ptr<Resampler>> resamplers_;
  std::vector<std::pair<std::string, Assignment>> assignments_;
  std::vector<std::pair<std::string, std::unique_ptr<HeldLine>>> emulated_;
  std::vector<std::pair<unsigned, std::unique_ptr<IrqDesc>>> guest_descs_;
  std::vector<std::unique_ptr<IrqAffinity>> affinities_;
  std::vector<std::unique_ptr<Driver>> drivers_;
  std::vector<std::unique_ptr<Script>> scripts_;
  std::vector<SpuriousEntry::Line> lines_;
};

}  // namespace irqloom::arm
