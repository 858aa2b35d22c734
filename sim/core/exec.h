// The execution of one step: what a routine may do.
//
// Both schedulers use the same two entries, enabled() and execute(). A routine that is asked (for
// readiness or by the survey) returns from its label before its action.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/fabric.h"

namespace irqloom {

/// A queue or a stack of the world is full: the verdict is inconclusive.
class CapacityExceeded : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What is told about a run as it happens. Costs nothing where nobody listens.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on_event(const Event& event) = 0;
};

/// Why a context cannot step.
enum class Blocked : std::uint8_t {
  no,        ///< It can.
  finished,  ///< Nothing to run.
  executor,  ///< Its executor runs something else.
  guard,     ///< It waits for a condition.
  lock       ///< It waits for a lock.
};

/// Lock handle inside a declaration.
struct Takes {
  Lock lock;
};
inline Takes takes(const Lock& lock) {
  return Takes{lock};
}

/// What one step did, beside changing the world.
struct StepResult {
  std::uint16_t choices = 1;  ///< How many ways the step's choice has.
  std::uint16_t choice = 0;   ///< The one taken.
  std::uint8_t marks = 0;     ///< Edge marks, see Exec::mark().
  std::vector<Violation> violations;
};

class LockGraph;

/// Drives one world of one fabric. Not thread-safe; make one per thread.
class Exec {
 public:
  Exec(const Fabric& fabric, World& world) : fabric_(fabric), world_(world) {}

  // --- for schedulers ------------------------------------------------------------------------

  /// Whether and why not context `c` can take its next step.
  Blocked blocked(ContextId c);
  bool enabled(ContextId c) { return blocked(c) == Blocked::no; }
  /// Whether the guard of its next step holds, whoever occupies its executor. False when finished.
  bool guard_holds(ContextId c);
  /// Takes the next step of `c`, which must be enabled, and with `fuse` the local steps after it.
  /// The result is valid until the next call.
  const StepResult& execute(ContextId c, std::uint16_t choice, bool fuse = true);
  /// Calls `act(*this)` as context `c`, outside of any step: for Fabric::seal().
  void act_as(ContextId c, const std::function<void(Exec&)>& act);
  /// Whether the context's next step is local (and so would be fused).
  bool next_is_local(ContextId c) const;
  /// Slots read since the last call of blocked(): what a guard depends on.
  void record_reads(std::vector<SlotIndex>* into) { reads_ = into; }
  void listen(Listener* listener) { listener_ = listener; }
  void lock_graph(LockGraph* graph) { lock_graph_ = graph; }

  const Fabric& fabric() const { return fabric_; }
  World& world() { return world_; }
  const World& world() const { return world_; }

  // --- for routines --------------------------------------------------------------------------

  template <class T>
  const T& get(Slot<T> slot) {
    if (reads_ != nullptr) reads_->push_back(slot.index);
    return world_[slot];
  }
  template <class T>
  T& set(Slot<T> slot) {
    return world_.mut(slot);
  }

  ContextId self() const { return self_; }

  /// Pushes a frame of `routine`; the caller passes the Call on.
  template <FrameLocals L = NoLocals>
  Call call(RoutineId routine, const L& locals = {}) {
    std::byte* frame = push(routine, frame_size<L>);
    if constexpr (!std::is_same_v<L, NoLocals>) {
      std::memcpy(frame + sizeof(Frame), &locals, sizeof(L));
    }
    begin(routine, frame);
    return Call{true, 0};
  }
  void complete(Frame& frame, Call c) {
    if (!c.pending) frame.result = c.value;
  }
  /// Pops the top frame and hands `value` to its caller.
  void ret(std::int32_t value);

  /// One of 0..n-1: the explorer takes all, the timed run draws. At most one choice a step.
  std::uint16_t choose(std::uint16_t n);
  void emit(const EventType& type, std::initializer_list<std::int64_t> args = {});
  /// Marks the edge of this step: bits that no_cycle properties speak of.
  void mark(std::uint8_t bits) { result_.marks = static_cast<std::uint8_t>(result_.marks | bits); }
  void violate(std::string_view property, std::string_view where, std::string_view message);

