#include "sim/timed/pacer.h"

#include <utility>

namespace irqloom::timed {

Pacer::Pacer(Exec& exec, TurnTaker& turns)
    : exec_(exec),
      fabric_(exec.fabric()),
      turns_(turns),
      lanes_(fabric_.contexts().size()),
      executors_(fabric_.executors().size()),
      agenda_(fabric_.contexts().size(), *this) {
  for (std::size_t c = 0; c < lanes_.size(); ++c) {
    lanes_[c].level = static_cast<std::uint8_t>(fabric_.contexts()[c].level);
  }
}

// --- what the world says -----------------------------------------------------------------------

bool Pacer::is_outside(ContextId c) const {
  return fabric_.state(exec_.world(), c).outside != 0;
}

ExecutorId Pacer::executor_of(ContextId c) const {
  const std::uint16_t executor = fabric_.state(exec_.world(), c).executor;
  return executor == 0 ? no_executor : static_cast<ExecutorId>(executor - 1);
}

const ExecutorState& Pacer::world_state(ExecutorId executor) const {
  return exec_.world()[fabric_.executors()[executor].slot];
}

// --- turns -------------------------------------------------------------------------------------

void Pacer::put_on_agenda(ContextId c, std::uint64_t time_ps) {
  // An entry that is already there is too early, never too late: take_turn() puts it off.
  if (lanes_[c].on_agenda) return;
  lanes_[c].on_agenda = true;
  agenda_.add(c, time_ps);
}

void Pacer::take_turn(ContextId c) {
  Lane& lane = lanes_[c];
  lane.on_agenda = false;
  if (lane.state == State::elapsing) {
    if (lane.time_ps > now_ps()) {
      put_on_agenda(c, lane.time_ps);
      return;
    }
    lane.state = State::due;
    if (lane.entering != no_executor) finish_entering(c);
  }
  if (lane.state == State::due) turns_.take_turn(c);
}

void Pacer::wake(ContextId c) {
  lanes_[c].state = State::due;
  put_on_agenda(c, now_ps());
}

bool Pacer::is_free_for(const Executor& executor, ContextId c) const {
  const auto free = [c](std::uint32_t seat) { return seat == nobody || seat == c; };
  return free(executor.seats[hardirq]) && (level(c) == hardirq || free(executor.seats[thread]));
}

bool Pacer::admit(ContextId c) {
  if (is_outside(c)) return true;
  Lane& lane = lanes_[c];
  const ExecutorId wanted = executor_of(c);
  if (lane.seat != wanted) leave_seat(c);
  if (wanted == no_executor) return true;
  Executor& executor = executors_[wanted];
  if (!is_free_for(executor, c)) {
    wait_for_executor(c);
    return false;
  }
  if (lane.seat == wanted) return true;
  executor.seats[level(c)] = c;
  lane.seat = wanted;
  if (level(c) == hardirq) pace(executor.seats[thread], wanted);
  return true;
}

void Pacer::spend(ContextId c, CostKind kind, std::uint64_t ps, bool was_outside) {
  Lane& lane = lanes_[c];
  lane.time_ps = now_ps() + ps;
  lane.state = State::elapsing;
  put_on_agenda(c, lane.time_ps);
  if (is_outside(c)) return;
  if (kind != CostKind::busy) {
    leave_seat(c);
    return;
  }
  const ExecutorId executor = executor_of(c);
  if (!was_outside || executor == no_executor) return;
  std::uint32_t& seat = executors_[executor].seats[hardirq];
  if (seat != nobody && seat != c) return;
  seat = c;
  lane.entering = executor;
  if (level(c) == hardirq) lane.seat = executor;
}

void Pacer::finish_entering(ContextId c) {
  const ExecutorId entered = std::exchange(lanes_[c].entering, no_executor);
  if (level(c) != hardirq) executors_[entered].seats[hardirq] = nobody;
  rearrange(entered);
}

void Pacer::wait_for_executor(ContextId c) {
  Lane& lane = lanes_[c];
  const ExecutorId executor = executor_of(c);
  const std::uint16_t holder = world_state(executor).holder;
  const bool only_preempted =
      lane.seat == executor && level(c) == thread && (holder == 0 || holder == c + 1);
  if (only_preempted) {
    lane.state = State::suspended;
    lane.time_ps = 0;
    return;
  }
  leave_seat(c);
  enqueue(c, executor);
}

void Pacer::sleep(ContextId c, bool spins) {
  lanes_[c].state = State::asleep;
  // Who is outside occupies the executor in the world and comes back to its seat.
  if (!spins && !is_outside(c)) leave_seat(c);
}

// --- seats and queues --------------------------------------------------------------------------

void Pacer::leave_seat(ContextId c) {
  const ExecutorId left = std::exchange(lanes_[c].seat, no_executor);
  if (left == no_executor) return;
  executors_[left].seats[level(c)] = nobody;
  rearrange(left);
}

void Pacer::enqueue(ContextId c, ExecutorId executor) {
  Lane& lane = lanes_[c];
  Queue& queue = executors_[executor].queues[level(c)];
  lane.state = State::queued;
  lane.queue = executor;
  lane.next = nobody;
  (queue.first == nobody ? queue.first : lanes_[queue.last].next) = c;
  queue.last = c;
}

void Pacer::dequeue(ContextId c) {
  Queue& queue = executors_[lanes_[c].queue].queues[level(c)];
  std::uint32_t before = nobody;
  for (std::uint32_t q = queue.first; q != c; q = lanes_[q].next)
    before = q;
  (before == nobody ? queue.first : lanes_[before].next) = lanes_[c].next;
  if (queue.last == c) queue.last = before;
  lanes_[c].queue = no_executor;
}

void Pacer::context_written(ContextId c) {
  const Lane& lane = lanes_[c];
  if (lane.state != State::queued || lane.queue == executor_of(c)) return;
  dequeue(c);
  wake(c);
}

void Pacer::rearrange(ExecutorId e) {
  Executor& executor = executors_[e];
  if (executor.seats[hardirq] == nobody) grant(e, hardirq);
  pace(executor.seats[hardirq], e);
  pace(executor.seats[thread], e);
  if (executor.seats[hardirq] == nobody && executor.seats[thread] == nobody) grant(e, thread);
}

// First come, first served, among those whom the world lets run. Whether the guard still holds is
// found out in the turn.
void Pacer::grant(ExecutorId e, std::size_t wanted_level) {
  Executor& executor = executors_[e];
  for (std::uint32_t q = executor.queues[wanted_level].first; q != nobody; q = lanes_[q].next) {
    const auto c = static_cast<ContextId>(q);
    if (exec_.blocked(c) == Blocked::executor) continue;
    dequeue(c);
    executor.seats[wanted_level] = c;
    lanes_[c].seat = e;
    wake(c);
    return;
  }
}

bool Pacer::clock_runs(ContextId c, ExecutorId e) const {
  if (lanes_[c].entering != no_executor || is_outside(c)) return true;
  const ExecutorState& state = world_state(e);
  if (state.exclusive != 0 && state.exclusive != c + 1) {
    // A place reserved for a higher level is taken at once by it; who is outside comes back.
    const bool reserved = !is_outside(static_cast<ContextId>(state.exclusive - 1));
    return level(c) == hardirq && reserved;
  }
  if (level(c) == hardirq) return true;
  const std::uint32_t above = executors_[e].seats[hardirq];
  return state.hardirq == 0 && (above == nobody || above == c);
}

void Pacer::pace(std::uint32_t seated, ExecutorId e) {
  if (seated == nobody) return;
  const auto c = static_cast<ContextId>(seated);
  Lane& lane = lanes_[c];
  const std::uint64_t now = now_ps();
  const bool runs = clock_runs(c, e);
  if (lane.state == State::elapsing && !runs) {
    lane.time_ps -= now;
    lane.state = State::suspended;
  } else if (lane.state == State::suspended && runs) {
    lane.time_ps += now;
    lane.state = State::elapsing;
    put_on_agenda(c, lane.time_ps);
  }
}

bool Pacer::unseat_spinners() {
  bool any = false;
  for (const Executor& executor : executors_) {
    const std::uint32_t spinner = executor.seats[thread];
    if (spinner == nobody || lanes_[spinner].state != State::asleep) continue;
    if (executor.queues[thread].first == nobody) continue;
    if (is_outside(static_cast<ContextId>(spinner))) continue;
    leave_seat(static_cast<ContextId>(spinner));
    any = any || executor.seats[thread] != nobody;
  }
  return any;
}

bool Pacer::is_forgotten(ContextId c) {
  const Lane& lane = lanes_[c];
  return lane.state == State::queued && is_free_for(executors_[lane.queue], c) && exec_.enabled(c);
}

}  // namespace irqloom::timed
