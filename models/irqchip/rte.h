// The bits of a redirection entry (82093AA data sheet, 3.2.4). KVM's IOAPIC has the same layout.
#pragma once

#include <cstdint>

namespace irqloom::rte {

inline constexpr std::uint32_t vector_bits = 0xff;
inline constexpr unsigned delivery_mode_shift = 8;
inline constexpr unsigned dest_mode_shift = 11;
inline constexpr unsigned polarity_shift = 13;
inline constexpr unsigned remote_irr_shift = 14;
inline constexpr unsigned trigger_mode_shift = 15;
inline constexpr unsigned mask_shift = 16;
inline constexpr unsigned dest_shift = 24;

constexpr std::uint8_t bit(std::uint32_t word, unsigned shift) {
  return static_cast<std::uint8_t>((word >> shift) & 1);
}

/// The low word as a register read shows it.
template <class Pin>
constexpr std::uint32_t low(const Pin& p) {
  return static_cast<std::uint32_t>(p.vector) |
         static_cast<std::uint32_t>(p.delivery_mode) << delivery_mode_shift |
         static_cast<std::uint32_t>(p.dest_mode) << dest_mode_shift |
         static_cast<std::uint32_t>(p.polarity) << polarity_shift |
         static_cast<std::uint32_t>(p.remote_irr) << remote_irr_shift |
         static_cast<std::uint32_t>(p.trigger_mode) << trigger_mode_shift |
         static_cast<std::uint32_t>(p.mask) << mask_shift;
}

/// Takes over the writable bits of the low word; remote IRR and delivery status are read-only.
template <class Pin>
constexpr void set_low(Pin& p, std::uint32_t word) {
  p.vector = static_cast<std::uint8_t>(word & vector_bits);
  p.delivery_mode = static_cast<std::uint8_t>((word >> delivery_mode_shift) & 7);
  p.dest_mode = bit(word, dest_mode_shift);
  p.polarity = bit(word, polarity_shift);
  p.trigger_mode = bit(word, trigger_mode_shift);
  p.mask = bit(word, mask_shift);
}

}  // namespace irqloom::rte
