// A GIC CPU interface: priority mask, binary points, running priority. The arithmetic is the same
// behind the memory-mapped registers of GICv2 and the system registers of GICv3.
//
// ARM IHI 0048B.b, 3.3 and 4.4; ARM IHI 0069H, 4.8.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/world/field.h"

namespace irqloom {

/// Two-element arrays are by group.
struct GicCpuInterface {
  std::uint32_t active_priorities[2][4] = {};  ///< A bit per preemption level: APR, AP0R and AP1R.
  std::uint8_t priority_mask = 0;              ///< PMR; only higher priorities are signalled.
  std::uint8_t binary_point[2] = {};           ///< BPR; ABPR of GICv2, BPR1 of GICv3.
  std::uint8_t enable[2] = {};                 ///< CTLR.EnableGrpN, IGRPENn.
  std::uint8_t cbpr = 0;                       ///< Group 1 uses the binary point of group 0.
  std::uint8_t eoi_mode = 0;                   ///< 1: EOIR drops the priority, DIR deactivates.
  std::uint8_t ack_ctl = 0;                    ///< GICv2: IAR acknowledges group 1 as well.
  std::uint8_t fiq_enable = 0;                 ///< GICv2: group 0 is signalled as FIQ.
  std::uint8_t reserved[3] = {};
};

namespace gic {

/// An active priority: what runs, or has been pre-empted.
struct ActivePriority {
  unsigned level = 0;  ///< Preemption level, 0 is the highest.
  unsigned group = 0;
};

/// The bits of a priority that count for preemption by this group.
std::uint8_t group_priority_bits(const GicCpuInterface& c, unsigned group);

/// The running priority, or nothing when idle.
std::optional<ActivePriority> highest_active(const GicCpuInterface& c);

void set_active(GicCpuInterface& c, ActivePriority p);
void clear_active(GicCpuInterface& c, ActivePriority p);

}  // namespace gic

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::GicCpuInterface, IRQLOOM_HEX(active_priorities), IRQLOOM_HEX(priority_mask),
               IRQLOOM_NUMBER(binary_point), IRQLOOM_FLAG(enable), IRQLOOM_FLAG(cbpr),
               IRQLOOM_FLAG(eoi_mode), IRQLOOM_FLAG(ack_ctl), IRQLOOM_FLAG(fiq_enable),
               IRQLOOM_NUMBER(reserved));
