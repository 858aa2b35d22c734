// KVM's in-kernel I/O APIC (arch/x86/kvm/ioapic.c, Linux 6.1.192).
//
// Not the hardware (models/irqchip/ioapic.h): the pin's level is the OR of irq source ids; `irr` is
// the latched level and is not consumed by delivery; polarity is ignored; an EOI has two critical
// sections with the ack notifiers between them, and remote IRR falls only in the second.
#pragma once

#include <memory>
#include <vector>

#include "models/irqchip/apic_bus.h"
#include "models/module.h"
#include "models/seam.h"
#include "sim/core/work.h"

namespace irqloom {

/// One pin: its redirection entry (union kvm_ioapic_redirect_entry) and KVM's own bits.
struct KvmPin {
  std::uint8_t vector = 0;
  std::uint8_t delivery_mode = 0;
  std::uint8_t dest_mode = 0;
  std::uint8_t polarity = 0;
  std::uint8_t remote_irr = 0;
  std::uint8_t trigger_mode = 0;  ///< trig_mode; 1: level.
  std::uint8_t mask = 1;
  std::uint8_t dest = 0;           ///< dest_id
  std::uint8_t irr = 0;            ///< The pin's bit of ioapic->irr.
  std::uint8_t irr_delivered = 0;  ///< Its bit of irr_delivered; edge pins only.
  std::uint8_t irq_states = 0;     ///< Bit per irq source id that asserts.
  std::uint8_t ack_pending = 0;    ///< Proposal ack-at-unmask: an ack was skipped at EOI.
  std::uint16_t irq_eoi = 0;       ///< Successive EOIs that re-injected at once (a threshold).
  std::uint16_t reserved = 0;
};

struct PinLocals {
  std::uint8_t pin = 0;
  std::uint8_t source = 0;  ///< Irq source id; at an EOI the vCPU, in an ack the chip; in a write
                            ///< what srcu_read_lock() returned.
  std::uint8_t level = 0;
  std::uint8_t vector = 0;
  std::uint8_t trigger = 0;
  std::uint8_t high = 0;         ///< The upper half of the entry is written.
  std::uint8_t changed = 0;      ///< The mask bit changed.
  std::uint8_t line_status = 0;  ///< Who raises the pin asks whether it was coalesced.
  std::uint32_t value = 0;
  std::uint8_t apics = 0;  ///< Whose vCPUs have to be told of the message that was sent.
  std::uint8_t reserved[3] = {};
};

struct ResampleTraits;
class Kvm;

/// The message that a pin sends.
ApicMessage message_of(const KvmPin& pin);

/// What KVM_GET_IRQCHIP and KVM_SET_IRQCHIP carry of the pins (struct kvm_ioapic_state).
struct IoapicSnapshot {
  std::vector<KvmPin> entries;
  std::uint32_t irr = 0;  ///< Bit per pin; without those that were delivered.
};

class KvmIoapic : public Module, public Touches {
 public:
  struct Config {
    unsigned pins = 24;
    /// irq_eoi at which re-injection is delayed by HZ/100 jiffies (IOAPIC_SUCCESSIVE_IRQ_MAX_COUNT:
    /// 10000).
    std::uint16_t throttle_limit = 10000;
  };

  KvmIoapic(const sc_core::sc_module_name& name, Fabric& fabric, Config config, Kvm& kvm,
            ApicBus& bus);

  /// kvm_ioapic_set_irq(): -1 masked or in service, 0 coalesced, else the number of APICs reached.
  Call set_irq(Exec& x, unsigned source, unsigned pin, bool level, bool line_status = false);
  /// A guest's write of one half of a pin's entry (ioapic_write_indirect()).
  Call write_indirect(Exec& x, unsigned pin, bool high_half, std::uint32_t value);
  /// kvm_ioapic_update_eoi(): the APIC of `vcpu` ended `vector`.
  Call update_eoi(Exec& x, std::uint8_t vector, Trigger trigger, unsigned vcpu = 0);
  /// kvm_get_ioapic()
  IoapicSnapshot save(Exec& x) const;
  /// kvm_set_ioapic(): the entries are taken over and the requests sent anew. irq_states stay.
  Call restore(Exec& x, const IoapicSnapshot& snapshot);

  /// The delayed re-injection of a throttled pin.
  const WorkItem& delayed_work() const { return *eoi_inject_; }
  Slot<KvmPin> pin(unsigned n) const { return pins_[n]; }
  unsigned pins() const { return pins_.size; }
  const Lock& lock() const { return lock_; }
  void touches(Footprint& footprint) const override;
  /// The entry at reset of the simulation, as the guest's start-up left it.
  void preset(unsigned n, const KvmPin& entry) { presets_.push_back({n, entry}); }

 private:
  struct Preset {
    unsigned pin;
    KvmPin entry;
  };

  void set_irq_routine(Exec& x, Frame& self, PinLocals& f);
  void write_routine(Exec& x, Frame& self, PinLocals& f);
  void eoi_routine(Exec& x, Frame& self, PinLocals& f);
  void eoi_inject_work(Exec& x, Frame& self, PinLocals& f);
  void restore_routine(Exec& x, Frame& self, PinLocals& f);

  std::int32_t drive(Exec& x, unsigned source, unsigned n, bool level, bool line_status);
  std::int32_t ioapic_set_irq(Exec& x, unsigned n, bool level, bool line_status);
  std::int32_t service(Exec& x, unsigned n, std::int64_t origin, bool line_status = false);
  bool is_rtc_coalesced(Exec& x, unsigned n, bool line_status) const;
  void replace_half(Exec& x, PinLocals& f);
  bool wants_service(Exec& x, unsigned n) const;
  /// What service() says; 0 when it is not asked.
  std::int32_t end_level(Exec& x, unsigned n);
  /// Of what service() has just answered for that pin.
  std::uint8_t to_notify(Exec& x, unsigned n, std::int32_t answer) const;
  const ResampleTraits& traits() const;
  std::int64_t mode_label(const KvmPin& p) const;

  Config config_;
  Kvm& kvm_;
  ApicBus& bus_;
  SlotArray<KvmPin> pins_;
  Lock lock_;
  std::vector<Preset> presets_;
  std::int64_t mode_labels_[2][2][2];
  std::int64_t accept_labels_[2];
  std::int64_t coalesced_labels_[2];
  RoutineId set_irq_;
  RoutineId write_;
  RoutineId eoi_;
  RoutineId restore_;
  std::unique_ptr<WorkItem> eoi_inject_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::KvmPin, IRQLOOM_HEX(vector), IRQLOOM_NUMBER(delivery_mode),
               IRQLOOM_FLAG(dest_mode), IRQLOOM_FLAG(polarity), IRQLOOM_FLAG(remote_irr),
               IRQLOOM_FLAG(trigger_mode), IRQLOOM_FLAG(mask), IRQLOOM_HEX(dest), IRQLOOM_FLAG(irr),
               IRQLOOM_FLAG(irr_delivered), IRQLOOM_HEX(irq_states), IRQLOOM_FLAG(ack_pending),
               IRQLOOM_NUMBER(irq_eoi), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::PinLocals, IRQLOOM_NUMBER(pin), IRQLOOM_NUMBER(source), IRQLOOM_FLAG(level),
               IRQLOOM_HEX(vector), IRQLOOM_FLAG(trigger), IRQLOOM_FLAG(high),
               IRQLOOM_FLAG(changed), IRQLOOM_FLAG(line_status), IRQLOOM_HEX(value),
               IRQLOOM_HEX(apics), IRQLOOM_NUMBER(reserved));
