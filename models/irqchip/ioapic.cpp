#include "models/irqchip/ioapic.h"

#include <optional>

#include "models/irqchip/register_bank.h"
#include "models/irqchip/rte.h"

namespace irqloom {

namespace {

constexpr std::uint8_t first_rte_index = 0x10;

/// NMI and INIT are treated as edge-triggered, however they are programmed (3.2.4 of the data
/// sheet).
bool is_level(const IoapicPin& p) {
  const auto mode = static_cast<DeliveryMode>(p.delivery_mode);
  return p.trigger_mode != 0 && mode != DeliveryMode::nmi && mode != DeliveryMode::init;
}

}  // namespace

Ioapic::Ioapic(const sc_core::sc_module_name& module_name, Fabric& fabric, unsigned pins,
               std::uint8_t version)
    : Module(module_name, fabric),
      version_(version),
      pins_(fabric.reserve_array<IoapicPin>(std::string(name()) + ".pin", pins)),
      registers_(fabric.reserve<IoapicRegisters>(std::string(name()) + ".registers")) {
  inputs.bind(*this);
  eoi_messages.bind(*this);
  socket.register_b_transport(this, &Ioapic::transport);
  fabric.at_reset([this](World& w) {
    for (unsigned n = 0; n < pins_.size; ++n)
      w.mut(pins_[n]) = IoapicPin{};
  });
}

// 3.1 of the data sheet: an edge pin sends on the inactive-to-active transition and remembers
// nothing while masked; a level pin sends while active, unmasked and without remote IRR.
void Ioapic::set_pin(Exec& x, unsigned n, bool level) {
  const Slot<IoapicPin> pin = pins_[n];
  if ((x.get(pin).level != 0) == level) return;
  IoapicPin& p = x.set(pin);
  p.level = level ? 1 : 0;
  if (!level) return;
  if (is_level(p)) {
    send_level(x, pin);
  } else if (p.mask == 0) {
    send(x, pin);
  }
}

void Ioapic::send_level(Exec& x, Slot<IoapicPin> pin) {
  const IoapicPin& p = x.get(pin);
  if (p.level != 0 && p.mask == 0 && p.remote_irr == 0) send(x, pin);
}

// A message that no APIC takes leaves remote IRR clear: nobody would end it.
void Ioapic::send(Exec& x, Slot<IoapicPin> pin) {
  const IoapicPin& p = x.get(pin);
  const Trigger trigger = is_level(p) ? Trigger::level : Trigger::edge;
  const bool is_taken = messages->deliver(x, {.dest = p.dest,
                                              .logical = p.dest_mode != 0,
                                              .mode = static_cast<DeliveryMode>(p.delivery_mode),
                                              .vector = p.vector,
                                              .trigger = trigger});
  if (is_taken && trigger == Trigger::level) x.set(pin).remote_irr = 1;
}

Call Ioapic::eoi(Exec& x, std::uint8_t vector, Trigger trigger) {
  if (trigger == Trigger::edge) return Call::done();
  for (unsigned n = 0; n < pins_.size; ++n) {
    const IoapicPin& p = x.get(pins_[n]);
    if (p.vector != vector || p.trigger_mode == 0 || p.remote_irr == 0) continue;
    x.set(pins_[n]).remote_irr = 0;
    send_level(x, pins_[n]);
  }
  return Call::done();
}

void Ioapic::write_mask(Exec& x, unsigned n, bool mask) {
  const std::uint32_t low = rte::low(x.get(pins_[n])) & ~(1U << rte::mask_shift);
  const std::uint32_t bit = mask ? 1U << rte::mask_shift : 0U;
  write_register(x, static_cast<std::uint8_t>(first_rte_index + 2 * n), low | bit);
}

std::uint32_t Ioapic::read_register(Exec& x, std::uint8_t index) const {
  if (index == 0 || index == 2) return x.get(registers_).id;
  if (index == 1) return version_ | (pins_.size - 1) << 16;
  const unsigned n = (index - first_rte_index) / 2U;
  if (index < first_rte_index || n >= pins_.size) return 0;
  const IoapicPin& p = x.get(pins_[n]);
  return index % 2 == 0 ? rte::low(p) : static_cast<std::uint32_t>(p.dest) << rte::dest_shift;
}

void Ioapic::write_register(Exec& x, std::uint8_t index, std::uint32_t value) {
  if (index == 0) x.set(registers_).id = value & 0x0f000000U;
  const unsigned n = (index - first_rte_index) / 2U;
  if (index < first_rte_index || n >= pins_.size) return;
  IoapicPin& p = x.set(pins_[n]);
  if (index % 2 != 0) {
    p.dest = static_cast<std::uint8_t>(value >> rte::dest_shift);
  } else {
    rte::set_low(p, value);
    // Switching to edge clears remote IRR: the trick with which old parts are given an EOI.
    if (p.trigger_mode == 0) p.remote_irr = 0;
  }
  if (is_level(p)) send_level(x, pins_[n]);
}

std::uint32_t Ioapic::read(Exec& x, std::uint64_t offset) {
  if (offset == ioregsel) return x.get(registers_).select;
  if (offset == iowin) return read_register(x, x.get(registers_).select);
  return 0;
}

void Ioapic::write(Exec& x, std::uint64_t offset, std::uint32_t value) {
  if (offset == ioregsel) x.set(registers_).select = static_cast<std::uint8_t>(value);
  if (offset == iowin) write_register(x, x.get(registers_).select, value);
  if (offset == ioapic_eoi && version_ >= 0x20) {
    (void)eoi(x, static_cast<std::uint8_t>(value), Trigger::level);
  }
}

void Ioapic::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const auto is_word = [](std::uint64_t offset, unsigned size) {
    return size == 4 && offset <= ioapic_eoi;
  };
  serve(
      payload,
      [&](std::uint64_t offset, unsigned size) -> std::optional<std::uint32_t> {
        if (!is_word(offset, size)) return std::nullopt;
        return read(external(), offset);
      },
      [&](std::uint64_t offset, unsigned size, std::uint64_t value) {
        if (!is_word(offset, size)) return false;
        write(external(), offset, static_cast<std::uint32_t>(value));
        return true;
      });
}

void Ioapic::touches(Footprint& footprint) const {
  footprint.writes.push_back(as_range(pins_));
  footprint.writes.push_back(range(registers_));
  messages[0]->touches(footprint);
}

IRQLOOM_MODEL("irqchip/ioapic", "an I/O APIC with remote IRR and its register bank",
              "Intel 82093AA datasheet");

}  // namespace irqloom
