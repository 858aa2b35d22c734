// A fabric of any size for the timed scheduler: islands of ten devices with an I/O APIC and a CPU.
//
// Islands, because a real set-up grows so (an I/O APIC has 24 pins, a CPU some 200 vectors), and
// because then an event's cost can grow with the fabric for one reason only: the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/core/fabric.h"
#include "sim/timed/cost_table.h"

namespace irqloom::bench {

/// Sizes of an island. Two devices share each wire and line, as PCI's INTx does.
inline constexpr unsigned devices_per_island = 10;
inline constexpr unsigned devices_per_line = 2;

/// Picoseconds: between a device's interrupts, uniformly drawn, and of the steps on the way.
inline constexpr std::uint64_t shortest_period = 1'000'000'000;
inline constexpr std::uint64_t longest_period = 3'000'000'000;
inline constexpr std::uint64_t mean_period = (shortest_period + longest_period) / 2;
inline constexpr std::uint64_t raise_time = 100'000;
inline constexpr std::uint64_t entry_time = 1'000'000;
inline constexpr std::uint64_t cpu_time = 200'000;
inline constexpr std::uint64_t irqchip_time = 200'000;
inline constexpr std::uint64_t exit_time = 500'000;

/// Costs of every step of the islands.
timed::CostTable island_costs();

class Islands {
 public:
  /// `devices`: a multiple of devices_per_island. The fabric must be sealed by the caller after
  /// SystemC's elaboration.
  Islands(Fabric& fabric, unsigned devices);
  ~Islands();
  Islands(const Islands&) = delete;
  Islands& operator=(const Islands&) = delete;

  /// Interrupts that drivers have handled so far: acknowledged devices.
  std::uint64_t handled() const { return handled_; }

 private:
  struct Island;

  std::uint64_t handled_ = 0;
  std::vector<std::unique_ptr<Island>> islands_;
};

}  // namespace irqloom::bench
