// What a whole in-kernel irqchip has beyond the road of the stories: GSIs that lead to several
// chips or to any MSI, the 8259 pair, EOI exits, the clock's status, the I/O APIC's register
// window.
//
// Elaborated only where it is asked for (Kvm::Config::whole_for), so that the worlds of stories do
// not carry it.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "models/kvm/eoi_exits.h"
#include "models/kvm/i8259.h"
#include "models/kvm/rtc_eoi.h"
#include "models/module.h"

namespace irqloom {

class ApicPage;
class Kvm;

/// KVM_IRQCHIP_* (arch/x86/include/uapi/asm/kvm.h).
enum class IrqChip : std::uint8_t { pic_master = 0, pic_slave = 1, ioapic = 2 };

inline constexpr unsigned irqchip_pins = 24;  ///< KVM_IRQCHIP_NUM_PINS
inline constexpr std::uint32_t no_gsi = 0xffffffff;

/// Line n of the 8259 pair is pin first_pic_pin + n where pins of all chips are told apart by
/// number.
inline constexpr unsigned first_pic_pin = 0x100;

/// The chip of line 0..15 of the 8259 pair.
constexpr IrqChip pic_chip_of(unsigned line) {
  return line < 8 ? IrqChip::pic_master : IrqChip::pic_slave;
}

/// One row of the reverse map: the GSI that the acks of a chip's pin go to.
struct ChipGsis {
  std::uint32_t gsi[irqchip_pins] = {};
};

/// One entry that user space hands to KVM_SET_GSI_ROUTING.
struct RoutingEntry {
  enum class Type : std::uint32_t { irqchip = 1, msi = 2 };

  std::uint64_t gsi = 0;
  Type type = Type::irqchip;
  std::uint64_t flags = 0;
  std::uint32_t chip = 0;  ///< An IrqChip, or a wrong number.
  std::uint64_t pin = 0;   ///< Of that chip.
  std::uint64_t address = 0;
  std::uint32_t data = 0;
};

/// The register window and the identity of the I/O APIC.
struct IoapicWindowState {
  std::uint8_t ioregsel = 0;
  std::uint8_t id = 0;
  std::uint8_t reserved[2] = {};
};

struct SetIrqLocals {
  std::uint32_t gsi = 0;
  std::int32_t status = -1;
  std::uint8_t source = 0;
  std::uint8_t level = 0;
  std::uint8_t line_status = 0;
  std::uint8_t chip = 0;  ///< The next one to be told.
};

class WholeIrqchip : public Module, public Touches {
 public:
  WholeIrqchip(const sc_core::sc_module_name& name, Fabric& fabric, Kvm& kvm, unsigned vcpus);

  /// kvm_set_irq() for any GSI. `line_status`: the caller asks for the status
  /// (KVM_IRQ_LINE_STATUS). The value: -1 if all chips ignored it, else the sum over those that did
  /// not.
  Call set_irq(Exec& x, unsigned source, unsigned gsi, bool level, bool line_status);
  /// kvm_set_irq_routing(): replaces the table. 0 or -EINVAL, which changes nothing.
  std::int32_t set_routing(Exec& x, std::span<const RoutingEntry> entries);
  /// kvm_setup_default_irq_routing()
  void set_default_routing(Exec& x);
  /// kvm_irq_map_chip_pin(): the last entry of the table for that pin (see first_pic_pin); no_gsi.
  std::uint32_t gsi_of(Exec& x, unsigned pin) const;
  /// The name of a line's 8259 in traces.
  std::int64_t pic_label(unsigned line) const { return pic_labels_[line / 8]; }

  /// Some vCPU takes interrupts from the 8259 pair (kvm_apic_accept_pic_intr()).
  bool has_pic_listener(Exec& x) const;
  /// Called by the vCPUs' APIC pages at elaboration. Not owned.
  void attach(ApicPage& page) { pages_.push_back(&page); }

  /// Accesses of the I/O APIC's page at an offset (ioapic_mmio_read(), ioapic_mmio_write()).
  Call write_mmio(Exec& x, std::uint64_t offset, std::uint32_t value);
  std::uint32_t read_mmio(Exec& x, std::uint64_t offset) const;

  KvmPic& pic() { return pic_; }
  EoiExits& eoi_exits() { return eoi_exits_; }
  RtcEoi& rtc() { return rtc_; }
  Slot<IoapicWindowState> window() const { return window_; }
  void touches(Footprint& footprint) const override;

 private:
  void set_irq_routine(Exec& x, Frame& self, SetIrqLocals& f);
  Call tell(Exec& x, const SetIrqLocals& f, IrqChip chip);
  bool leads_to(Exec& x, unsigned gsi, IrqChip chip) const;
  static bool is_valid(std::span<const RoutingEntry> entries);
  void add(Exec& x, const RoutingEntry& entry);

  Kvm& kvm_;
  std::array<Slot<ChipGsis>, 3> gsis_;
  std::int64_t pic_labels_[2];
  Slot<IoapicWindowState> window_;
  std::vector<ApicPage*> pages_;
  KvmPic pic_;
  EoiExits eoi_exits_;
  RtcEoi rtc_;
  RoutineId set_irq_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::ChipGsis, IRQLOOM_NUMBER(gsi));
IRQLOOM_FIELDS(irqloom::IoapicWindowState, IRQLOOM_HEX(ioregsel), IRQLOOM_HEX(id),
               IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::SetIrqLocals, IRQLOOM_NUMBER(gsi), IRQLOOM_NUMBER(status),
               IRQLOOM_NUMBER(source), IRQLOOM_FLAG(level), IRQLOOM_FLAG(line_status),
               IRQLOOM_NUMBER(chip));
