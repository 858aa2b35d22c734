// One interrupt of a GIC: the state machine that the distributor (and, for SGIs and PPIs, the
// redistributor of GICv3) keeps for every INTID. The same in both versions.
//
// ARM IHI 0048B.b (GICv2), 3.2.4 and 4.3; ARM IHI 0069H (GICv3), 4.1.2 and 12.9. States as there:
// inactive, pending, active, active and pending.
#pragma once

#include <cstdint>

#include "sim/world/field.h"

namespace irqloom {

/// Names as of the registers' fields; the latch is what an edge, ISPENDR or an SGI sets.
struct GicIrq {
  std::uint8_t enable = 0;
  std::uint8_t group = 0;     ///< 0 or 1.
  std::uint8_t edge = 0;      ///< ICFGR: 1 edge-triggered, 0 level-sensitive.
  std::uint8_t line = 0;      ///< The input.
  std::uint8_t latch = 0;     ///< Pending but for the line. An SGI of GICv2: a bit per source CPU.
  std::uint8_t active = 0;    ///< One state for all CPUs, also of an SPI with several targets.
  std::uint8_t priority = 0;  ///< 0 is the highest.
  std::uint8_t targets = 0;   ///< ITARGETSR of GICv2, a bit per CPU.
};

namespace gic {

inline constexpr unsigned first_ppi = 16;
inline constexpr unsigned first_spi = 32;
inline constexpr unsigned first_special = 1020;   ///< No interrupt has an INTID from here to 1023.
inline constexpr unsigned group1_pending = 1022;  ///< GICv2: IAR of the other group's interrupt.
inline constexpr unsigned spurious = 1023;

/// A level-sensitive interrupt is pending while its line is high or software has made it so; the
/// line itself latches nothing.
inline bool is_pending(const GicIrq& irq) {
  return irq.latch != 0 || (irq.edge == 0 && irq.line != 0);
}

/// Drives the input. A rising edge of an edge-triggered one latches; edges merge.
inline void set_line(GicIrq& irq, bool level) {
  if (level && irq.line == 0 && irq.edge != 0) irq.latch = 1;
  irq.line = level ? 1 : 0;
}

}  // namespace gic

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::GicIrq, IRQLOOM_FLAG(enable), IRQLOOM_FLAG(group), IRQLOOM_FLAG(edge),
               IRQLOOM_FLAG(line), IRQLOOM_HEX(latch), IRQLOOM_FLAG(active), IRQLOOM_HEX(priority),
               IRQLOOM_HEX(targets));
