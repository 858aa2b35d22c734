// The last file descriptor of a vfio-platform device is closed: by its VMM, or by the kernel when
// that one was killed.
//
// drivers/vfio/platform/vfio_platform_common.c: vfio_platform_close_device(), and
// vfio_platform_irq.c: vfio_platform_irq_cleanup(), Linux 6.1.192. The next open begins with fresh
// contexts of its interrupts, requested and disabled.
#pragma once

#include "models/genirq/free_irq.h"
#include "models/pci/device.h"
#include "models/vfio/platform.h"

namespace irqloom {

class VfioPlatformRelease : public Touches {
 public:
  /// `resets`: there is a reset module for the device. Nothing is owned.
  VfioPlatformRelease(Fabric& fabric, VfioPlatform& vfio, Device& device, IrqDesc& host_desc,
                      bool resets);

  /// Sleeps. The result is 0.
  Call close_device(Exec& x);
  void touches(Footprint& footprint) const override;

 private:
  void close_routine(Exec& x, Frame& self);

  VfioPlatform& vfio_;
  Device& device_;
  FreeIrq free_irq_;
  bool resets_;
  RoutineId close_;
};

}  // namespace irqloom
