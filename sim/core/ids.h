// Small integers that name the parts of a fabric. They index the fabric's tables, in the order in
// which elaboration created the parts, which is the same on every machine.
#pragma once

#include <cstdint>

namespace irqloom {

using ContextId = std::uint16_t;
using RoutineId = std::uint16_t;
using ExecutorId = std::uint16_t;
using LockId = std::uint16_t;

inline constexpr ExecutorId no_executor = 0xffff;
inline constexpr LockId no_lock = 0xffff;

}  // namespace irqloom
