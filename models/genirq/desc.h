// One interrupt line of Linux's generic IRQ layer: struct irq_desc with its flow handlers, shared
// and threaded actions, disable depth and spurious detection. The host's and the guest's lines are
// this same model; what differs is the chip that is bound.
//
// kernel/irq/{chip,handle,manage,migration,resend,spurious,pm}.c, Linux 6.1.192.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct DescState {
  std::uint8_t depth = 1;     ///< Disable nesting; 0: enabled.
  std::uint8_t disabled = 1;  ///< IRQD_IRQ_DISABLED. The hardware may still be open (lazy disable).
  std::uint8_t masked = 1;    ///< IRQD_IRQ_MASKED, as the core believes.
  std::uint8_t inprogress = 0;         ///< IRQD_IRQ_INPROGRESS, held without desc->lock.
  std::uint8_t started = 0;            ///< IRQD_IRQ_STARTED.
  std::uint8_t pending = 0;            ///< IRQS_PENDING.
  std::uint8_t replay = 0;             ///< IRQS_REPLAY.
  std::uint8_t suspended = 0;          ///< IRQS_SUSPENDED.
  std::uint8_t wakeup_state = 0;       ///< IRQD_WAKEUP_STATE.
  std::uint8_t wakeup_armed = 0;       ///< IRQD_WAKEUP_ARMED.
  std::uint8_t spurious_disabled = 0;  ///< IRQS_SPURIOUS_DISABLED.
  std::uint8_t threads_oneshot = 0;    ///< Bit per action whose thread has not finished.
  std::uint8_t threads_active = 0;     ///< Woken, unfinished thread runs.
  std::uint8_t linked = 0;             ///< Bit per action on the chain.
  std::uint8_t runthread = 0;          ///< IRQTF_RUNTHREAD, bit per action.
  std::uint8_t handled_deferred = 0;   ///< threads_handled is not threads_handled_last any more.
  std::uint8_t spurious_deferred = 0;  ///< SPURIOUS_DEFERRED in threads_handled_last.
  std::uint8_t move_pending = 0;       ///< IRQD_SETAFFINITY_PENDING.
  std::uint8_t pending_cpu = 0;        ///< Where to: the one CPU of pending_mask.
  std::uint8_t reserved = 0;
  std::uint32_t irqs_unhandled = 0;  ///< Threshold counter of note_interrupt().
  std::uint32_t irq_count = 0;       ///< Likewise.
};

enum class Flow : std::uint8_t { fasteoi, level, edge };

/// A line's fixed properties.
struct DescConfig {
  unsigned irq = 0;    ///< Linux interrupt number.
  unsigned hwirq = 0;  ///< The chip's number of it.
  Flow flow = Flow::fasteoi;
  /// The trigger type is edge; implied by Flow::edge. A GIC handles both types with fasteoi.
  bool edge = false;
  bool oneshot = false;         ///< IRQF_ONESHOT, common to all sharers.
  bool disable_unlazy = false;  ///< IRQ_DISABLE_UNLAZY.
  /// IRQD_MOVE_PCNTXT is clear, as on x86: another CPU becomes its target in its next interrupt.
  bool moves_in_irq = false;
  std::string layer = "guest";  ///< Of the thread contexts: "guest" or "host kernel".
  /// note_interrupt(): disable after `spurious_limit` unhandled of `spurious_window` counted.
  /// Linux: 99,900 of 100,000. 0: detection off.
  std::uint32_t spurious_limit = 0;
  std::uint32_t spurious_window = 0;
  /// Executors that the threads may run on; empty: one of their own.
  std::vector<ExecutorId> thread_cpus = {};
  std::uint16_t thread_stack_bytes = 160;
  std::string comm_prefix = "irq";  ///< Threads are named irq/<n>-<action>.
};

/// One handler on the line.
struct ActionConfig {
  std::string name;        ///< As in request_irq().
  bool threaded = false;   ///< There is a thread_fn.
  bool linked = true;      ///< On the chain at reset.
  std::int64_t label = 0;  ///< Filled in: the name as an event argument.
};

struct FlowLocals {
  std::uint8_t i = 0;    ///< The action being called.
  std::uint8_t ret = 0;  ///< OR of the handlers' results.
  std::uint8_t action = 0;
  std::uint8_t reserved = 0;
};

class IrqThread;

class IrqDesc : public Module, public FlowIf, public IrqLineIf {
 public:
  sc_core::sc_export<FlowIf> flow;
  sc_core::sc_export<IrqLineIf> line;
  sc_core::sc_port<IrqChipIf> chip;
  /// In the order of request_irq(); at most 8. actions[i] belongs to add_action() number i.
  sc_core::sc_port<ActionIf, 0, sc_core::SC_ZERO_OR_MORE_BOUND> actions;

