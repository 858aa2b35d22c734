#include "models/kvm/arm_vcpu.h"

#include <cerrno>

#include "models/events.h"
#include "models/irqchip/gic_irq.h"
#include "models/kvm/kvm_arm64.h"
#include "models/property/marks.h"

namespace irqloom {

namespace {

const char* const kvm_main_c = "virt/kvm/kvm_main.c";

/// Where the run loop stood when there were no requests yet, and where it stands since.
const char* arm_c(bool has_requests) {
  return has_requests ? "arch/arm64/kvm/arm.c" : "arch/arm/kvm/arm.c";
}
const char* mmio_c(bool has_requests) {
  return has_requests ? "arch/arm64/kvm/mmio.c" : "arch/arm/kvm/mmio.c";
}

}  // namespace

ArmVcpu::ArmVcpu(const sc_core::sc_module_name& module_name, Fabric& fabric, Config config,
                 KvmArm64& kvm, ExecutorId executor)
    : Module(module_name, fabric),
      config_(config),
      kvm_(kvm),
      executor_(executor),
      interface_("interface", fabric, {kvm.vgic().model(), kvm.vgic().config().nr_lr}),
      state_(fabric.reserve<ArmVcpuState>(std::string(name()))),
      mutex_(fabric.lock(std::string(name()) + ".mutex", "vcpu->mutex", LockKind::sleep)),
      trap_label_(fabric.name("TRAP")),
      abort_label_(fabric.name("0x0024 (DABT_LOW)")),
      irq_label_(fabric.name("IRQ")),
      no_label_(fabric.name("0x0000 (UNKNOWN)")),
      kick_(fabric.routine<&ArmVcpu::kick_routine>(*this, "kvm_vcpu_kick", kvm_main_c)),
      stop_(fabric.routine<&ArmVcpu::stop_routine>(*this, "kvm_vcpu_kick", kvm_main_c)) {
  const bool has_requests = kvm.vgic().has_requests();
  const char* const run = "kvm_arch_vcpu_ioctl_run";
  exit_ = fabric.routine<&ArmVcpu::exit_routine>(*this, run, arm_c(has_requests));
  enter_ = has_requests
               ? fabric.routine<&ArmVcpu::enter_routine>(*this, run, arm_c(true))
               : fabric.routine<&ArmVcpu::enter_without_requests>(*this, run, arm_c(false));
  first_run_ = fabric.routine<&ArmVcpu::first_run_routine>(
      *this, has_requests ? "kvm_arch_vcpu_run_pid_change" : "kvm_vcpu_first_run_init",
      arm_c(has_requests));
  access_ = fabric.routine<&ArmVcpu::access_routine>(*this, "io_mem_abort", mmio_c(has_requests));
  thread_ =
      fabric.context({.name = std::string(name()) + "/run",
                      .layer = "kvm",
                      .comm = "CPU " + std::to_string(config.id) + "/KVM",
                      .cpu = config.cpu,
                      .stack_bytes = 320},
                     fabric.routine<&ArmVcpu::thread_main>(*this, "kvm_vcpu_ioctl", kvm_main_c));
  kvm.attach_vcpu(*this);
  if (kvm.config().start == KvmArm64::Start::running) {
    const bool v2 = kvm.vgic().model() == VgicModel::v2;
    interface_.preset({.pmr = 0xf0,
                       .enable = {v2 ? std::uint8_t{1} : std::uint8_t{0},
                                  v2 ? std::uint8_t{0} : std::uint8_t{1}}});
  }
  fabric.at_reset([this](World& w) { reset(w); });
  if (kvm.config().start == KvmArm64::Start::running)
    fabric.at_reset(thread_, [this](Exec& x) { x.lock(mutex_); });
}

// The thread is never one of the contexts that its guest consists of: it stands outside for ever,
// and until the first entry the executor belongs to it.
void ArmVcpu::reset(World& w) const {
  const ContextInfo& thread = fabric_.contexts()[thread_];
  reinterpret_cast<ContextState*>(w.mut_bytes(thread.slot, thread.offset))->outside = 1;
  ArmVcpuState& s = w.mut(state_);
  s = ArmVcpuState{};
  const auto start = kvm_.config().start;
  if (start != KvmArm64::Start::empty) {
    s.online = 1;
    s.initialized = 1;
  }
  ExecutorState& e = w.mut(fabric_.executors()[executor_].slot);
  if (start != KvmArm64::Start::running) {
    e.exclusive = static_cast<std::uint16_t>(thread_ + 1);
    return;
  }
  s.has_run_once = 1;
  s.run = 1;
  s.mode = in_guest_mode;
  s.entered = 1;
}

// --- the guest ----------------------------------------------------------------------------------

unsigned ArmVcpu::read_iar(Exec& x) {
  const unsigned irq = interface_.acknowledge(x);
  return irq == 0 ? gic::spurious : kvm_.vgic().intid(irq - 1);
}

void ArmVcpu::write_eoir(Exec& x, unsigned intid) {
  const std::optional<unsigned> irq = kvm_.vgic().find(intid);
  if (intid >= gic::first_special) return;
  interface_.end_of_interrupt(x, irq ? *irq + 1 : 0);
}

void ArmVcpu::write_dir(Exec& x, unsigned intid) {
  const std::optional<unsigned> irq = kvm_.vgic().find(intid);
  interface_.deactivate(x, irq ? *irq + 1 : 0);
}

Call ArmVcpu::dist_write(Exec& x, unsigned offset, std::uint32_t value) {
  return x.call<VcpuLocals>(
      access_, {.value = value, .offset = static_cast<std::uint16_t>(offset), .is_write = 1});
}

Call ArmVcpu::dist_write_byte(Exec& x, unsigned offset, std::uint32_t value) {
  return x.call<VcpuLocals>(
      access_,
      {.value = value, .offset = static_cast<std::uint16_t>(offset), .is_write = 1, .is_byte = 1});
}

Call ArmVcpu::dist_read(Exec& x, unsigned offset) {
  return x.call<VcpuLocals>(access_, {.offset = static_cast<std::uint16_t>(offset)});
}

// While no device of KVM's is at that address, the access goes to user space, which has none there
// either: QEMU 7.2's GIC has no operations beside KVM's (hw/intc/arm_gic_kvm.c).
void ArmVcpu::access_routine(Exec& x, Frame& self, VcpuLocals& f) {
  ROUTINE();
  STEP("exit: access of the distributor", cost("exit.mmio"), calls(*this), calls(kvm_));
  x.emit(event::kvm_exit_arm64, {trap_label_, abort_label_});
  CALL(exit(x));
  LOCAL("the exit is done");
  if (kvm_.vgic().can_be_off_bus()) {
    STEP("kvm_io_bus_write, kvm_io_bus_read: whose address is it?", cost("kvm.vgic"), calls(kvm_));
    if (!kvm_.vgic().is_on_bus(x)) {
      STEP("KVM_EXIT_MMIO: nobody is there, and the guest runs on", cost("exit.userspace"),
           calls(*this), calls(kvm_));
      f.value = 0;
      CALL(enter(x));
      LOCAL("entered again");
      RETURN(0);
    }
  }
  if (f.is_write != 0) {
    CALL(kvm_.vgic().mmio_write(x, config_.id, f.offset, f.value, f.is_byte != 0));
  } else {
    STEP("read the distributor", cost("kvm.vgic"), calls(kvm_));
    f.value = kvm_.vgic().mmio_read(x, f.offset);
  }
  LOCAL("the access is done");
  CALL(enter(x));
  LOCAL("entered");
  RETURN(static_cast<std::int32_t>(f.value));
  ROUTINE_END();
}

// --- entries and exits --------------------------------------------------------------------------

bool ArmVcpu::runs_on_executor(const Exec& x) const {
  return x.fabric().state(x.world(), x.self()).executor == executor_ + 1U;
}

void ArmVcpu::leave_guest(Exec& x) {
  x.set(state_).mode = outside_guest_mode;
  x.set(state_).entered = 0;
  if (runs_on_executor(x)) {
    x.leave_executor();
  } else {
    x.set(fabric_.executors()[executor_].slot).exclusive = static_cast<std::uint16_t>(thread_ + 1);
  }
}

// What was about to run in the guest runs on, unless an interrupt is signalled to it first.
void ArmVcpu::resume_guest(Exec& x) {
  x.set(state_).entered = 1;
  if (runs_on_executor(x) && x.self() != thread_) {
    x.enter_executor();
  } else {
    x.set(fabric_.executors()[executor_].slot).exclusive = 0;
  }
  const ExecutorState& e = x.get(fabric_.executors()[executor_].slot);
  if (has_hardirq_ && e.hardirq == 0 && e.irqs_off == 0 && interface_.irq(x)) {
    x.reserve_executor(hardirq_);
  }
  x.emit(event::kvm_entry_arm64, {});
}

// An interrupt of the host was up before ERET: the guest's first instruction does not come to be.
void ArmVcpu::turn_back(Exec& x) {
  x.emit(event::kvm_entry_arm64, {});
  x.emit(event::kvm_exit_arm64, {irq_label_, no_label_});
  x.mark(mark::turned_back);
  x.set(state_).mode = outside_guest_mode;
}

Call ArmVcpu::exit(Exec& x) {
  leave_guest(x);
  return x.call(exit_);
}

// Until Linux 4.6 interrupts were on by then.
void ArmVcpu::exit_routine(Exec& x, Frame& self) {
  ROUTINE();
  if (kvm_.vgic().has_requests()) x.irqs_off();
  CALL(kvm_.vgic().kvm_vgic_sync_hwstate(x, config_.id));
  LOCAL("interrupts on");
  if (kvm_.vgic().has_requests()) x.irqs_on();
  RETURN(0);
  ROUTINE_END();
}

Call ArmVcpu::enter(Exec& x) {
  return x.call(enter_);
}

// Whoever queues an interrupt makes a request before it looks at the mode; the vCPU writes its mode
// before it looks at the requests: one of the two sees the other.
void ArmVcpu::enter_routine(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(x.get(state_).pause == 0, "check_vcpu_requests, interrupts off", cost("entry"),
              calls(*this), calls(kvm_));
    x.set(state_).requests = 0;
    x.irqs_off();
    CALL(kvm_.vgic().kvm_vgic_flush_hwstate(x, config_.id));
    STEP("mode := IN_GUEST_MODE", cost("kvm.vgic"), writes(state_));
    x.set(state_).mode = in_guest_mode;
    STEP("look at the requests, enter", cost("entry"), calls(*this), calls(kvm_));
    x.irqs_on();
    if (x.get(state_).requests == 0 && !interface_.maintenance(x)) {
      resume_guest(x);
      break;
    }
    if (x.get(state_).requests == 0) {
      turn_back(x);
    } else {
      x.set(state_).mode = outside_guest_mode;
    }
    CALL(x.call(exit_));
    LOCAL("the exit half is done");
  }
  RETURN(0);
  ROUTINE_END();
}

