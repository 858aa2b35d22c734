#include "models/irqchip/gic_cpu_interface.h"

#include <bit>

namespace irqloom::gic {

// IHI 0048B.b, table 3-2; IHI 0069H, tables 4-7 and 4-8. Group 0: BPR n leaves bits [7:n+1]. Group
// 1 with a binary point of its own: bits [7:n], n at least 1.
std::uint8_t group_priority_bits(const GicCpuInterface& c, unsigned group) {
  const unsigned shift = group == 1 && c.cbpr == 0 ? c.binary_point[1] : c.binary_point[0] + 1U;
  return static_cast<std::uint8_t>(0xffU << shift);
}

std::optional<ActivePriority> highest_active(const GicCpuInterface& c) {
  for (unsigned word = 0; word < 4; ++word) {
    const std::uint32_t group0 = c.active_priorities[0][word];
    const std::uint32_t any = group0 | c.active_priorities[1][word];
    if (any == 0) continue;
    const auto bit = static_cast<unsigned>(std::countr_zero(any));
    return ActivePriority{word * 32 + bit, (group0 >> bit & 1) != 0 ? 0U : 1U};
  }
  return std::nullopt;
}

void set_active(GicCpuInterface& c, ActivePriority p) {
  c.active_priorities[p.group][p.level / 32] |= 1U << p.level % 32;
}

void clear_active(GicCpuInterface& c, ActivePriority p) {
  c.active_priorities[p.group][p.level / 32] &= ~(1U << p.level % 32);
}

}  // namespace irqloom::gic
