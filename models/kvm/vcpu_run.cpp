#include "models/kvm/vcpu_run.h"

#include <algorithm>
#include <stdexcept>

#include "models/events.h"

namespace irqloom {

namespace {

const char* const x86_c = "arch/x86/kvm/x86.c, Linux 6.1.192";
const char* const kvm_main_c = "virt/kvm/kvm_main.c, Linux 6.1.192";

std::uint16_t tag(ContextId c) {
  return static_cast<std::uint16_t>(c + 1);
}

}  // namespace

// --- the policies -------------------------------------------------------------------------------

const std::vector<VcpuPolicy>& VcpuPolicy::all() {
  static const std::vector<VcpuPolicy> policies = {
      {"at-once",
       "a vCPU takes an interrupt in the step that sends it, and never halts",
       "an idealisation: docs/design.md",
       {}},
      {"check-before-wait",
       "request-and-kick, but a halted vCPU looks only before it waits",
       "kvm_vcpu_block() without the check after prepare_to_rcuwait(); in no kernel",
       {.has_thread = true, .checks_to_sleep = false}},
      {"no-kick",
       "request-and-kick without kvm_vcpu_kick()",
       "vmx_deliver_interrupt() without its last line; in no kernel",
       {.has_thread = true, .kicks = false}},
      {"no-request",
       "request-and-kick without KVM_REQ_EVENT",
       "vmx_deliver_interrupt() without kvm_make_request(); in no kernel",
       {.has_thread = true, .makes_request = false}},
      {"request-and-kick",
       "KVM_REQ_EVENT and a kick; vCPUs enter, exit, halt and wake up",
       "arch/x86/kvm/x86.c, virt/kvm/kvm_main.c, Linux 6.1.192, without APICv",
       {.has_thread = true}}};
  return policies;
}

const VcpuPolicy& VcpuPolicy::find(std::string_view name) {
  const auto found = std::ranges::find(all(), name, &VcpuPolicy::name);
  if (found == all().end())
    throw std::invalid_argument("no policy of vCPUs is named " + std::string(name));
  return *found;
}

// --- elaboration --------------------------------------------------------------------------------

VcpuRun::VcpuRun(Fabric& fabric, Config config, Lapic& lapic, ExecutorId executor)
    : fabric_(fabric),
      config_(std::move(config)),
      lapic_(lapic),
      executor_(executor),
      state_(fabric.reserve<VcpuRunState>(config_.name)),
      irq_reason_(fabric.name("interrupt")),
      window_reason_(fabric.name("vintr")),
      hlt_reason_(fabric.name("hlt")),
      enter_(fabric.routine<&VcpuRun::enter_routine>(*this, "vcpu_enter_guest", x86_c)),
      block_(fabric.routine<&VcpuRun::block_routine>(*this, "kvm_vcpu_block", kvm_main_c)),
      deliver_(fabric.routine<&VcpuRun::deliver_routine>(*this, "vmx_deliver_interrupt",
                                                         "arch/x86/kvm/vmx/vmx.c, Linux 6.1.192")),
      thread_(fabric.context({.name = config_.name + "/run",
                              .layer = "kvm",
                              .comm = "CPU " + std::to_string(config_.id) + "/KVM",
                              .cpu = static_cast<std::uint16_t>(config_.id),
                              .stack_bytes = 32},
                             fabric.routine<&VcpuRun::vcpu_run>(*this, "vcpu_run", x86_c))) {
  fabric.context({.name = config_.name + "/idle",
                  .layer = "guest",
                  .comm = "swapper/" + std::to_string(config_.id),
                  .cpu = static_cast<std::uint16_t>(config_.id),
                  .executor = executor,
                  .stack_bytes = 16},
                 fabric.routine<&VcpuRun::idle>(*this, "default_idle",
                                                "arch/x86/kernel/process.c, Linux 6.1.192"));
  fabric.at_reset([this](World& w) { w.mut(state_) = VcpuRunState{}; });
}

// --- the guest ----------------------------------------------------------------------------------

bool VcpuRun::is_busy(Exec& x) const {
  return std::ranges::any_of(tasks_, [&](const Task& t) { return t.is_busy(x); });
}

Reads VcpuRun::tasks() const {
  Reads reads;
  for (const Task& t : tasks_)
    reads.ranges.push_back(t.state);
  return reads;
}

// do_idle() looks for work with interrupts off, and an interrupt between sti and hlt waits for the
// hlt (Intel SDM vol. 2B, STI): to look and to halt is one step. A window that has opened before
// that makes the vCPU exit there.
void VcpuRun::idle(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(!is_busy(x) && !wants_window(x), "nothing to do: sti, hlt", cost("exit.hlt"),
              writes(state_), tasks());
    x.set(state_).halted = 1;
    exit(x);
    x.emit(event::kvm_exit, {config_.id, hlt_reason_, 0});
  }
  ROUTINE_END();
}

void VcpuRun::take_executor(Exec& x) {
  x.set(fabric_.executors()[executor_].slot).exclusive = tag(thread_);
}

void VcpuRun::exit(Exec& x) {
  x.set(state_).mode = VcpuMode::outside;
  take_executor(x);
}

void VcpuRun::hand_over(Exec& x) {
  x.enter_executor();
  take_executor(x);
}

// --- the thread ---------------------------------------------------------------------------------

bool VcpuRun::is_out(Exec& x) const {
  return x.get(fabric_.executors()[executor_].slot).exclusive == tag(thread_);
}

// The guest's RFLAGS.IF: it is off in a hard interrupt's handler.
bool VcpuRun::is_open(Exec& x) const {
  const ExecutorState& e = x.get(fabric_.executors()[executor_].slot);
  return e.hardirq == 0 && e.irqs_off == 0;
}

