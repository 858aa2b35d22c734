// A device that the VMM emulates on arm64: it holds its line with KVM_IRQ_LINE while it has causes,
// of which the guest serves one at a time; the guest's accesses exit to the VMM.
//
// Documentation/virt/kvm/api.rst, KVM_IRQ_LINE. The VMM ignores what the ioctl answers.
#pragma once

#include <vector>

#include "models/kvm/arm_vcpu.h"
#include "models/kvm/kvm_arm64.h"
#include "models/module.h"
#include "models/seam.h"
#include "models/vmm/main_thread.h"

namespace irqloom {

struct HeldLineState {
  std::uint8_t work = 0;    ///< Causes that nobody has served.
  std::uint8_t level = 0;   ///< What the VMM last told KVM.
  std::uint8_t raised = 0;  ///< It has had its causes: they come once.
  std::uint8_t reserved = 0;
};

struct HeldLineLocals {
  std::uint8_t vcpu = 0;
  std::uint8_t reserved[3] = {};
};

class HeldLine : public Module, public DeviceIf {
 public:
  struct Config {
    unsigned intid = 40;
    std::uint8_t causes = 1;  ///< That come at once.
    bool withdraws = false;   ///< It may lose its causes without the guest's doing.
    std::string period_key = "device.period";
  };

  HeldLine(const sc_core::sc_module_name& name, Fabric& fabric, Config config, KvmArm64& kvm,
           MainThread& main_thread);
  /// In the order of their ids. Not owned.
  void attach(ArmVcpu& vcpu) { vcpus_.push_back(&vcpu); }

  bool read_status(Exec& x) override { return x.get(state_).work != 0; }
  Call acknowledge(Exec& x) override;
  void touches(Footprint& footprint) const override;

  Slot<HeldLineState> state() const { return state_; }

 private:
  void raise(Exec& x, Frame& self);
  void withdraw(Exec& x, Frame& self);
  void io(Exec& x, Frame& self);
  void serve(Exec& x, Frame& self, HeldLineLocals& f);
  bool is_wrong(Exec& x) const;

  Config config_;
  KvmArm64& kvm_;
  MainThread& main_thread_;
  std::vector<ArmVcpu*> vcpus_;
  Slot<HeldLineState> state_;
  std::int64_t label_;
  RoutineId serve_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::HeldLineState, IRQLOOM_NUMBER(work), IRQLOOM_FLAG(level),
               IRQLOOM_FLAG(raised), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::HeldLineLocals, IRQLOOM_NUMBER(vcpu), IRQLOOM_NUMBER(reserved));
