// A whole x86 set-up: devices, the host's I/O APIC and genirq, VFIO, KVM with an in-kernel irqchip,
// and a guest. Built from a plain description; who wrote the description does not matter.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/eventfd/eventfd.h"
#include "models/genirq/affinity.h"
#include "models/genirq/desc.h"
#include "models/genirq/entry.h"
#include "models/guest/driver.h"
#include "models/guest/ioapic_chip.h"
#include "models/guest/raw_line.h"
#include "models/irqchip/apic_bus.h"
#include "models/irqchip/ioapic.h"
#include "models/irqchip/ioapic_chip.h"
#include "models/kvm/foreign_irqfd.h"
#include "models/kvm/irqfd.h"
#include "models/kvm/kvm.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vcpu.h"
#include "models/pci/device.h"
#include "models/pci/wire.h"
#include "models/platform/guest_action.h"
#include "models/property/spurious_entry.h"
#include "models/vfio/intx.h"
#include "models/vmm/emulated_device.h"
#include "models/vmm/script.h"
#include "models/vmm/script_spec.h"

namespace irqloom::x86 {

/// An assigned device: on a host pin, through VFIO and a resample irqfd to a guest GSI.
struct AssignedSpec {
  std::string name;
  DeviceConfig config;
  unsigned host_pin = 16;
  unsigned gsi = 16;
  /// PCI 2.3 (mask at the device); false: the line is disabled at the host's controller.
  bool pci_2_3 = true;
  /// False: KVM_IRQFD is left to a VMM context.
  bool assigned_at_reset = true;
  /// Signals counted in the trigger eventfd before anything runs.
  std::uint32_t pending_signals = 0;
};

/// A device that user space emulates: drives source 0 of a GSI with KVM_IRQ_LINE.
struct EmulatedSpec {
  std::string name;
  EmulatedDevice::Config config;
};

using irqloom::GuestAction;

/// One line of the guest.
struct GuestLine {
  unsigned gsi = 16;
  std::uint8_t vector = 0x51;
  unsigned vcpu = 0;
  bool moves = false;  ///< A script moves it to another vCPU.
  Flow flow = Flow::fasteoi;
  bool oneshot = true;
  bool unlazy = false;  ///< IRQ_DISABLE_UNLAZY.
  bool raw = false;     ///< The guest without locks instead of Linux's genirq.
  bool masked_at_reset = false;
  bool enabled_at_reset = true;
  bool wakeup = false;  ///< irq_set_irq_wake() was called.
  std::vector<GuestAction> actions;
};

using irqloom::ScriptOp;
using irqloom::ScriptSpec;

struct Spec {
  unsigned host_cpus = 2;
  unsigned vcpus = 2;
  unsigned pins = 24;
  std::string resample_policy = "at-eoi";
  std::string vcpu_policy = "at-once";
  std::uint16_t throttle_limit = 10000;
  std::uint32_t spurious_limit = 0;  ///< note_interrupt() of guest lines; 0: off.
  std::uint32_t spurious_window = 0;
  bool forwards_mask = false;  ///< VFIO listens to mask events (policy forward-mask).
  std::vector<AssignedSpec> devices;
  std::vector<EmulatedSpec> emulated;
  std::vector<GuestLine> lines;
  std::vector<ScriptSpec> scripts;
};

/// An assigned device with everything that carries its interrupt to KVM.
struct Assignment {
  std::unique_ptr<Device> device;
  std::unique_ptr<Wire> wire;
  std::unique_ptr<IrqDesc> host_desc;
  std::unique_ptr<VfioIntx> vfio;
  std::unique_ptr<Eventfd> trigger;
  std::unique_ptr<Eventfd> resamplefd;
  std::unique_ptr<Irqfd> irqfd;
  std::unique_ptr<ForeignIrqfd> foreign;  ///< Only if a script assigns one.
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

  Kvm& kvm() { return *kvm_; }
  Vcpu& vcpu(std::size_t i) { return *vcpus_[i]; }
  Assignment& assignment(std::string_view device);
  /// The Linux line of that GSI; nullptr for a raw one.
  IrqDesc* guest_desc(unsigned gsi);

 private:
  void build_host(const Spec& spec);
  void build_kvm(const Spec& spec);
  void build_device(const Spec& spec, const AssignedSpec& d);
  void build_line(const Spec& spec, const GuestLine& line);
  void build_vcpu(const Spec& spec, unsigned id);
  std::vector<CpuEntry*> entries_of(const GuestLine& line);
  std::vector<ExecutorId> thread_cpus_of(const GuestLine& line) const;
  void add_task(unsigned vcpu, const IrqDesc& line);
  void add_task(unsigned vcpu, ContextId script);
  void build_script(const ScriptSpec& script);
  Script::Op operation(const ScriptOp& op);
  Script::Op device_operation(const ScriptOp& op);
  Script::Op line_operation(const ScriptOp& op);
  ForeignIrqfd& foreign_irqfd(Assignment& a, const std::string& device);
  void add_properties(const Spec& spec);
  Resampler& resampler(unsigned gsi);
  DeviceIf& device_registers(std::string_view name);
  std::function<bool(const World&)> work_predicate(const GuestLine& line);
  std::int64_t device_label(std::string_view name);

  Fabric& fabric_;
  std::shared_ptr<EventfdLocks> eventfd_locks_;
  std::vector<ExecutorId> host_cpus_;
  std::vector<ExecutorId> guest_cpus_;
  std::unique_ptr<ApicBus> host_bus_;
  std::vector<std::unique_ptr<Lapic>> host_lapics_;
  std::unique_ptr<Ioapic> host_ioapic_;
  std::unique_ptr<IoapicChip> host_chip_;
  std::vector<std::unique_ptr<CpuEntry>> host_entries_;
  std::unique_ptr<ApicBus> guest_bus_;
  std::vector<std::unique_ptr<Lapic>> guest_lapics_;
  std::vector<std::unique_ptr<Vcpu>> vcpus_;
  std::unique_ptr<Kvm> kvm_;
  std::unique_ptr<GuestIoapicChip> guest_chip_;
  std::vector<std::unique_ptr<CpuEntry>> guest_entries_;
  std::vector<std::unique_ptr<Resampler>> resamplers_;
  std::vector<std::pair<std::string, Assignment>> assignments_;
  std::vector<std::pair<std::string, std::unique_ptr<EmulatedDevice>>> emulated_;
  std::vector<std::pair<unsigned, std::unique_ptr<IrqDesc>>> guest_descs_;
  std::vector<std::unique_ptr<RawLine>> raw_lines_;
  std::vector<std::unique_ptr<Driver>> drivers_;
  std::vector<std::unique_ptr<IrqAffinity>> affinities_;
  std::vector<std::unique_ptr<Script>> scripts_;
  std::vector<SpuriousEntry::Line> lines_;
};

}  // namespace irqloom::x86
