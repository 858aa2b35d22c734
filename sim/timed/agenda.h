// When contexts get their turns: SystemC's kernel decides when, we decide who.
//
// Every context is an SC_METHOD with an event of its own. Only the event of the one whose turn is
// next is notified: the order in which the kernel runs what is due at one instant is its own
// affair, so we take such turns one after the other, by ascending context, in one activation.
//
// Where nobody else lives in the simulation context, the turns of later instants follow in the same
// activation too (temporal decoupling, IEEE 1666-2011 12.1): nobody is there to see that the
// kernel's clock is behind, and it catches up before the simulation ends. A single process of
// somebody else's, a testbench's say, and every instant is one of the kernel's.
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>

#include "sim/core/ids.h"

namespace irqloom::timed {

/// Who runs what the agenda says.
class TurnTaker {
 public:
  virtual void take_turn(ContextId c) = 0;

 protected:
  ~TurnTaker() = default;
};

/// What names of processes of ours begin with.
inline constexpr const char* process_prefix = "irqloom_";

class Agenda {
 public:
  /// Spawns a method for each of `contexts` contexts in the current simulation context, whose time
  /// resolution must be 1 ps (std::logic_error). `turns` is called from within these methods.
  Agenda(std::size_t contexts, TurnTaker& turns);
  /// The methods stay in the simulation context and do nothing any more.
  ~Agenda();
  Agenda(const Agenda&) = delete;
  Agenda& operator=(const Agenda&) = delete;

  /// No turn begins at `ps` or later: there the caller lets the simulation end.
  void set_end(std::uint64_t ps);
  /// `c`, which must not be on the agenda, gets a turn at `time_ps`, which must not be over. Turns
  /// at one instant go by ascending context.
  void add(ContextId c, std::uint64_t time_ps);
  /// The time in picoseconds: of the turn in progress, or at which it stopped, else SystemC's.
  std::uint64_t now_ps() const;
  /// Whether a turn is in progress.
  bool in_turn() const;
  /// No turn begins any more, and the simulation pauses.
  void stop();

 private:
  struct State;

  /// Shared with the methods, which SystemC destroys only with the simulation context.
  std::shared_ptr<State> state_;
};

}  // namespace irqloom::timed
