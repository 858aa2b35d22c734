// The description of a script: what a VMM thread or a guest task does, in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace irqloom {

/// One operation. Which ones there are depends on the platform.
struct ScriptOp {
  enum class Kind : std::uint8_t {
    assign,            ///< KVM_IRQFD of `device`.
    deassign,          ///< KVM_IRQFD with DEASSIGN of `device`.
    close_trigger,     ///< close(2) of the trigger eventfd of `device`: its irqfd hears EPOLLHUP.
    close_resamplefd,  ///< close(2) of the resamplefd of `device`: its virqfd hears EPOLLHUP.
    assign_elsewhere,  ///< KVM_IRQFD of the trigger eventfd of `device`, in another VM.
    signal,            ///< write(2) of 1 to the trigger eventfd of `device`.
    enable,            ///< enable_irq() of guest line `gsi`.
    disable,           ///< disable_irq_nosync() of guest line `gsi`.
    suspend,           ///< suspend_device_irq() of guest line `gsi`.
    check_wakeup,      ///< pm_wakeup_pending(): reports suspend-aborted when a wakeup came in.
    resume,            ///< resume_irq() of guest line `gsi`.
    wait,              ///< Cost key "script.wait".
    // A VMM on arm64. Those that can fail are marked "errno".
    create_vgic,      ///< KVM_CREATE_DEVICE of the vGIC, and its addresses (errno).
    create_vcpu,      ///< KVM_CREATE_VCPU and KVM_ARM_VCPU_INIT of vCPU `value` (errno).
    nr_irqs,          ///< KVM_DEV_ARM_VGIC_GRP_NR_IRQS := value (errno).
    ctrl_init,        ///< KVM_DEV_ARM_VGIC_CTRL_INIT (errno).
    irq_line,         ///< KVM_IRQ_LINE of SPI `intid`, level `value` (errno).
    register_reset,   ///< QEMU's reset of the vGIC's registers (errno).
    set_trigger,      ///< VFIO_DEVICE_SET_IRQS: trigger eventfd of `device`.
    attach_unmask,    ///< VFIO_DEVICE_SET_IRQS: unmask eventfd of `device`.
    detach_unmask,    ///< VFIO_DEVICE_SET_IRQS: `device` has no unmask eventfd any more.
    mask,             ///< VFIO_DEVICE_SET_IRQS: mask `device` now.
    unmask,           ///< VFIO_DEVICE_SET_IRQS: unmask `device` now.
    handle_eventfd,   ///< The main loop handles the trigger eventfd of `device` itself.
    main_loop,        ///< The main loop begins.
    await_main_loop,  ///< Waits until it does.
    vm_start,         ///< The parked vCPU threads may call KVM_RUN.
    vm_stop,          ///< They leave KVM_RUN and park.
    await_reset,      ///< Waits until the guest asks for a reset.
    reset_done,       ///< Answers it.
    raise,            ///< `device` gets new work.
    reset_device,     ///< `device` is reset, by VFIO or by the guest's driver.
    kick_vcpu,        ///< vCPU `value` is interrupted on its CPU: the host's tick.
    kill,             ///< The VMM is killed and started again; by an outsider.
    // A guest on arm64.
    gic_init,       ///< gic_dist_config(): every SPI level, disabled, inactive; then CTLR on.
    clear_pending,  ///< ICPENDR of every SPI.
    set_type,       ///< ICFGR of guest line `gsi`: its own trigger type.
    set_affinity,   ///< irq_set_affinity() of guest line `gsi`: to vCPU `value`.
    system_reset    ///< It asks the VMM for a reset, and waits until the VMM has done it.
  };
  Kind kind = Kind::wait;
  std::string device = {};
  unsigned gsi = 0;
  unsigned intid = 0;
  unsigned value = 0;
  std::string name = {};  ///< Of the operation; its result is the slot SCRIPT.NAME.
  std::optional<std::size_t> if_failed = std::nullopt;  ///< Only if that earlier one failed.
  std::optional<std::size_t> if_done = std::nullopt;    ///< Only if that earlier one did not fail.
};

/// What an operation is about. A new kind does not compile before it has a place here.
enum class OpSubject : std::uint8_t { device, line, vmm, guest, none };

constexpr OpSubject subject_of(ScriptOp::Kind kind) {
  using Kind = ScriptOp::Kind;
  switch (kind) {
    case Kind::assign:
    case Kind::deassign:
    case Kind::close_trigger:
    case Kind::close_resamplefd:
    case Kind::assign_elsewhere:
    case Kind::signal:
    case Kind::set_trigger:
    case Kind::attach_unmask:
    case Kind::detach_unmask:
    case Kind::mask:
    case Kind::unmask:
    case Kind::handle_eventfd:
    case Kind::raise:
    case Kind::reset_device:
      return OpSubject::device;
    case Kind::enable:
    case Kind::disable:
    case Kind::suspend:
    case Kind::check_wakeup:
    case Kind::resume:
    case Kind::set_type:
    case Kind::set_affinity:
      return OpSubject::line;
    case Kind::create_vgic:
    case Kind::create_vcpu:
    case Kind::nr_irqs:
    case Kind::ctrl_init:
    case Kind::irq_line:
    case Kind::register_reset:
    case Kind::main_loop:
    case Kind::await_main_loop:
    case Kind::vm_start:
    case Kind::vm_stop:
    case Kind::await_reset:
    case Kind::reset_done:
    case Kind::kick_vcpu:
    case Kind::kill:
    case Kind::system_reset:
      return OpSubject::vmm;
    case Kind::gic_init:
    case Kind::clear_pending:
      return OpSubject::guest;
    case Kind::wait:
      return OpSubject::none;
  }
  return OpSubject::none;
}

/// Whether an operation names a device.
constexpr bool is_of_device(ScriptOp::Kind kind) {
  return subject_of(kind) == OpSubject::device;
}

/// A context that runs operations once, or again and again.
struct ScriptSpec {
  std::string name;       ///< Of the context.
  bool in_guest = false;  ///< A task on vCPU `vcpu`; otherwise a thread of the VMM.
  unsigned vcpu = 0;
  bool optional = false;  ///< An operator: never owed its steps.
  bool repeats = false;
  std::vector<ScriptOp> ops;
  std::string period_key = "script.wait";  ///< Cost of the rest before each operation.
};

}  // namespace irqloom
