// A vCPU on arm64: the thread that runs it, its entries and exits, and what its guest does.
//
// arch/arm64/kvm/arm.c: kvm_arch_vcpu_ioctl_run(), Linux 6.1.192; virt/kvm/kvm_main.c:
// kvm_vcpu_kick(). The guest's contexts run on an executor which the vCPU thread carries: it is
// theirs between an entry and the next exit. An exit by the guest's own doing (a trapped access)
// runs in the context that caused it, one by an interrupt of the host in the thread's: by a kick,
// and by the maintenance interrupt, which is a level. One that is up at an entry is taken before
// the guest's first instruction; of one that comes up in the guest nobody knows when it arrives
// (vgic_maintenance_handler()), so some of the guest's steps may come before it.
#pragma once

#include <string>

#include "models/kvm/vgic/cpu_interface.h"
#include "models/kvm/vgic/vgic.h"
#include "models/module.h"

namespace irqloom {

class KvmArm64;

/// vcpu->mode
inline constexpr std::uint8_t outside_guest_mode = 0;
inline constexpr std::uint8_t in_guest_mode = 1;
inline constexpr std::uint8_t exiting_guest_mode = 2;  ///< The reschedule IPI is on its way.

struct ArmVcpuState {
  std::uint8_t online = 0;       ///< KVM_CREATE_VCPU is done.
  std::uint8_t initialized = 0;  ///< KVM_ARM_VCPU_INIT was called.
  std::uint8_t has_run_once = 0;
  std::uint8_t run = 0;       ///< User space wants it in KVM_RUN.
  std::uint8_t mode = 0;      ///< vcpu->mode
  std::uint8_t requests = 0;  ///< Bit 0: KVM_REQ_IRQ_PENDING, bit 1: KVM_REQ_SLEEP.
  std::uint8_t pause = 0;     ///< arch.pause: somebody changes active state.
  std::uint8_t entered = 0;   ///< The guest's code runs: an interrupt makes it exit.
  std::int32_t result = 0;    ///< Of the last KVM_RUN that returned.
};

inline constexpr std::uint8_t kvm_req_irq_pending = 1;
inline constexpr std::uint8_t kvm_req_sleep = 2;

struct VcpuLocals {
  std::uint32_t value = 0;
  std::uint16_t offset = 0;
  std::uint8_t is_write = 0;
  std::uint8_t is_byte = 0;  ///< Otherwise 32 bits, or the 64 of IROUTER.
};

class ArmVcpu : public Module, public Touches {
 public:
  struct Config {
    unsigned id = 0;
    std::uint16_t cpu = 0;  ///< Shown in traces.
  };

  /// `executor`: where the guest's contexts run; nobody else uses it. Context "<name>/run" is the
  /// thread. Attaches itself to the VM, in the order of ids.
  ArmVcpu(const sc_core::sc_module_name& name, Fabric& fabric, Config config, KvmArm64& kvm,
          ExecutorId executor);

  unsigned id() const { return config_.id; }
  ExecutorId executor() const { return executor_; }
  VirtualCpuInterface& interface() { return interface_; }
  Slot<ArmVcpuState> state() const { return state_; }
  /// vcpu->mutex: the thread holds it while it is in KVM_RUN.
  const Lock& mutex() const { return mutex_; }
  ContextId thread() const { return thread_; }
  /// Whether the thread is in KVM_RUN.
  bool is_in_kvm_run(Exec& x) const { return x.is_held_by(mutex_, thread_); }
  /// The guest's hard interrupt context on it; set once at elaboration.
  void set_hardirq(ContextId context) {
    hardirq_ = context;
    has_hardirq_ = true;
  }
  // --- the guest's contexts on the executor ----------------------------------------------------

