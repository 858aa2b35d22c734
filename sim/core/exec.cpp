#include "sim/core/exec.h"

#include <cstring>
#include <utility>

#include "sim/core/lock_graph.h"

namespace irqloom {

namespace {

// A routine whose local steps never end would hang both schedulers; no real one comes near this.
constexpr int max_fused = 1000;

std::uint16_t tag(ContextId c) {
  return static_cast<std::uint16_t>(c + 1);
}

}  // namespace

// --- locks held -------------------------------------------------------------------------------

// Those of a context are a list, as lockdep's task_struct::held_locks: from ContextState::held
// through LockState::below, each LockId + 1.

std::uint16_t Exec::lock_tag(const Lock& lock) {
  return static_cast<std::uint16_t>(lock.id + 1);
}

const Lock& Exec::lock_with_tag(std::uint16_t tag) const {
  return fabric_.locks_[tag - 1U].handle;
}

// --- scheduling -------------------------------------------------------------------------------

ContextState& Exec::context_state(ContextId c) {
  const ContextInfo& info = fabric_.contexts_[c];
  return *reinterpret_cast<ContextState*>(world_.mut_bytes(info.slot, info.offset));
}

bool Exec::executor_allows(ContextId c) {
  const ContextState& s = fabric_.state(world_, c);
  if (s.executor == 0 || s.outside != 0) return true;
  const ExecutorState& e = get(fabric_.executors_[s.executor - 1].slot);
  if (e.exclusive != 0) return e.exclusive == tag(c);
  if (fabric_.contexts_[c].level == Level::thread) {
    return e.hardirq == 0 && (e.holder == 0 || e.holder == tag(c));
  }
  return e.hardirq == tag(c) || (e.hardirq == 0 && e.irqs_off == 0);
}

Blocked Exec::blocked(ContextId c) {
  if (reads_ != nullptr) reads_->push_back(fabric_.contexts_[c].slot);
  const Frame* frame = fabric_.top_frame(world_, c);
  if (frame == nullptr) return Blocked::finished;
  if (!executor_allows(c)) return Blocked::executor;
  const RoutineCode& routine = fabric_.code_[frame->routine];
  const RoutineCode::Step step = routine.steps[frame->pc];
  if (step.guard == Guard::none || ask(c, routine, *frame)) return Blocked::no;
  return step.kind == StepKind::lock ? Blocked::lock : Blocked::guard;
}

bool Exec::guard_holds(ContextId c) {
  const Frame* frame = fabric_.top_frame(world_, c);
  if (frame == nullptr) return false;
  const RoutineCode& routine = fabric_.code_[frame->routine];
  return routine.steps[frame->pc].guard == Guard::none || ask(c, routine, *frame);
}

bool Exec::ask(ContextId c, const RoutineCode& routine, const Frame& frame) {
  mode_ = Mode::probe;
  self_ = c;
  // A probed routine returns from its label before anything is written.
  routine.run(routine.object, *this, const_cast<Frame&>(frame));
  mode_ = Mode::execute;
  return ready_;
}

bool Exec::next_is_local(ContextId c) const {
  const Frame* frame = fabric_.top_frame(world_, c);
  return frame != nullptr && fabric_.code_[frame->routine].steps[frame->pc].kind == StepKind::local;
}

void Exec::run_top(ContextId c) {
  const ContextInfo& info = fabric_.contexts_[c];
  std::byte* base = world_.mut_bytes(info.slot, info.offset);
  const std::uint16_t top = reinterpret_cast<const ContextState*>(base)->top;
  Frame& frame = *reinterpret_cast<Frame*>(base + top);
  const RoutineCode& routine = fabric_.code_[frame.routine];
  routine.run(routine.object, *this, frame);
}

const StepResult& Exec::execute(ContextId c, std::uint16_t choice, bool fuse) {
  result_.choices = 1;
  result_.choice = 0;
  result_.marks = 0;
  result_.violations.clear();
  wanted_choice_ = choice;
  self_ = c;
  run_top(c);
  for (int n = 0; fuse && next_is_local(c); ++n) {
    if (n == max_fused)
      throw std::logic_error("local steps of " + fabric_.contexts_[c].name + " never end");
    run_top(c);
  }
  return result_;
}

void Exec::act_as(ContextId c, const std::function<void(Exec&)>& act) {
  self_ = c;
  act(*this);
}

// --- frames -----------------------------------------------------------------------------------

std::byte* Exec::push(RoutineId routine, std::uint16_t bytes) {
  const ContextInfo& info = fabric_.contexts_[self_];
  ContextState& s = context_state(self_);
  auto* base = reinterpret_cast<std::byte*>(&s);
  std::uint16_t at = sizeof(ContextState);
  std::uint8_t back = 0;
  if (s.top != 0) {
    const auto& caller = *reinterpret_cast<const Frame*>(base + s.top);
    const std::uint16_t caller_bytes = fabric_.code_[caller.routine].frame_bytes;
    at = static_cast<std::uint16_t>(s.top + caller_bytes);
    back = static_cast<std::uint8_t>(caller_bytes / 4);
  }
  if (at + bytes > sizeof(ContextState) + info.stack_bytes) {
    throw CapacityExceeded("the stack of context " + info.name + " (" +
                           std::to_string(info.stack_bytes) + " bytes) is full in " +
                           fabric_.routines_[routine].name);
  }
  *reinterpret_cast<Frame*>(base + at) = Frame{routine, 0, back, 0};
  s.top = at;
  return base + at;
}

void Exec::begin(RoutineId routine, std::byte* frame) {
  const RoutineCode& code = fabric_.code_[routine];
  code.run(code.object, *this, *reinterpret_cast<Frame*>(frame));
}

void Exec::ret(std::int32_t value) {
  ContextState& s = context_state(self_);
  auto* base = reinterpret_cast<std::byte*>(&s);
  const auto frame = *reinterpret_cast<const Frame*>(base + s.top);
  std::memset(base + s.top, 0, fabric_.code_[frame.routine].frame_bytes);
  if (frame.back == 0) {
    s.top = 0;
    return;
  }
  s.top = static_cast<std::uint16_t>(s.top - frame.back * 4);
  reinterpret_cast<Frame*>(base + s.top)->result = value;
}

void Exec::start(ContextId c) {
  if (is_running(c)) throw std::logic_error("context started twice: " + fabric_.contexts_[c].name);
  const ContextId caller = self_;
  self_ = c;
  const RoutineId main = fabric_.contexts_[c].main;
  begin(main, push(main, fabric_.code_[main].frame_bytes));
  self_ = caller;
}

// --- choices, events, violations ----------------------------------------------------------------

std::uint16_t Exec::choose(std::uint16_t n) {
  if (result_.choices != 1) throw std::logic_error("a step may choose only once");
  if (n < 2) return 0;
  result_.choices = n;
  result_.choice = static_cast<std::uint16_t>(wanted_choice_ % n);
  return result_.choice;
}

void Exec::emit(const EventType& type, std::initializer_list<std::int64_t> args) {
  const std::vector<Monitor*>& monitors = fabric_.monitors(type);
  if (monitors.empty() && listener_ == nullptr) return;
  Event event;
  event.type = &type;
  std::size_t i = 0;
  for (const std::int64_t a : args)
    event.args[i++] = a;
  for (Monitor* m : monitors)
    m->on_event(*this, event);
  if (listener_ != nullptr) listener_->on_event(event);
}

void Exec::violate(std::string_view property, std::string_view where, std::string_view message) {
  result_.violations.push_back(
      Violation{std::string(property), std::string(where), std::string(message)});
}

// --- locks --------------------------------------------------------------------------------------

bool Exec::can_lock(const Lock& lock) {
  return get(lock.slot).owner == 0;
}

bool Exec::holds(const Lock& lock) const {
  return world_[lock.slot].owner == tag(self_);
}

bool Exec::in_hardirq() const {
  const ContextState& s = fabric_.state(world_, self_);
  return fabric_.contexts_[self_].level == Level::hardirq && s.outside == 0;
}

bool Exec::has_irqs_off() const {
  const ContextState& s = fabric_.state(world_, self_);
  return (s.outside != 0 ? s.outside_irqs_off : s.irqs_off) != 0;
}

void Exec::note_lock(const Lock& lock, bool nested, bool irqs_off) {
  if (lock_graph_ == nullptr) return;
  const LockInfo& taken = fabric_.locks_[lock.id];
  for (std::uint16_t held = fabric_.state(world_, self_).held; held != 0;
       held = world_[lock_with_tag(held).slot].below) {
    const LockInfo& other = fabric_.locks_[held - 1U];
    if (nested && other.class_id == taken.class_id) continue;
    if (const auto cycle = lock_graph_->order(other, taken)) {
      violate("lock-order", taken.lock_class, "locks are taken in both orders: " + *cycle);
    }
  }
  if (lock.kind == LockKind::sleep) {
    might_sleep(taken.lock_class);
    return;
  }
  const bool irqs_on = !in_hardirq() && !irqs_off;
  if (lock_graph_->irq_use(taken, in_hardirq(), irqs_on)) {
    violate("irq-unsafe-lock", taken.lock_class,
            "taken in a hard interrupt and elsewhere with interrupts on: the interrupt can "
            "arrive while it is held on the same CPU");
  }
}

bool Exec::try_lock(const Lock& lock) {
  if (!can_lock(lock)) return false;
  hold(context_state(self_), lock);
  return true;
}

void Exec::lock_as(const Lock& lock, bool nested) {
  note_lock(lock, nested, has_irqs_off());
  ContextState& s = context_state(self_);
  hold(s, lock);
  if (lock.kind == LockKind::sleep) return;
  ++(s.outside != 0 ? s.outside_spins : s.spins);
  if (s.executor != 0 && owns_executor_level()) {
    set(fabric_.executors_[s.executor - 1].slot).holder = tag(self_);
  }
}

// Only thread-level contexts on their own executor need to be marked as not pre-emptible: a
// hardirq-level one is not pre-empted anyway, one that is outside occupies the executor already.
bool Exec::owns_executor_level() const {
  return fabric_.contexts_[self_].level == Level::thread &&
         fabric_.state(world_, self_).outside == 0;
}

void Exec::release_executor_if_preemptible(ContextState& s) {
  if (s.executor == 0 || s.spins != 0 || s.irqs_off != 0 || !owns_executor_level()) return;
  ExecutorState& e = set(fabric_.executors_[s.executor - 1].slot);
  if (e.holder == tag(self_)) e.holder = 0;
}

void Exec::unlock(const Lock& lock) {
  if (!holds(lock))
    throw std::logic_error("unlock of " + fabric_.locks_[lock.id].name + " by a stranger");
  ContextState& s = context_state(self_);
  let_go(s, lock);
  if (lock.kind == LockKind::sleep) return;
  --(s.outside != 0 ? s.outside_spins : s.spins);
  release_executor_if_preemptible(s);
}

void Exec::might_sleep(std::string_view where) {
  const ContextState& s = fabric_.state(world_, self_);
  const std::uint8_t spins = s.outside != 0 ? s.outside_spins : s.spins;
  if (spins == 0 && !has_irqs_off() && !in_hardirq()) return;
  violate("sleep-in-atomic", where, "may sleep with a spinlock held or interrupts off");
}

void Exec::hold(ContextState& s, const Lock& lock) {
  set(lock.slot) = LockState{tag(self_), s.held};
  s.held = lock_tag(lock);
}

// Locks need not be given back in the reverse order. One that a context held when it was stopped is
// in no list any more.
void Exec::let_go(ContextState& s, const Lock& lock) {
  const std::uint16_t below = std::exchange(set(lock.slot), LockState{}).below;
  if (s.held == lock_tag(lock)) {
    s.held = below;
    return;
  }
  for (std::uint16_t above = s.held; above != 0; above = world_[lock_with_tag(above).slot].below) {
    const Slot<LockState> slot = lock_with_tag(above).slot;
    if (world_[slot].below == lock_tag(lock)) set(slot).below = below;
  }
}

// --- executors ----------------------------------------------------------------------------------

void Exec::stop(ContextId c) {
  const ContextInfo& info = fabric_.contexts_[c];
  std::byte* base = world_.mut_bytes(info.slot, info.offset);
  std::memset(base, 0, sizeof(ContextState) + info.stack_bytes);
}

void Exec::reset(SlotIndex slot) {
  const SlotInfo& info = fabric_.layout().slots()[slot];
  std::memcpy(world_.mut_bytes(slot, info.offset), fabric_.initial().bytes(info).data(), info.size);
}

void Exec::irqs_off() {
  ContextState& s = context_state(self_);
  ++(s.outside != 0 ? s.outside_irqs_off : s.irqs_off);
  if (s.executor == 0 || !owns_executor_level()) return;
  ExecutorState& e = set(fabric_.executors_[s.executor - 1].slot);
  ++e.irqs_off;
  e.holder = tag(self_);
}

void Exec::irqs_on() {
  ContextState& s = context_state(self_);
  --(s.outside != 0 ? s.outside_irqs_off : s.irqs_off);
  if (s.executor == 0 || !owns_executor_level()) return;
  --set(fabric_.executors_[s.executor - 1].slot).irqs_off;
  release_executor_if_preemptible(s);
}

void Exec::enter_hardirq() {
  const ContextState& s = fabric_.state(world_, self_);
  ExecutorState& e = set(fabric_.executors_[s.executor - 1].slot);
  e.hardirq = tag(self_);
  e.exclusive = 0;
}

void Exec::leave_hardirq() {
  const ContextState& s = fabric_.state(world_, self_);
  set(fabric_.executors_[s.executor - 1].slot).hardirq = 0;
}

void Exec::leave_executor() {
  ContextState& s = context_state(self_);
  s.outside = 1;
  set(fabric_.executors_[s.executor - 1].slot).exclusive = tag(self_);
}

void Exec::enter_executor() {
  ContextState& s = context_state(self_);
  s.outside = 0;
  set(fabric_.executors_[s.executor - 1].slot).exclusive = 0;
}

void Exec::reserve_executor(ContextId c) {
  const ContextState& s = fabric_.state(world_, c);
  set(fabric_.executors_[s.executor - 1].slot).exclusive = tag(c);
}

void Exec::migrate(ContextId c, ExecutorId executor) {
  context_state(c).executor =
      executor == no_executor ? std::uint16_t{0} : static_cast<std::uint16_t>(executor + 1);
}

// --- survey -------------------------------------------------------------------------------------

void Exec::no_such_step() {
  if (mode_ != Mode::survey) throw std::logic_error("a frame points to no step of its routine");
}

std::vector<StepInfo> Exec::survey(const RoutineInfo& routine) {
  std::vector<std::byte> buffer(routine.frame_bytes);
  auto& frame = *reinterpret_cast<Frame*>(buffer.data());
  std::vector<StepInfo> steps(1);
  mode_ = Mode::survey;
  for (int pc = 1; pc < 256; ++pc) {
    frame.pc = static_cast<std::uint8_t>(pc);
    found_ = false;
    routine.run(routine.object, *this, frame);
    if (!found_) break;
    steps.push_back(surveyed_);
  }
  mode_ = Mode::execute;
  return steps;
}

void Exec::declare(const Takes& t) {
  surveyed_.lock = t.lock.id;
  surveyed_.footprint.writes.push_back(range(t.lock.slot));
}

void Exec::declare(const Reads& r) {
  surveyed_.footprint.reads.insert(surveyed_.footprint.reads.end(), r.ranges.begin(),
                                   r.ranges.end());
}

void Exec::declare(const Writes& w) {
  surveyed_.footprint.writes.insert(surveyed_.footprint.writes.end(), w.ranges.begin(),
                                    w.ranges.end());
}

void Exec::declare(const Calls& c) {
  for (const Touches* callee : c.callees)
    callee->touches(surveyed_.footprint);
}

}  // namespace irqloom