// Linux 3.18: whoever kicks between the flush and the mode sends no IPI, because the guest is not
// entered yet, and leaves nothing behind that the entry would look at.
void ArmVcpu::enter_without_requests(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    CALL(kvm_.vgic().kvm_vgic_flush_hwstate(x, config_.id));
    STEP("interrupts off, mode := IN_GUEST_MODE, enter", cost("entry"), calls(*this), calls(kvm_));
    x.set(state_).mode = in_guest_mode;
    if (!interface_.maintenance(x)) {
      resume_guest(x);
      break;
    }
    turn_back(x);
    CALL(x.call(exit_));
    LOCAL("the exit half is done");
  }
  RETURN(0);
  ROUTINE_END();
}

Call ArmVcpu::kick(Exec& x) {
  return x.call(kick_);
}

void ArmVcpu::kick_routine(Exec& x, Frame& self) {
  ROUTINE();
  if (kvm_.vgic().has_requests()) {
    STEP("kvm_make_request", cost("kvm.kick"), writes(state_));
    x.set(state_).requests |= kvm_req_irq_pending;
  }
  STEP("IN_GUEST_MODE: send the reschedule IPI", cost("kvm.kick"), writes(state_));
  if (x.get(state_).mode == in_guest_mode) x.set(state_).mode = exiting_guest_mode;
  RETURN(0);
  ROUTINE_END();
}

