// How a vCPU comes to know of an interrupt: the thread that runs it, KVM_REQ_EVENT, kicks, and HLT.
//
// arch/x86/kvm/x86.c: vcpu_run(), vcpu_enter_guest(), vcpu_block(); virt/kvm/kvm_main.c:
// kvm_vcpu_kick(), kvm_vcpu_block(), Linux 6.1.192. Without APICv and posted interrupts. The
// guest's contexts run on an executor which the thread carries: it is theirs from an entry to the
// next exit. What an exit of the guest's own doing sets off runs in the context that caused it;
// then the thread enters again.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/genirq/entry.h"
#include "models/irqchip/apic_bus.h"
#include "models/irqchip/lapic.h"
#include "models/module.h"

namespace irqloom {

/// What a policy of the seam kvm.vcpu does.
struct VcpuTraits {
  bool has_thread = false;      ///< Entries, requests, kicks and HLT are steps.
  bool makes_request = true;    ///< KVM_REQ_EVENT, when a local APIC has taken a message.
  bool kicks = true;            ///< kvm_vcpu_kick(), after that.
  bool checks_to_sleep = true;  ///< kvm_vcpu_check_block() after prepare_to_rcuwait().
};

struct VcpuPolicy {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  VcpuTraits traits;

  /// Sorted by name.
  static const std::vector<VcpuPolicy>& all();
  /// std::invalid_argument for an unknown name.
  static const VcpuPolicy& find(std::string_view name);
};

/// vcpu->mode
enum class VcpuMode : std::uint8_t {
  outside = 0,   ///< OUTSIDE_GUEST_MODE
  in_guest = 1,  ///< IN_GUEST_MODE
  exiting = 2    ///< EXITING_GUEST_MODE: the reschedule IPI is on its way.
};

struct VcpuRunState {
  VcpuMode mode = VcpuMode::in_guest;
  std::uint8_t requests = 0;  ///< Bit 0: KVM_REQ_EVENT.
  std::uint8_t injected = 0;  ///< arch.interrupt: the vector that the entry delivers; 0: none.
  std::uint8_t window = 0;    ///< It exits as soon as the guest has its interrupts on.
  std::uint8_t halted = 0;    ///< mp_state is KVM_MP_STATE_HALTED.
  std::uint8_t waiting = 0;   ///< The rcuwait has the thread.
  std::uint8_t asleep = 0;    ///< The thread is TASK_INTERRUPTIBLE.
  std::uint8_t reserved = 0;
};

inline constexpr std::uint8_t kvm_req_event = 1;

class VcpuRun : public NotifiedIf, public InjectionIf {
 public:
  struct Config {
    std::string name;  ///< Of the state's slot; the contexts are "<name>/run" and "/idle".
    unsigned id = 0;   ///< Shown in traces.
    VcpuTraits traits = {};
  };

  VcpuRun(Fabric& fabric, Config config, Lapic& lapic, ExecutorId executor);

  Slot<VcpuRunState> state() const { return state_; }
  ContextId thread() const { return thread_; }
  /// The guest's hard interrupt context; set once at elaboration.
  void set_hardirq(ContextId context) { hardirq_ = context; }
  /// The guest does not halt this vCPU while `is_busy`, which reads no more than `state`.
  void add_task(Range state, std::function<bool(Exec&)> is_busy) {
    tasks_.push_back({state, std::move(is_busy)});
  }

  // --- a guest context on the executor ---------------------------------------------------------

  /// The running one leaves by its own doing. Atomic.
  void exited(Exec& x) { x.set(state_).mode = VcpuMode::outside; }
  /// What its exit was for is done: the thread has the vCPU.
  void hand_over(Exec& x);
  /// apic_set_eoi(): what is pending may have become deliverable.
  void request_event(Exec& x) { x.set(state_).requests |= kvm_req_event; }

  // --- who sends it an interrupt ---------------------------------------------------------------

  /// vmx_deliver_interrupt(), after the bit of the IRR is set: the request and the kick.
  Call notify(Exec& x) override { return x.call(deliver_); }

  // --- the guest's interrupt entry -------------------------------------------------------------

  bool has_vector(Exec& x) const override { return x.get(state_).injected != 0; }
  std::uint8_t take_vector(Exec& x) override {
    return std::exchange(x.set(state_).injected, std::uint8_t{0});
  }

  void touches(Footprint& footprint) const override { footprint.writes.push_back(range(state_)); }

 private:
  struct Task {
    Range state;
    std::function<bool(Exec&)> is_busy;
  };

  void vcpu_run(Exec& x, Frame& self);
  void enter_routine(Exec& x, Frame& self);
  void block_routine(Exec& x, Frame& self);
  void deliver_routine(Exec& x, Frame& self);
  void idle(Exec& x, Frame& self);

  bool is_out(Exec& x) const;
  bool is_open(Exec& x) const;
  bool wants_window(Exec& x) const;
  bool must_exit(Exec& x) const;
  bool is_runnable(Exec& x) const { return is_open(x) && lapic_.deliverable(x).has_value(); }
  bool is_busy(Exec& x) const;
  Reads tasks() const;
  void take_executor(Exec& x);
  void exit(Exec& x);
  void inject_pending_event(Exec& x);
  void resume_guest(Exec& x);

  Fabric& fabric_;
  Config config_;
  Lapic& lapic_;
  ExecutorId executor_;
  Slot<VcpuRunState> state_;
  std::vector<Task> tasks_;
  std::int64_t irq_reason_;
  std::int64_t window_reason_;
  std::int64_t hlt_reason_;
  RoutineId enter_;
  RoutineId block_;
  RoutineId deliver_;
  ContextId thread_;
  ContextId hardirq_ = 0;
};

inline constexpr std::string_view vcpu_mode_labels[] = {"OUTSIDE_GUEST_MODE", "IN_GUEST_MODE",
                                                        "EXITING_GUEST_MODE"};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::VcpuRunState, IRQLOOM_LABELS(mode, irqloom::vcpu_mode_labels),
               IRQLOOM_HEX(requests), IRQLOOM_HEX(injected), IRQLOOM_FLAG(window),
               IRQLOOM_FLAG(halted), IRQLOOM_FLAG(waiting), IRQLOOM_FLAG(asleep),
               IRQLOOM_NUMBER(reserved));
