// When contexts get their turns: SystemC's kernel decides when, we decide who.
//
// Every context is an SC_METHOD with one event. The order in which the kernel runs the methods of
// one instant is its own affair, so a method that is activated does not run its own context but the
// head of our heap, ordered by time and context.
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

class Agenda {
 public:
  /// Spawns a method for each of `contexts` contexts in the current simulation context, whose time
  /// resolution must be 1 ps (std::logic_error). `turns` is called from within these methods.
  Agenda(std::size_t contexts, TurnTaker& turns);
  /// The methods stay in the simulation context and do nothing any more.
  ~Agenda();
  Agenda(const Agenda&) = delete;
  Agenda& operator=(const Agenda&) = delete;

  /// `c`, which must not be on the agenda, gets a turn at `time_ps`, which must not be over. Turns
  /// at one instant go by ascending context.
  void add(ContextId c, std::uint64_t time_ps);
  /// SystemC's time in picoseconds.
  std::uint64_t now_ps() const { return clock_.value(); }
  /// Whether a turn is in progress.
  bool in_turn() const;
  /// No turn begins any more, and the simulation pauses.
  void stop();

 private:
  struct State;

  /// Shared with the methods, which SystemC destroys only with the simulation context.
  std::shared_ptr<State> state_;
  const sc_core::sc_time& clock_;
};

}  // namespace irqloom::timed
