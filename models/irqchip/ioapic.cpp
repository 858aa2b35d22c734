#include "models/irqchip/ioapic.h"

#include <cstring>

#include "models/irqchip/rte.h"

namespace irqloom {

namespace {

constexpr std::uint8_t first_rte_index = 0x10;

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
    for (unsigned n = 0; n < pins_.size; ++n) w.mut(pins_[n]) = IoapicPin{};
  });
}

// 3.1 of the data sheet: an edge pin sends on the inactive-to-active transition and remembers
// nothing while masked; a level pin sends while active, unmasked and without remote IRR.
void Ioapic::set_pin(Exec& x, unsigned n, bool level) {
  const Slot<IoapicPin> pin = pins_[n];
  if ((x.get(pin).level != 0) == level) return;
  IoapicPin& p = x.set(pin);
  p.level = level ? 1 : 0;
  if (level) service(x, pin);
}

void Ioapic::service(Exec& x, Slot<IoapicPin> pin) {
  const IoapicPin& p = x.get(pin);
  if (p.mask != 0 || p.level == 0) return;
  const auto trigger = static_cast<Trigger>(p.trigger_mode);
  if (trigger == Trigger::level && p.remote_irr != 0) return;
  if (p.delivery_mode > 1) return;
  const bool accepted = messages->accept(x, p.dest, p.vector, trigger);
  if (accepted && trigger == Trigger::level) x.set(pin).remote_irr = 1;
}

Call Ioapic::eoi(Exec& x, std::uint8_t vector, Trigger trigger) {
  if (trigger == Trigger::edge) return Call::done();
  for (unsigned n = 0; n < pins_.size; ++n) {
    const IoapicPin& p = x.get(pins_[n]);
    if (p.vector != vector || p.trigger_mode == 0 || p.remote_irr == 0) continue;
    x.set(pins_[n]).remote_irr = 0;
    service(x, pins_[n]);
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
    return;
  }
  rte::set_low(p, value);
  // Switching to edge clears remote IRR: the trick with which old parts are given an EOI.
  if (p.trigger_mode == 0) p.remote_irr = 0;
  if (p.trigger_mode != 0) service(x, pins_[n]);
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
  if (payload.get_data_length() != 4 || payload.get_address() > ioapic_eoi) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  Exec& x = external();
  std::uint32_t word = 0;
  if (payload.is_read()) {
    word = read(x, payload.get_address());
    std::memcpy(payload.get_data_ptr(), &word, sizeof word);
  } else {
    std::memcpy(&word, payload.get_data_ptr(), sizeof word);
    write(x, payload.get_address(), word);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void Ioapic::touches(Footprint& footprint) const {
  footprint.writes.push_back(as_range(pins_));
  footprint.writes.push_back(range(registers_));
  messages[0]->touches(footprint);
}

}  // namespace irqloom
