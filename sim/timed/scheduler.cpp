#include "sim/timed/scheduler.h"

#include <algorithm>

#include "sim/error.h"

namespace irqloom::timed {

namespace {

/// Exec takes it modulo the number of ways; 16 bits favour none of n by more than n / 2^16.
std::uint16_t draw_choice(core::Random& random) {
  return static_cast<std::uint16_t>(random.next() >> 48);
}

}  // namespace

// --- a turn ------------------------------------------------------------------------------------

void Scheduler::turn(ContextId c) {
  switch (exec_.blocked(c)) {
    case Blocked::no:
      if (pacer_.admit(c)) step(c);
      return;
    case Blocked::executor:
      if (pacer_.seated(c) || exec_.guard_holds(c)) {
        pacer_.wait_for_executor(c);
      } else {
        sleep(c, false);
      }
      return;
    case Blocked::lock:
      sleep(c, spins(c));
      return;
    case Blocked::guard:
    case Blocked::finished:
      sleep(c, false);
      return;
  }
}

void Scheduler::step(ContextId c) {
  const std::uint64_t now = pacer_.now_ps();
  if (must_stop(now)) return;
  let_pass();
  if (options_.assumptions != nullptr) check_assumptions(c);

  const Frame frame = *fabric_.top_frame(world_, c);
  const bool was_outside = fabric_.state(world_, c).outside != 0;
  Context& context = contexts_[c];
  const Label& label = labels_.of(frame.routine, frame.pc);
  if (tracer_) tracer_->before_step(c, now);
  const StepResult& result = exec_.execute(c, draw_choice(context.random));
  const std::uint64_t ps = context.random.draw(label.cost->spec);
  ++result_.steps;
  fingerprint_.add(now, context.fingerprint, label.fingerprint, result.choice);

  report_step(result);
  if (tracer_) tracer_->after_step(result.choices, result.choice, ps, shown_);
  pacer_.spend(c, label.cost->kind, ps, was_outside);
  settle();
}

bool Scheduler::must_stop(std::uint64_t now) {
  if (options_.interrupted != nullptr && options_.interrupted->load(std::memory_order_relaxed)) {
    stop(End::interrupted);
    return true;
  }
  if (now != instant_ps_) {
    instant_ps_ = now;
    steps_at_instant_ = 0;
  }
  if (++steps_at_instant_ <= options_.steps_per_instant) return false;
  stop(End::capacity, "time stands still at " + std::to_string(now) + " ps: more than " +
                          std::to_string(options_.steps_per_instant) + " steps at one instant");
  return true;
}

void Scheduler::check_assumptions(ContextId c) {
  const Assumption* broken = options_.assumptions->broken_by(exec_, c);
  if (broken == nullptr) return;
  auto& list = result_.broken_assumptions;
  const bool known = std::any_of(list.begin(), list.end(), [broken](const BrokenAssumption& b) {
    return b.assumption == broken;
  });
  if (!known) list.push_back(BrokenAssumption{broken, result_.steps, pacer_.now_ps()});
}

/// Leaves in shown_ what the step broke.
void Scheduler::report_step(const StepResult& result) {
  shown_.clear();
  for (const Violation& v : result.violations) {
    if (!judge_.judges(v.property)) continue;
    judge_.report(v, FindingKind::safety, moment());
    shown_.push_back(v);
  }
  judge_.mark(result.marks, moment(), shown_);
  judge_.look(world_, moment(), shown_);
}

void Scheduler::look_outside_of_steps() {
  const std::size_t known = judge_.findings().size();
  shown_.clear();
  judge_.look(world_, moment(), shown_);
  trace_findings(known);
}

void Scheduler::let_pass() {
  const std::size_t known = judge_.findings().size();
  judge_.let_pass(moment());
  trace_findings(known);
}

void Scheduler::trace_findings(std::size_t first) {
  if (!tracer_) return;
  const std::vector<Finding>& all = judge_.findings();
  for (std::size_t i = first; i < all.size(); ++i)
    tracer_->violated({all[i].violation, all[i].time_ps, all[i].seq, all[i].reason});
}

// --- blocking ----------------------------------------------------------------------------------

bool Scheduler::spins(ContextId c) const {
  const LockId lock = fabric_.next_step(world_, c)->lock;
  return fabric_.locks()[lock].handle.kind == LockKind::spin;
}

void Scheduler::sleep(ContextId c, bool spinning) {
  reads_.clear();
  reads_.push_back(fabric_.contexts()[c].slot);
  exec_.record_reads(&reads_);
  exec_.guard_holds(c);
  exec_.record_reads(nullptr);
  waiters_.wait(c, reads_);
  if (waits_for_stuck_owner()) report_deadlocks();
  pacer_.sleep(c, spinning);
}

// A cycle of waiting has a lock's waiter in it, and is closed when that waiter blocks. An owner
// that moves cannot be part of one, which spares the search in nearly all cases.
bool Scheduler::waits_for_stuck_owner() {
  for (const SlotIndex s : reads_) {
    if (owner_of_slot_[s].kind != Owner::Kind::lock) continue;
    const std::uint16_t owner = world_[fabric_.locks()[owner_of_slot_[s].id].handle.slot].owner;
    if (owner != 0 && !exec_.enabled(static_cast<ContextId>(owner - 1))) return true;
  }
  return false;
}

void Scheduler::report_deadlocks() {
  const std::size_t known = judge_.findings().size();
  for (const WaitCycle& cycle : wait_for_graph_.find(exec_)) {
    judge_.report(describe(fabric_, world_, cycle), FindingKind::deadlock, moment());
  }
  trace_findings(known);
}

// --- after the world was written ---------------------------------------------------------------

void Scheduler::settle() {
  woken_.clear();
  for (const SlotIndex s : world_.written()) {
    if (waiters_.any(s)) waiters_.take(s, woken_);
    const Owner owner = owner_of_slot_[s];
    if (owner.kind == Owner::Kind::context) pacer_.context_written(owner.id);
    if (owner.kind == Owner::Kind::executor) pacer_.executor_written(owner.id);
  }
  world_.clear_written();
  for (const ContextId c : woken_)
    examine(c);
  if (options_.scan_guards) scan();
}

/// A sleeper's slots were written: it has become ready, or it sleeps on.
void Scheduler::examine(ContextId c) {
  reads_.clear();
  reads_.push_back(fabric_.contexts()[c].slot);
  exec_.record_reads(&reads_);
  const bool ready = exec_.guard_holds(c);
  exec_.record_reads(nullptr);
  if (ready) {
    pacer_.wake(c);
  } else {
    waiters_.wait(c, reads_);
  }
}

/// Whoever sleeps or queues although it could step was overlooked: its guard reads more than it
/// says (past Exec::get), or somebody writes past Exec::set.
void Scheduler::scan() {
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    const auto c = static_cast<ContextId>(i);
    if (pacer_.asleep(c) ? !exec_.guard_holds(c) : !pacer_.is_forgotten(c)) continue;
    throw InternalError("context " + fabric_.contexts()[c].name + " sleeps although its step '" +
                        std::string(fabric_.next_step(world_, c)->name) + "' is ready");
  }
}

void Scheduler::poke() {
  if (!started_ || stopped_ || pacer_.agenda().in_turn()) return;
  let_pass();
  look_outside_of_steps();
  if (tracer_) tracer_->outside_write();
  settle();
}

}  // namespace irqloom::timed