  IrqDesc(const sc_core::sc_module_name& name, Fabric& fabric, DescConfig config);
  ~IrqDesc() override;

  /// Declares an action before elaboration ends; bind its handler to `actions` in the same order.
  void add_action(ActionConfig action);
  /// At reset the line is requested, started and enabled.
  void start_at_reset(bool masked = false);

  Call handle_irq(Exec& x) override;
  Call disable_irq_nosync(Exec& x) override;
  Call enable_irq(Exec& x) override;
  void touches(Footprint& footprint) const override;

  Slot<DescState> state() const { return state_; }
  const Lock& lock() const { return lock_; }
  std::int64_t label() const { return label_; }
  unsigned irq() const { return config_.irq; }
  bool is_guest() const { return config_.layer == "guest"; }
  /// The context of the action's thread.
  ContextId thread(std::size_t action) const;

  // kernel/irq/pm.c; see pm.cpp.
  Call suspend_device_irq(Exec& x);
  Call resume_device_irq(Exec& x);
  /// drivers/base/power/wakeup.c: pm_wakeup_pending(), as far as this line is concerned.
  Call check_wakeup(Exec& x);
  /// At reset irq_set_irq_wake(on) has been called.
  void wake_at_reset() { reset_.wakeup_state = 1; }

 private:
  friend class FreeIrq;
  friend class IrqAffinity;
  friend class IrqThread;

  void handle_fasteoi_irq(Exec& x, Frame& self);
  void handle_level_irq(Exec& x, Frame& self);
  void handle_edge_irq(Exec& x, Frame& self);
  void handle_irq_event(Exec& x, Frame& self, FlowLocals& f);
  void disable_routine(Exec& x, Frame& self);
  void enable_routine(Exec& x, Frame& self);
  void suspend_routine(Exec& x, Frame& self);
  void resume_routine(Exec& x, Frame& self);
  void finalize_oneshot(Exec& x, Frame& self, FlowLocals& f);
  void irq_move_irq(Exec& x, Frame& self);

  // Parts of steps; all under desc->lock unless said.
  bool irq_may_run(Exec& x);
  bool refused_by_wakeup(Exec& x);
  bool has_action(Exec& x) const { return x.get(state_).linked != 0; }
  Call mask_irq(Exec& x);
  Call unmask_irq(Exec& x);
  void irq_disable(Exec& x);
  Call irq_startup(Exec& x);
  Call check_irq_resend(Exec& x);
  void begin_event(Exec& x);
  void irq_wake_thread(Exec& x, unsigned action);
  void note_interrupt(Exec& x, std::uint8_t ret);
  static bool is_unhandled(DescState& s, std::uint8_t ret);

  DescConfig config_;
  std::vector<ActionConfig> action_configs_;
  std::vector<std::unique_ptr<IrqThread>> threads_;
  Slot<DescState> state_;
  Lock lock_;
  std::int64_t label_;
  std::int64_t handled_label_;
  std::int64_t unhandled_label_;
  DescState reset_;
  RoutineId flow_routine_;
  RoutineId event_;
  RoutineId disable_;
  RoutineId enable_;
  RoutineId suspend_;
  RoutineId resume_;
  RoutineId finalize_;
  RoutineId move_ = 0;  ///< With moves_in_irq.
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::DescState, IRQLOOM_NUMBER(depth), IRQLOOM_FLAG(disabled),
               IRQLOOM_FLAG(masked), IRQLOOM_FLAG(inprogress), IRQLOOM_FLAG(started),
               IRQLOOM_FLAG(pending), IRQLOOM_FLAG(replay), IRQLOOM_FLAG(suspended),
               IRQLOOM_FLAG(wakeup_state), IRQLOOM_FLAG(wakeup_armed),
               IRQLOOM_FLAG(spurious_disabled), IRQLOOM_HEX(threads_oneshot),
               IRQLOOM_NUMBER(threads_active), IRQLOOM_HEX(linked), IRQLOOM_HEX(runthread),
               IRQLOOM_FLAG(handled_deferred), IRQLOOM_FLAG(spurious_deferred),
               IRQLOOM_FLAG(move_pending), IRQLOOM_NUMBER(pending_cpu), IRQLOOM_NUMBER(reserved),
               IRQLOOM_NUMBER(irqs_unhandled), IRQLOOM_NUMBER(irq_count));
IRQLOOM_FIELDS(irqloom::FlowLocals, IRQLOOM_NUMBER(i), IRQLOOM_HEX(ret), IRQLOOM_NUMBER(action),
               IRQLOOM_NUMBER(reserved));
