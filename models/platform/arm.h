// A whole arm64 set-up: platform devices, the host's GIC and genirq, VFIO, KVM with its virtual
// GIC, a VMM and a guest. Built from a plain description; who wrote the description does not
// matter.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/eventfd/eventfd.h"
#include "models/genirq/desc.h"
#include "models/genirq/gic_entry.h"
#include "models/guest/driver.h"
#include "models/guest/gic_chip.h"
#include "models/irqchip/gic_chip.h"
#include "models/kvm/irqfd.h"
#include "models/kvm/resampler.h"
#include "models/kvm/vgic/arm_vcpu.h"
#include "models/kvm/vgic/kvm_arm64.h"
#include "models/pci/device.h"
#include "models/pci/wire.h"
#include "models/platform/guest_action.h"
#include "models/property/spurious_entry.h"
#include "models/vfio/platform.h"
#include "models/vmm/script.h"
#include "models/vmm/script_spec.h"
#include "models/vmm/user_handler.h"

namespace irqloom::arm {

/// A platform device: on a host SPI, through VFIO and an eventfd to a guest GSI.
struct DeviceSpec {
  std::string name;
  DeviceConfig config;  ///< `edge` says what its wire does.
  unsigned host_spi = 40;  ///< INTID of the host's GIC, 32..1019.
  unsigned gsi = 8;        ///< The guest's: SPI 32 + gsi.
  /// A resample irqfd; false: a plain one, as for an edge-triggered interrupt.
  bool resample = true;
  /// VFIO's trigger, the irqfd and VFIO's unmask are in place; false: the VMM does it.
  bool armed_at_reset = true;
  /// It has work and asserts its wire, from a session before.
  bool asserting = false;
  /// User space that handles the eventfd tries again when KVM_IRQ_LINE fails.
  bool handler_retries = false;
};

/// One line of the guest.
struct GuestLine {
  unsigned gsi = 8;
  unsigned vcpu = 0;
  bool edge = false;             ///< Its trigger type, as the guest's device tree says.
  bool oneshot = true;
  bool enabled_at_reset = true;  ///< Requested and enabled; needs a machine that runs.
  std::vector<GuestAction> actions;
};

struct Spec {
  unsigned host_cpus = 2;
  unsigned vcpus = 1;
  bool host_gicv3 = false;
  VgicModel gic = VgicModel::v2;
  unsigned nr_irqs = 64;  ///< What the VM has once it is initialised: 32 + SPIs.
  /// The VM runs, its guest has set up the distributor; false: nothing is created yet.
  bool started = false;
  std::string readiness = "linux-6.1";
  std::uint8_t default_config = vgic_config_edge;
  std::string resample_policy = "at-eoi";
  std::uint32_t spurious_limit = 0;  ///< note_interrupt() of guest lines; 0: off.
  std::uint32_t spurious_window = 0;
  std::vector<DeviceSpec> devices;
  std::vector<GuestLine> lines;
  std::vector<ScriptSpec> scripts;
};

}  // namespace irqloom::arm