  /// Its IRQ input.
  bool irq(Exec& x) const { return interface_.irq(x); }
  /// IAR: the INTID, or 1023. Atomic.
  unsigned read_iar(Exec& x);
  /// EOIR and DIR. Atomic; what they end may make it exit (the maintenance interrupt).
  void write_eoir(Exec& x, unsigned intid);
  void write_dir(Exec& x, unsigned intid);
  /// A trapped access of the distributor: exit, fold, access, flush, entry. The result of a read is
  /// its value.
  Call dist_write(Exec& x, unsigned offset, std::uint32_t value);
  Call dist_write_byte(Exec& x, unsigned offset, std::uint32_t value);
  Call dist_read(Exec& x, unsigned offset);

  // --- entries and exits -----------------------------------------------------------------------

  /// The running context leaves for KVM; the virtual GIC is folded and pruned.
  Call exit(Exec& x);
  /// It goes back, as soon as the vCPU is not paused and nothing is requested any more.
  Call enter(Exec& x);
  /// kvm_make_request(KVM_REQ_IRQ_PENDING), where there are requests, and kvm_vcpu_kick(), from
  /// anywhere.
  Call kick(Exec& x);

  /// kvm_arm_halt_guest() and kvm_arm_resume_guest() for this vCPU. Atomic.
  void halt(Exec& x);
  void resume(Exec& x);
  /// Out of guest mode, or about to be by its own doing.
  bool is_outside(Exec& x) const { return x.get(state_).mode == outside_guest_mode; }

  // --- user space ------------------------------------------------------------------------------

  /// Lets the thread call KVM_RUN. Atomic.
  void start(Exec& x) { x.set(state_).run = 1; }
  /// immediate_exit and a signal: the thread leaves KVM_RUN as soon as it can. Waits for that.
  Call stop(Exec& x);
  /// What KVM_RUN does before the loop: 0, or -EIO, -ENOEXEC, -ENXIO, -EBUSY.
  Call first_run(Exec& x);

  void touches(Footprint& footprint) const override;

 private:
  void thread_main(Exec& x, Frame& self);
  void exit_routine(Exec& x, Frame& self);
  void enter_routine(Exec& x, Frame& self);
  void enter_without_requests(Exec& x, Frame& self);
  void kick_routine(Exec& x, Frame& self);
  void stop_routine(Exec& x, Frame& self);
  void first_run_routine(Exec& x, Frame& self);
  void access_routine(Exec& x, Frame& self, VcpuLocals& f);
  /// Whether the running context is one of the guest's, or the thread.
  bool runs_on_executor(const Exec& x) const;
  bool must_exit(Exec& x) const;
  void reset(World& w) const;
  void leave_guest(Exec& x);
  void resume_guest(Exec& x);
  void turn_back(Exec& x);

  Config config_;
  KvmArm64& kvm_;
  ExecutorId executor_;
  VirtualCpuInterface interface_;
  Slot<ArmVcpuState> state_;
  Lock mutex_;
  ContextId hardirq_ = 0;
  bool has_hardirq_ = false;
  std::int64_t trap_label_;
  std::int64_t abort_label_;
  std::int64_t irq_label_;
  std::int64_t no_label_;
  RoutineId kick_;
  RoutineId stop_;
  RoutineId exit_ = 0;
  RoutineId enter_ = 0;
  RoutineId first_run_ = 0;
  RoutineId access_ = 0;
  ContextId thread_ = 0;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ArmVcpuState, IRQLOOM_FLAG(online), IRQLOOM_FLAG(initialized),
               IRQLOOM_FLAG(has_run_once), IRQLOOM_FLAG(run), IRQLOOM_NUMBER(mode),
               IRQLOOM_HEX(requests), IRQLOOM_FLAG(pause), IRQLOOM_FLAG(entered),
               IRQLOOM_NUMBER(result));
IRQLOOM_FIELDS(irqloom::VcpuLocals, IRQLOOM_HEX(value), IRQLOOM_HEX(offset), IRQLOOM_FLAG(is_write),
               IRQLOOM_FLAG(is_byte));
