// Stacks of contexts. A frame is a header followed by the routine's locals; both are in the world.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "sim/core/ids.h"
#include "sim/world/field.h"

namespace irqloom {

/// The header of one activation of a routine. Popped frames are zeroed, so equal states stay equal
/// bytes.
struct Frame {
  RoutineId routine = 0;
  std::uint8_t pc = 0;      ///< Label of the next step; 0 only before the first one.
  std::uint8_t back = 0;    ///< Bytes / 4 down to the caller's frame; 0 in the bottom frame.
  std::int32_t result = 0;  ///< What the last call returned.
};

/// The frame of whoever called this one, which lies below it on its stack; nullptr for the bottom
/// one.
inline const Frame* caller_of(const Frame& frame) {
  if (frame.back == 0) return nullptr;
  return reinterpret_cast<const Frame*>(reinterpret_cast<const std::byte*>(&frame) -
                                        std::size_t{frame.back} * 4);
}

/// How many frames lie below.
inline std::uint8_t depth_of(const Frame& frame) {
  std::uint8_t depth = 0;
  for (const Frame* f = caller_of(frame); f != nullptr; f = caller_of(*f))
    ++depth;
  return depth;
}

/// The start of a context's slot; the frames follow.
struct ContextState {
  std::uint16_t top = 0;           ///< Byte offset of the top frame in the slot; 0: nothing to run.
  std::uint16_t executor = 0;      ///< ExecutorId + 1; 0: it has an executor of its own.
  std::uint8_t spins = 0;          ///< Spinlocks held.
  std::uint8_t irqs_off = 0;       ///< Nesting of "interrupts off" taken by this context.
  std::uint8_t outside = 0;        ///< 1 while it has left its (carried) executor: a vCPU in KVM.
  std::uint8_t outside_spins = 0;  ///< As spins, of what it took out there: a guest's spinlock
  std::uint8_t outside_irqs_off = 0;  ///< makes nothing atomic for its host.
  std::uint8_t reserved = 0;
  std::uint16_t held = 0;  ///< LockId + 1 of the lock that it took last and holds; 0: none.
};

/// Locals of routines that need none.
struct NoLocals {};

template <class L>
concept FrameLocals = std::is_same_v<L, NoLocals> ||(WorldState<L> && alignof(L) <= 4);

template <FrameLocals L>
inline constexpr std::uint16_t frame_size = std::is_same_v<L, NoLocals>
                                                ? sizeof(Frame)
                                                : sizeof(Frame) + (sizeof(L) + 3) / 4 * 4;

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::Frame, IRQLOOM_NUMBER(routine), IRQLOOM_NUMBER(pc), IRQLOOM_NUMBER(back),
               IRQLOOM_NUMBER(result));
IRQLOOM_FIELDS(irqloom::ContextState, IRQLOOM_NUMBER(top), IRQLOOM_NUMBER(executor),
               IRQLOOM_NUMBER(spins), IRQLOOM_NUMBER(irqs_off), IRQLOOM_FLAG(outside),
               IRQLOOM_NUMBER(outside_spins), IRQLOOM_NUMBER(outside_irqs_off),
               IRQLOOM_NUMBER(reserved), IRQLOOM_HIDDEN(held));
