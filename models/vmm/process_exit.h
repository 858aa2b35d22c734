// A VMM is killed: its threads end, the kernel closes its files, and the VM goes with them. Then
// the same VMM is started again, on a host and a device that remember the first one.
//
// kernel/exit.c: do_exit(), exit_files(); virt/kvm/kvm_main.c: kvm_vm_release(),
// kvm_destroy_vm(); virt/kvm/eventfd.c: kvm_irqfd_release(); Linux 6.1. The VM is opened before its
// devices, and files are closed in that order.
//
// A thread ends between two operations, not inside of one; a VMM whose threads wait for one another
// in an operation is not killed before that is over.
#pragma once

#include <vector>

#include "models/kvm/arm_vcpu.h"
#include "models/kvm/irqfd.h"
#include "models/module.h"
#include "models/vfio/platform_release.h"
#include "models/vmm/main_thread.h"

namespace irqloom {

struct ProcessExitState {
  std::uint8_t killed = 0;  ///< A SIGKILL is pending; until the second start.
  std::uint8_t reserved = 0;
};

struct ProcessExitLocals {
  std::uint8_t i = 0;
  std::uint8_t reserved[3] = {};
};

class ProcessExit : public Module, public Touches {
 public:
  /// Context "<name>" is the kernel's side of the exit, which is owed once it is asked for.
  ProcessExit(const sc_core::sc_module_name& name, Fabric& fabric, MainThread& main_thread);

  // --- the process; all before elaboration ends. Nothing is owned -------------------------------

  void attach(ArmVcpu& vcpu) { vcpus_.push_back(&vcpu); }
  void attach(Irqfd& irqfd, VfioPlatformRelease& device);
  /// A thread of the process, which is in user space when it is in its main routine.
  void add_thread(ContextId context) { threads_.push_back(context); }
  /// State that is gone with the process: slots [first, last).
  void add_state(SlotIndex first, SlotIndex last);

  /// SIGKILL, by somebody outside of the process. Atomic; the second start comes by itself.
  void kill(Exec& x) { x.set(killed_).killed = 1; }
  void touches(Footprint& footprint) const override;

 private:
  struct DeviceFiles {
    Irqfd* irqfd;
    VfioPlatformRelease* device;
  };

  void do_exit(Exec& x, Frame& self, ProcessExitLocals& f);
  bool is_in_user_space(Exec& x) const;
  bool irqfds_are_gone(Exec& x) const;
  Calls of_process() const;
  Writes thread_slots() const;
  Writes state_slots() const;

  MainThread& main_thread_;
  Slot<ProcessExitState> killed_;
  std::vector<ArmVcpu*> vcpus_;
  std::vector<DeviceFiles> devices_;
  std::vector<ContextId> threads_;
  std::vector<SlotIndex> state_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ProcessExitState, IRQLOOM_FLAG(killed), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::ProcessExitLocals, IRQLOOM_NUMBER(i), IRQLOOM_NUMBER(reserved));
