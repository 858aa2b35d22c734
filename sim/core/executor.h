// The engine's own state in the world: who occupies an executor, who owns a lock.
#pragma once

#include <cstdint>

#include "sim/world/field.h"

namespace irqloom {

/// Occupancy of an executor: ids are ContextId + 1, 0 is nobody.
struct ExecutorState {
  std::uint16_t hardirq = 0;    ///< The running hardirq-level context.
  std::uint16_t holder = 0;     ///< The thread-level context that cannot be pre-empted.
  std::uint16_t exclusive = 0;  ///< The context that occupies all levels (a vCPU's exit).
  std::uint8_t irqs_off = 0;    ///< > 0: no hardirq-level context may enter.
  std::uint8_t reserved = 0;
};

/// A lock that is held across steps.
struct LockState {
  std::uint16_t owner = 0;  ///< ContextId + 1; 0: free.
  /// LockId + 1 of the lock that the owner took before this one and still holds; 0: none.
  std::uint16_t below = 0;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ExecutorState, IRQLOOM_NUMBER(hardirq), IRQLOOM_NUMBER(holder),
               IRQLOOM_NUMBER(exclusive), IRQLOOM_NUMBER(irqs_off), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::LockState, IRQLOOM_NUMBER(owner), IRQLOOM_HIDDEN(below));