void ArmVcpu::halt(Exec& x) {
  ArmVcpuState& s = x.set(state_);
  s.pause = 1;
  s.requests |= kvm_req_sleep;
  if (s.mode == in_guest_mode) s.mode = exiting_guest_mode;
}

void ArmVcpu::resume(Exec& x) {
  x.set(state_).pause = 0;
}

// --- the thread ---------------------------------------------------------------------------------

// Signals, kicks and the maintenance interrupt make it leave; an exit of the guest's own is left to
// itself, and an IPI that comes during the entry waits for its end: interrupts are off.
bool ArmVcpu::must_exit(Exec& x) const {
  const ArmVcpuState& s = x.get(state_);
  if (s.entered == 0) return false;
  return s.mode == exiting_guest_mode || (s.mode == in_guest_mode && s.run == 0) ||
         interface_.maintenance(x);
}

Call ArmVcpu::first_run(Exec& x) {
  return x.call(first_run_);
}

void ArmVcpu::first_run_routine(Exec& x, Frame& self) {
  ROUTINE();
  STEP("KVM_RUN", cost("ioctl"), calls(*this), calls(kvm_));
  if (kvm_.is_dead(x)) {
    RETURN(-EIO);
  }
  if (x.get(state_).initialized == 0) {
    RETURN(-ENOEXEC);
  }
  if (x.get(state_).has_run_once == 0) {
    CALL(kvm_.vgic().kvm_vgic_map_resources(x));
    STEP("the first KVM_RUN is set up", cost("ioctl"), writes(state_));
    if (self.result < 0) {
      RETURN(self.result);
    }
    x.set(state_).has_run_once = 1;
  }
  RETURN(0);
  ROUTINE_END();
}

