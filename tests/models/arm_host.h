// A platform device on a host with a GIC: wire, genirq line, VFIO, eventfds. Nobody takes the
// trigger: it counts.
#pragma once

#include <catch2/catch.hpp>
#include <memory>

#include "models/eventfd/eventfd.h"
#include "models/events.h"
#include "models/genirq/desc.h"
#include "models/genirq/free_irq.h"
#include "models/genirq/gic_entry.h"
#include "models/irqchip/gic_eoimode1_chip.h"
#include "models/irqchip/gicv2.h"
#include "models/irqchip/gicv3.h"
#include "models/pci/device.h"
#include "models/pci/wire.h"
#include "models/vfio/platform.h"
#include "tests/models/bench.h"

namespace irqloom::bench {

inline constexpr unsigned host_spi = 40;

struct ArmHostConfig {
  bool edge = false;
  bool gicv3 = false;
  bool eoi_mode_1 = false;
  bool armed = true;  ///< The trigger is set; otherwise the line is requested and disabled.
};

class ArmHostParts {
 private:
  timed::FreshSimcontext simcontext_;

 public:
  explicit ArmHostParts(const ArmHostConfig& config);

  Fabric fabric;
  ExecutorId cpu;
  std::unique_ptr<Gic> gic;
  std::unique_ptr<GicChip> chip;
  GicCpu gic_cpu;
  GicEntry entry;
  Device device;
  Wire wire;
  IrqDesc desc;
  FreeIrq free_irq;
  VfioPlatform vfio;
  std::shared_ptr<EventfdLocks> locks = std::make_shared<EventfdLocks>();
  Eventfd trigger;
  Eventfd resamplefd;
  Hand task;   ///< A thread of the VMM.
  Hand other;  ///< Somebody who signals.
};

class ArmHost : public ArmHostParts {
 public:
  explicit ArmHost(const ArmHostConfig& config) : ArmHostParts(config), go(fabric) {}

  Steps go;

  const GicIrq& spi() const { return go[gic->interrupt(0, host_spi)]; }
  const DescState& line() const { return go[desc.state()]; }
  const VfioPlatformState& state() const { return go[vfio.state()]; }
  std::uint32_t signals() const { return go[trigger.state()].count; }
  void raise() { device.raise_now(go.exec()); }
  void serve() { CHECK_FALSE(device.acknowledge(go.exec()).pending); }
  void resample() {
    task.run(go, [this](Exec& x) { return resamplefd.signal(x); });
  }
  std::size_t handled() const { return go.count(event::irq_handler_entry); }
};

}  // namespace irqloom::bench
