// Messages of MSI routes (arch/x86/kvm/irq_comm.c: kvm_set_msi_irq(), Linux 6.1.192; the fields are
// those of Intel SDM vol. 3, 11.11).
#include "models/kvm/kvm.h"

namespace irqloom {

namespace {

constexpr unsigned dest_shift = 12;
constexpr unsigned logical_bit = 2;
constexpr unsigned delivery_mode_shift = 8;
constexpr unsigned trigger_bit = 15;

// The layout of RouteState::msi_mode.
constexpr unsigned mode_bits = 7;
constexpr unsigned mode_logical = 1U << 3;
constexpr unsigned mode_level = 1U << 4;

}  // namespace

void set_msi_route(RouteState& route, std::uint64_t address, std::uint32_t data) {
  route.vector = static_cast<std::uint8_t>(data);
  route.dest = static_cast<std::uint8_t>(address >> dest_shift);
  route.msi_mode =
      static_cast<std::uint8_t>((data >> delivery_mode_shift & mode_bits) |
                                ((address >> logical_bit & 1) != 0 ? mode_logical : 0) |
                                ((data >> trigger_bit & 1) != 0 ? mode_level : 0));
}

ApicMessage msi_of(const RouteState& route) {
  return {.dest = route.dest,
          .logical = (route.msi_mode & mode_logical) != 0,
          .mode = static_cast<DeliveryMode>(route.msi_mode & mode_bits),
          .vector = route.vector,
          .trigger = (route.msi_mode & mode_level) != 0 ? Trigger::level : Trigger::edge};
}

}  // namespace irqloom