bool VcpuRun::wants_window(Exec& x) const {
  return x.get(state_).window != 0 && is_open(x);
}

// An exit of the guest's own is left to itself. An interrupt that the entry delivers comes before
// anything that could make the vCPU exit (Intel SDM vol. 3, 27.7.2).
bool VcpuRun::must_exit(Exec& x) const {
  const VcpuRunState& s = x.get(state_);
  if (s.mode == VcpuMode::outside || s.injected != 0) return false;
  return s.mode == VcpuMode::exiting || wants_window(x);
}

void VcpuRun::vcpu_run(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP_WHEN(is_out(x) || must_exit(x), "the vCPU has left its guest, or an IPI makes it leave",
              writes(state_));
    if (!is_out(x)) {
      const bool by_window = wants_window(x);
      if (by_window) {  // handle_interrupt_window()
        x.set(state_).window = 0;
        x.set(state_).requests |= kvm_req_event;
      }
      exit(x);
      x.emit(event::kvm_exit, {config_.id, by_window ? window_reason_ : irq_reason_, 0});
    }
    if (x.get(state_).halted != 0) {
      CALL(x.call(block_));
      LOCAL("the vCPU is runnable");
    }
    CALL(x.call(enter_));
    LOCAL("it is in its guest");
  }
  ROUTINE_END();
}

// One that sends an interrupt makes its request before it looks at the mode; the vCPU writes its
// mode before it looks at the requests: one of the two sees the other.
void VcpuRun::enter_routine(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP("look for KVM_REQ_EVENT, inject_pending_event", cost("entry"), writes(state_),
         writes(lapic_.state()));
    if ((x.get(state_).requests & kvm_req_event) != 0) inject_pending_event(x);
    STEP("interrupts off, mode := IN_GUEST_MODE", writes(state_));
    x.set(state_).mode = VcpuMode::in_guest;
    STEP("kvm_vcpu_exit_request, or enter", writes(state_));
    if (x.get(state_).requests == 0 && x.get(state_).mode == VcpuMode::in_guest) {
      resume_guest(x);
      break;
    }
    // cancel_injection: what was not delivered is injected again, for which there is a request.
    x.set(state_).mode = VcpuMode::outside;
    if (x.get(state_).injected != 0) x.set(state_).requests |= kvm_req_event;
  }
  RETURN(0);
  ROUTINE_END();
}

void VcpuRun::inject_pending_event(Exec& x) {
  VcpuRunState& s = x.set(state_);
  s.requests &= static_cast<std::uint8_t>(~kvm_req_event);
  s.window = 0;
  if (!lapic_.deliverable(x)) return;
  if (s.injected == 0 && is_open(x)) s.injected = lapic_.acknowledge(x);
  s.window = lapic_.deliverable(x) ? 1 : 0;
}

void VcpuRun::resume_guest(Exec& x) {
  x.set(fabric_.executors()[executor_].slot).exclusive = 0;
  if (x.get(state_).injected != 0) x.reserve_executor(hardirq_);
  x.emit(event::kvm_entry, {config_.id});
}

// vcpu_block() around it: the state of being halted ends when kvm_arch_vcpu_runnable(), which looks
// at the IRR and not at the request. The thread is in the rcuwait before it looks for the last
// time, and who sends an interrupt sets the bit of the IRR before he looks into the rcuwait.
void VcpuRun::block_routine(Exec& x, Frame& self) {
  ROUTINE();
  for (;;) {
    STEP("kvm_arch_vcpu_runnable?", writes(state_), reads(lapic_.state()));
    if (is_runnable(x)) {
      x.set(state_).halted = 0;
      RETURN(0);
    }
    STEP("prepare_to_rcuwait", writes(state_));
    x.set(state_).waiting = 1;
    do {
      STEP("set_current_state(TASK_INTERRUPTIBLE)", writes(state_));
      x.set(state_).asleep = 1;
      if (config_.traits.checks_to_sleep) {
        STEP("kvm_vcpu_check_block", reads(lapic_.state()));
        if (is_runnable(x)) break;
      }
      STEP_WHEN(x.get(state_).asleep == 0, "schedule() returns", cost("sched.wakeup"),
                reads(state_));
    } while (config_.traits.checks_to_sleep);
    STEP("finish_rcuwait", writes(state_));
    x.set(state_).waiting = 0;
    x.set(state_).asleep = 0;
  }
  ROUTINE_END();
}

// --- who sends it an interrupt ------------------------------------------------------------------

// kvm_vcpu_kick(): whoever was woken looks for himself; a vCPU in its guest gets an IPI, one
// outside will look at its requests before it enters.
void VcpuRun::deliver_routine(Exec& x, Frame& self) {
  ROUTINE();
  if (config_.traits.makes_request) {
    STEP("kvm_make_request(KVM_REQ_EVENT)", cost("kvm.kick"), writes(state_));
    request_event(x);
  }
  if (config_.traits.kicks) {
    STEP("kvm_vcpu_wake_up", cost("kvm.kick"), writes(state_));
    if (x.get(state_).waiting != 0 && x.get(state_).asleep != 0) {
      x.set(state_).asleep = 0;
      RETURN(0);
    }
    STEP("kvm_vcpu_exiting_guest_mode, the reschedule IPI", cost("kvm.kick"), writes(state_));
    if (x.get(state_).mode == VcpuMode::in_guest) x.set(state_).mode = VcpuMode::exiting;
  }
  RETURN(0);
  ROUTINE_END();
}

}  // namespace irqloom
