// All resample irqfds of one GSI: one irq source, one ack notifier, many resamplefds
// (struct kvm_kernel_irqfd_resampler, virt/kvm/eventfd.c, Linux 6.1.192).
#pragma once

#include "models/module.h"
#include "models/seam.h"
#include "models/vfio/intx.h"

namespace irqloom {

class KvmVm;
class ResamplePolicy;

inline constexpr std::size_t resampler_members = 16;  ///< At most, irqfds of one GSI.

struct ResamplerState {
  std::uint8_t listed = 0;      ///< On kvm->irqfds.resampler_list.
  std::uint8_t registered = 0;  ///< Its ack notifier is on the list.
  std::uint8_t hears_mask = 0;  ///< Its mask notifier is on the list.
  std::uint8_t masked = 0;      ///< Proposals that track the mask: as last heard.
  std::uint8_t pending = 0;     ///< Likewise: a notification was postponed.
  std::uint8_t reserved[3] = {};
  /// Of each irqfd on resampler->list: 2 while a second KVM_IRQFD of its eventfd is being refused.
  std::uint8_t entries[resampler_members] = {};
};

struct NotifyLocals {
  std::uint8_t i = 0;
  std::uint8_t n = 0;
  std::uint8_t masked = 0;
  std::uint8_t reserved = 0;
};

class Resampler : public Module, public Touches {
 public:
  /// resamplefds[i] belongs to irqfd i of this GSI.
  sc_core::sc_port<SignalIf, 0, sc_core::SC_ZERO_OR_MORE_BOUND> resamplefds;
  /// For the policy that forwards mask events to the listeners.
  sc_core::sc_port<MaskListenerIf, 0, sc_core::SC_ZERO_OR_MORE_BOUND> mask_listeners;

  Resampler(const sc_core::sc_module_name& name, Fabric& fabric, KvmVm& kvm, unsigned gsi);
  ~Resampler() override;

  unsigned gsi() const { return gsi_; }
  Slot<ResamplerState> state() const { return state_; }
  const Lock& lock() const { return lock_; }
  KvmVm& kvm() { return kvm_; }

  bool is_listed(Exec& x) const { return x.get(state_).listed != 0; }
  bool is_registered(Exec& x) const { return x.get(state_).registered != 0; }
  bool hears_mask(Exec& x) const { return x.get(state_).hears_mask != 0; }
  ResamplePolicy& policy() { return *policy_; }
  /// Drops the shared source of the GSI.
  Call lower(Exec& x);
  /// kvm_irq_is_masked() for a GSI with one chip; the caller holds
  /// KvmVm::mask_lock().
  bool is_pin_masked(Exec& x) const;
  /// Signals every member's resamplefd.
  Call notify_all(Exec& x);
  /// Hands a mask event to every listener.
  Call forward_mask(Exec& x, bool masked);

  bool is_empty(Exec& x) const;

  /// At reset: registered, and these (bit mask) are among its members.
  void preset(std::uint8_t members, bool hears_mask);
  void touches(Footprint& footprint) const override { footprint.writes.push_back(range(state_)); }

 private:
  void notify_routine(Exec& x, Frame& self, NotifyLocals& f);
  void forward_routine(Exec& x, Frame& self, NotifyLocals& f);

  KvmVm& kvm_;
  unsigned gsi_;
  Slot<ResamplerState> state_;
  Lock lock_;
  ResamplerState reset_;
  RoutineId notify_;
  RoutineId forward_;
  std::unique_ptr<ResamplePolicy> policy_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ResamplerState, IRQLOOM_FLAG(listed), IRQLOOM_FLAG(registered),
               IRQLOOM_FLAG(hears_mask), IRQLOOM_FLAG(masked), IRQLOOM_FLAG(pending),
               IRQLOOM_NUMBER(reserved), IRQLOOM_NUMBER(entries));
IRQLOOM_FIELDS(irqloom::NotifyLocals, IRQLOOM_NUMBER(i), IRQLOOM_NUMBER(n), IRQLOOM_FLAG(masked),
               IRQLOOM_NUMBER(reserved));
