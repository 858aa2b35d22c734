// The I/O APIC as hardware: redirection table, remote IRR, level re-evaluation at EOI.
//
// Intel 82093AA data sheet (290566), sections 3.1-3.2; with the EOI register of version 0x20 (Intel
// ICH data sheets). KVM's emulation is models/kvm/ioapic.h.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <tlm>
#include <vector>

#include "models/irqchip/lapic.h"
#include "models/module.h"
#include "models/seam.h"

namespace irqloom {

/// One input pin with its redirection entry. Field names as in the data sheet.
struct IoapicPin {
  std::uint8_t vector = 0;
  std::uint8_t delivery_mode = 0;  ///< DeliveryMode; 3 and 6 are reserved and send nothing.
  std::uint8_t dest_mode = 0;      ///< 0 physical, 1 logical (flat).
  std::uint8_t polarity = 0;       ///< Stored; the model's levels mean asserted or not.
  std::uint8_t remote_irr = 0;     ///< Level only: accepted by an APIC, not yet ended.
  std::uint8_t trigger_mode = 0;   ///< 1: level.
  std::uint8_t mask = 1;
  std::uint8_t dest = 0;
  std::uint8_t level = 0;  ///< The input.
  std::uint8_t reserved = 0;
};

struct IoapicRegisters {
  std::uint32_t id = 0;     ///< Bits 27:24.
  std::uint8_t select = 0;  ///< IOREGSEL.
  std::uint8_t reserved[3] = {};
};

/// Register window offsets from the base.
enum IoapicOffset : std::uint64_t { ioregsel = 0x00, iowin = 0x10, ioapic_eoi = 0x40 };

class Ioapic : public Module, public PinIf, public EoiIf {
 public:
  sc_core::sc_export<PinIf> inputs;
  sc_core::sc_export<EoiIf> eoi_messages;
  sc_core::sc_port<VectorIf> messages;
  /// The register window for outsiders: words at IoapicOffset.
  tlm_utils::simple_target_socket_optional<Ioapic> socket;

  /// `pins`: 1..240. Version 0x20 has an EOI register.
  Ioapic(const sc_core::sc_module_name& name, Fabric& fabric, unsigned pins,
         std::uint8_t version = 0x20);

  void set_pin(Exec& x, unsigned pin, bool level) override;
  Call eoi(Exec& x, std::uint8_t vector, Trigger trigger) override;
  void touches(Footprint& footprint) const override;

  /// The register window, as a context of the fabric uses it.
  std::uint32_t read(Exec& x, std::uint64_t offset);
  void write(Exec& x, std::uint64_t offset, std::uint32_t value);

  /// Writes the low half of a pin's entry with another mask bit (what mask_ioapic_irq and
  /// unmask_ioapic_irq do with their cached entry, arch/x86/kernel/apic/io_apic.c, Linux 6.1).
  void write_mask(Exec& x, unsigned pin, bool mask);

  unsigned pins() const { return pins_.size; }
  Slot<IoapicPin> pin(unsigned n) const { return pins_[n]; }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  std::uint32_t read_register(Exec& x, std::uint8_t index) const;
  void write_register(Exec& x, std::uint8_t index, std::uint32_t value);
  void send(Exec& x, Slot<IoapicPin> pin);
  void send_level(Exec& x, Slot<IoapicPin> pin);

  std::uint8_t version_;
  SlotArray<IoapicPin> pins_;
  Slot<IoapicRegisters> registers_;
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::IoapicPin, IRQLOOM_HEX(vector), IRQLOOM_NUMBER(delivery_mode),
               IRQLOOM_FLAG(dest_mode), IRQLOOM_FLAG(polarity), IRQLOOM_FLAG(remote_irr),
               IRQLOOM_FLAG(trigger_mode), IRQLOOM_FLAG(mask), IRQLOOM_HEX(dest),
               IRQLOOM_FLAG(level), IRQLOOM_NUMBER(reserved));
IRQLOOM_FIELDS(irqloom::IoapicRegisters, IRQLOOM_HEX(id), IRQLOOM_HEX(select),
               IRQLOOM_NUMBER(reserved));
