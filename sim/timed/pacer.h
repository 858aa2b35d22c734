// How time passes for contexts: costs elapse, executors are held, freed and taken away.
//
// Beside what the world says (Exec::blocked), a context on an executor needs the seat of its level
// there. It keeps the seat while a busy cost elapses and beyond, until it blocks or sleeps, so that
// contexts of one level run to block; who is ready meanwhile queues up. The seat of the hardirq
// level stops the clock of a thread-level cost below it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/exec.h"
#include "sim/timed/agenda.h"
#include "sim/timed/cost_table.h"

namespace irqloom::timed {

class Pacer final : private TurnTaker {
 public:
  /// `turns` is called when a context may try its next step: its cost is over, or it was woken, or
  /// it was given the seat for which it queued. It answers with admit() and spend(), or
  /// wait_for_executor(), or sleep().
  Pacer(Exec& exec, TurnTaker& turns);

  /// Gives a sleeper a turn at this instant.
  void wake(ContextId c);
  /// The world lets `c` step. True: it has the seat it needs and steps now. False: it waits for it.
  bool admit(ContextId c);
  /// `c` has taken a step that costs `ps`; `was_outside` is its ContextState::outside before.
  void spend(ContextId c, CostKind kind, std::uint64_t ps, bool was_outside);
  /// The executor's state keeps `c` from a step that is ready otherwise.
  void wait_for_executor(ContextId c);
  /// `c` waits for something else. Who spins keeps the seat.
  void sleep(ContextId c, bool spins);
  bool asleep(ContextId c) const { return lanes_[c].state == State::asleep; }
  /// Whether `c` has the seat of its level on some executor.
  bool seated(ContextId c) const { return lanes_[c].seat != no_executor; }

  /// To be called after the step that wrote the executor's state or that of a context.
  void executor_written(ExecutorId executor) { rearrange(executor); }
  void context_written(ContextId c);

  /// Takes the seats of spinning contexts away where others queue. True when somebody gets a turn.
  bool unseat_spinners();
  /// Whether `c` queues although the world and the seats would let it step: an engine error.
  bool is_forgotten(ContextId c);

  Agenda& agenda() { return agenda_; }
  std::uint64_t now_ps() const { return agenda_.now_ps(); }

 private:
  void take_turn(ContextId c) override;

  enum class State : std::uint8_t {
    asleep,     ///< Waits for a slot.
    due,        ///< Gets a turn at this instant.
    elapsing,   ///< Its cost is over at `time_ps`.
    suspended,  ///< A higher level runs; `time_ps` of its cost remain.
    queued      ///< Waits for a seat.
  };

  static constexpr std::uint32_t nobody = 0xffffffff;

  struct Lane {
    std::uint64_t time_ps = 0;
    std::uint32_t next = nobody;  ///< The one behind it in the queue.
    ExecutorId seat = no_executor;
    ExecutorId queue = no_executor;
    /// It comes in from outside (a vCPU's entry): no level there runs before that is over.
    ExecutorId entering = no_executor;
    State state = State::asleep;
    bool on_agenda = false;
    std::uint8_t level = 0;  ///< ContextInfo::level, which is where everything else is.
  };

  struct Queue {
    std::uint32_t first = nobody;
    std::uint32_t last = nobody;
  };

  /// Indexed by Level.
  struct Executor {
    std::array<std::uint32_t, 2> seats{nobody, nobody};
    std::array<Queue, 2> queues;
  };

  static constexpr std::size_t thread = static_cast<std::size_t>(Level::thread);
  static constexpr std::size_t hardirq = static_cast<std::size_t>(Level::hardirq);

  std::size_t level(ContextId c) const { return lanes_[c].level; }
  bool is_outside(ContextId c) const;
  ExecutorId executor_of(ContextId c) const;
  const ExecutorState& world_state(ExecutorId executor) const;
  bool is_free_for(const Executor& executor, ContextId c) const;

  void put_on_agenda(ContextId c, std::uint64_t time_ps);
  void finish_entering(ContextId c);
  void leave_seat(ContextId c);
  void enqueue(ContextId c, ExecutorId executor);
  void dequeue(ContextId c);
  void rearrange(ExecutorId executor);
  void pace(std::uint32_t seated, ExecutorId executor);
  bool clock_runs(ContextId c, ExecutorId executor) const;
  void grant(ExecutorId executor, std::size_t level);

  Exec& exec_;
  const Fabric& fabric_;
  TurnTaker& turns_;
  std::vector<Lane> lanes_;
  std::vector<Executor> executors_;
  Agenda agenda_;
};

}  // namespace irqloom::timed