  // Locks. LOCK(...) waits and takes; unlock gives back.
  bool can_lock(const Lock& lock);
  void lock(const Lock& lock) { lock_as(lock, false); }
  /// As lock(), while another lock of its class is held: somebody else sees to their order
  /// (lockdep's SINGLE_DEPTH_NESTING).
  void lock_nested(const Lock& lock) { lock_as(lock, true); }
  /// Takes a sleeping lock if it is free. Nobody waits, so no order is noted.
  bool try_lock(const Lock& lock);
  void unlock(const Lock& lock);
  void unlock_irq(const Lock& lock) {
    unlock(lock);
    irqs_on();
  }
  /// Takes and gives back within this step: only the order is noted. A holder across steps is
  /// waited for by STEP_WHEN(x.can_lock(l), ...).
  void pass_lock(const Lock& lock) { note_lock(lock, false, has_irqs_off()); }
  /// As pass_lock(), with interrupts off meanwhile (spin_lock_irqsave).
  void pass_lock_irq(const Lock& lock) { note_lock(lock, false, true); }
  bool holds(const Lock& lock) const;
  /// Whether that context holds it.
  bool is_held_by(const Lock& lock, ContextId c) { return get(lock.slot).owner == c + 1U; }
  /// To be called where the real code may sleep: reports sleep-in-atomic.
  void might_sleep(std::string_view where);

  // Interrupts off on the context's executor, nesting (local_irq_save and friends).
  void irqs_off();
  void irqs_on();
  bool has_irqs_off() const;
  bool in_hardirq() const;

  // Executors.
  void enter_hardirq();  ///< Takes the executor for a hardirq-level context.
  void leave_hardirq();
  /// Leaves a carried executor: it stands still, all levels, until enter_executor().
  void leave_executor();
  void enter_executor();
  /// Gives the executor to hardirq-level context `c` before anything else runs there.
  void reserve_executor(ContextId c);
  /// Moves context `c` (which holds nothing) to another executor.
  void migrate(ContextId c, ExecutorId executor);
  /// Starts a context that has nothing to run, in its main routine.
  void start(ContextId c);
  /// Ends what a context does, wherever it is: it has nothing to run until start() or reset(). What
  /// it held stays held.
  void stop(ContextId c);
  /// Puts a slot back to what it is at reset; a context's begins anew.
  void reset(SlotIndex slot);
  /// Whether the context is in its main routine, not in anything that it called.
  bool in_main_routine(ContextId c) {
    if (reads_ != nullptr) reads_->push_back(fabric_.contexts_[c].slot);
    return fabric_.state(world_, c).top == sizeof(ContextState);
  }
  bool is_running(ContextId c) const { return fabric_.state(world_, c).top != 0; }

  // --- for the notation ----------------------------------------------------------------------

  bool asking() const { return mode_ != Mode::execute; }
  bool surveying() const { return mode_ == Mode::survey; }
  void answer(bool ready) { ready_ = ready; }
  template <class... D>
  void describe(StepKind kind, Guard guard, std::string_view name, const D&... declarations) {
    surveyed_ = StepInfo{};
    surveyed_.kind = kind;
    surveyed_.guard = guard;
    surveyed_.name = name;
    (declare(declarations), ...);
    found_ = true;
  }
  void no_such_step();

  /// The steps of a routine, found by asking at every label. For Fabric::seal().
  std::vector<StepInfo> survey(const RoutineInfo& routine);

 private:
  enum class Mode : std::uint8_t { execute, probe, survey };

  void declare(const CostKey& c) { surveyed_.cost_key = c.key; }
  void declare(const Takes& t);
  void declare(const Reads& r);
  void declare(const Writes& w);
  void declare(const Calls& c);

  void lock_as(const Lock& lock, bool nested);
  void note_lock(const Lock& lock, bool nested, bool irqs_off);
  static std::uint16_t lock_tag(const Lock& lock);
  const Lock& lock_with_tag(std::uint16_t tag) const;
  void hold(ContextState& s, const Lock& lock);
  void let_go(ContextState& s, const Lock& lock);
  ContextState& context_state(ContextId c);
  bool executor_allows(ContextId c);
  bool ask(ContextId c, const RoutineCode& routine, const Frame& frame);
  void release_executor_if_preemptible(ContextState& s);
  bool owns_executor_level() const;
  std::byte* push(RoutineId routine, std::uint16_t bytes);
  void begin(RoutineId routine, std::byte* frame);
  void run_top(ContextId c);

  const Fabric& fabric_;
  World& world_;
  Mode mode_ = Mode::execute;
  ContextId self_ = 0;
  bool ready_ = false;
  bool found_ = false;
  std::uint16_t wanted_choice_ = 0;
  StepResult result_;
  StepInfo surveyed_;
  std::vector<SlotIndex>* reads_ = nullptr;
  Listener* listener_ = nullptr;
  LockGraph* lock_graph_ = nullptr;
};

}  // namespace irqloom
