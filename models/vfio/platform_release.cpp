#include "models/vfio/platform_release.h"

namespace irqloom {

VfioPlatformRelease::VfioPlatformRelease(Fabric& fabric, VfioPlatform& vfio, Device& device,
                                         IrqDesc& host_desc, bool resets)
    : vfio_(vfio),
      device_(device),
      free_irq_(fabric, host_desc),
      resets_(resets),
      close_(fabric.routine<&VfioPlatformRelease::close_routine>(
          *this, "vfio_platform_close_device",
          "drivers/vfio/platform/vfio_platform_common.c, Linux 6.1.192")) {
  vfio.virqfd().can_go();
}

Call VfioPlatformRelease::close_device(Exec& x) {
  return x.call(close_);
}

void VfioPlatformRelease::close_routine(Exec& x, Frame& self) {
  ROUTINE();
  STEP("vfio_platform_call_reset", cost("device.access"), calls(device_));
  if (resets_) device_.reset(x);
  CALL(vfio_.virqfd().disable(x));
  LOCAL("its unmask eventfd is let go");
  CALL(free_irq_.free_irq(x));
  STEP("free the contexts of its interrupts", cost("cpu"), calls(vfio_));
  x.set(vfio_.state()) = VfioPlatformState{};
  RETURN(0);
  ROUTINE_END();
}

void VfioPlatformRelease::touches(Footprint& footprint) const {
  vfio_.touches(footprint);
  device_.touches(footprint);
}

}  // namespace irqloom
