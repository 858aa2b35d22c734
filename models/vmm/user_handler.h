// The VMM handles a device's eventfd itself: its main loop raises the interrupt with KVM_IRQ_LINE,
// and takes the guest's next access to the device for its service.
//
// QEMU 7.2, hw/vfio/platform.c: vfio_intp_interrupt(), vfio_platform_eoi(). Any access counts, the
// first of several too.
#pragma once

#include <vector>

#include "models/eventfd/eventfd.h"
#include "models/guest/driver.h"
#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "models/module.h"
#include "models/pci/device.h"
#include "models/vfio/platform.h"
#include "models/vmm/main_thread.h"

namespace irqloom {

struct UserHandlerState {
  std::uint8_t installed = 0;  ///< The main loop polls the eventfd.
  std::uint8_t active = 0;     ///< VFIO_IRQ_ACTIVE: raised, as the VMM believes; accesses trap.
};

struct UserHandlerLocals {
  std::uint8_t vcpu = 0;
  std::uint8_t is_write = 0;    ///< It acknowledges the device.
  std::uint8_t was_active = 0;  ///< The VMM takes the access for the interrupt's end.
  std::uint8_t reserved = 0;
};

class UserHandler : public Module, public DeviceIf, public AccessTrapIf {
 public:
  struct Config {
    unsigned intid = 40;
    bool retries = false;  ///< A KVM_IRQ_LINE that fails is tried again.
  };
  /// What belongs to the device. Nothing is owned.
  struct Parts {
    Device& device;
    Eventfd& trigger;
    VfioPlatform& vfio;
    KvmArm64& kvm;
    MainThread& main_thread;
  };

  UserHandler(const sc_core::sc_module_name& name, Fabric& fabric, Config config, Parts parts);
  /// In the order of their ids. Not owned.
  void attach(ArmVcpu& vcpu) { vcpus_.push_back(&vcpu); }

  /// qemu_set_fd_handler(). Atomic.
  void install(Exec& x) { x.set(state_).installed = 1; }
  void remove(Exec& x) { x.set(state_).installed = 0; }

  bool read_status(Exec& x) override { return parts_.device.read_status(x); }
  Call acknowledge(Exec& x) override;
  Call accessed(Exec& x) override;
  void touches(Footprint& footprint) const override;

  Slot<UserHandlerState> state() const { return state_; }
  /// The main loop.
  ContextId context() const { return context_; }

 private:
  void vfio_intp_interrupt(Exec& x, Frame& self);
  void trapped_access(Exec& x, Frame& self, UserHandlerLocals& f);
  bool has_event(Exec& x) const;

  Config config_;
  Parts parts_;
  std::vector<ArmVcpu*> vcpus_;
  Slot<UserHandlerState> state_;
  ContextId context_ = 0;
  RoutineId access_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::UserHandlerState, IRQLOOM_FLAG(installed), IRQLOOM_FLAG(active));
IRQLOOM_FIELDS(irqloom::UserHandlerLocals, IRQLOOM_NUMBER(vcpu), IRQLOOM_FLAG(is_write),
               IRQLOOM_FLAG(was_active), IRQLOOM_NUMBER(reserved));
