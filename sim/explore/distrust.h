// Declarations are distrusted: what steps say that they read and write is checked on reached
// states.
//
// A step's footprint must be true before anything may be reduced by it. Checked are, for every
// context in every state of a bounded sample, without fusing:
//  - what a step changes lies within its declared writes;
//  - with everything undeclared taken from another reached state, the context is enabled as before,
//    and the step has the same effect on its declared writes and its own stack;
//  - two steps of different contexts that are declared independent commute.
// Always allowed, because the engine accounts for them itself: the step's own context, locks and
// executors. Slots named "ghost...." belong to monitors, which may follow any step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/assume.h"

namespace irqloom::explore {

struct Lie {
  enum class Kind : std::uint8_t { undeclared_write, undeclared_read, not_independent };

  std::string routine;
  std::string step;
  Kind kind = Kind::undeclared_write;
  /// The field, "slot.field" or "slot.field[3]"; for not_independent the step with which it does
  /// not commute, "'label' of routine".
  std::string what;

  friend auto operator<=>(const Lie&, const Lie&) = default;
};

struct DistrustOptions {
  std::size_t states = 2000;  ///< Size of the sample, > 0.
  std::size_t partners = 2;   ///< States from which undeclared fields are taken, per state.
  std::uint64_t seed = 1;
  const Assumptions* assumptions = nullptr;  ///< May be nullptr.
};

/// "undeclared write" and so on.
std::string to_string(Lie::Kind kind);

/// The lies that were found out, sorted, each once. None is no proof: only reached states count.
std::vector<Lie> distrust(const Fabric& fabric, const DistrustOptions& options);

}  // namespace irqloom::explore