void ArmVcpu::thread_main(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    if (is_outside(x)) {
      STEP_WHEN(x.get(state_).run != 0 && x.can_lock(mutex_), "the vCPU thread calls KVM_RUN",
                cost("sched.wakeup"), writes(state_), takes(mutex_));
      x.lock(mutex_);
      CALL(first_run(x));
      STEP("the checks of KVM_RUN are done", cost("kvm.vgic"), calls(*this));
      x.set(state_).result = self.result;
      if (self.result < 0) {
        x.set(state_).run = 0;
        x.unlock(mutex_);
        continue;
      }
      CALL(enter(x));
      LOCAL("entered");
    }
    for (;;) {
      STEP_WHEN(must_exit(x), "exit: an interrupt of the host", cost("exit.irq"), calls(*this),
                calls(kvm_));
      x.emit(event::kvm_exit_arm64, {irq_label_, no_label_});
      CALL(exit(x));
      STEP("handle_exit", cost("kvm.vgic"), calls(*this));
      if (x.get(state_).run == 0) break;
      CALL(enter(x));
      LOCAL("entered again");
    }
    x.unlock(mutex_);
  }
  ROUTINE_END();
}

Call ArmVcpu::stop(Exec& x) {
  return x.call(stop_);
}

void ArmVcpu::stop_routine(Exec& x, Frame& self) {
  ROUTINE();
  STEP("tell the vCPU thread to leave KVM_RUN", cost("kvm.kick"), writes(state_));
  x.set(state_).run = 0;
  STEP_WHEN(!is_in_kvm_run(x), "it has left", cost("ioctl"), reads(mutex_.slot));
  RETURN(0);
  ROUTINE_END();
}

void ArmVcpu::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  footprint.writes.push_back(range(mutex_.slot));
  interface_.touches(footprint);
  footprint.writes.push_back(range(fabric_.executors()[executor_].slot));
}

}  // namespace irqloom
