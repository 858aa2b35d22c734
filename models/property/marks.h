// What an edge of the state graph is marked with, for no_cycle properties.
#pragma once

#include <cstdint>

namespace irqloom::mark {

inline constexpr std::uint8_t raise = 1;   ///< A device got new work.
inline constexpr std::uint8_t served = 2;  ///< A driver served work.
inline constexpr std::uint8_t guest_entry =
    4;  ///< A guest line's flow handler began, or went round.
inline constexpr std::uint8_t host_entry = 8;    ///< A host line's did.
inline constexpr std::uint8_t turned_back = 16;  ///< A vCPU left before its guest had run.

}  // namespace irqloom::mark
