// A device that the VMM emulates: it drives source 0 of a GSI with KVM_IRQ_LINE, and the guest's
// accesses to it exit to the VMM.
#pragma once

#include <vector>

#include "models/kvm/kvm.h"
#include "models/kvm/vcpu.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

struct EmulatedState {
  std::uint8_t work = 0;   ///< Unserved.
  std::uint8_t level = 0;  ///< What the VMM last told KVM.
  std::uint16_t raises = 0;
};

struct EmulatedLocals {
  std::uint8_t vcpu = 0;
  std::uint8_t reserved[3] = {};
};

class EmulatedDevice : public Module, public DeviceIf {
 public:
  sc_core::sc_export<DeviceIf> registers;

  struct Config {
    unsigned gsi = 16;
    std::uint16_t max_raises = 0;  ///< 0: without end.
    bool never_lowered = false;    ///< An acknowledge does not quiet it.
  };

  EmulatedDevice(const sc_core::sc_module_name& name, Fabric& fabric, Config config, Kvm& kvm);
  /// Not owned; in the order of their ids.
  void attach(Vcpu& vcpu) { vcpus_.push_back(&vcpu); }

  bool read_status(Exec& x) override { return x.get(state_).work != 0; }
  Call acknowledge(Exec& x) override;
  void touches(Footprint& footprint) const override { footprint.writes.push_back(range(state_)); }

  Slot<EmulatedState> state() const { return state_; }
  std::int64_t label() const { return label_; }

 private:
  void raise(Exec& x, Frame& self);
  void io(Exec& x, Frame& self);
  void serve(Exec& x, Frame& self, EmulatedLocals& f);
  bool may_raise(Exec& x) const;

  Config config_;
  Kvm& kvm_;
  std::vector<Vcpu*> vcpus_;
  Slot<EmulatedState> state_;
  Lock bql_;  ///< The VMM's lock: its device model and the ioctl that follows are one.
  std::int64_t label_;
  RoutineId acknowledge_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::EmulatedState, IRQLOOM_FLAG(work), IRQLOOM_FLAG(level),
               IRQLOOM_NUMBER(raises));
IRQLOOM_FIELDS(irqloom::EmulatedLocals, IRQLOOM_NUMBER(vcpu), IRQLOOM_NUMBER(reserved));
