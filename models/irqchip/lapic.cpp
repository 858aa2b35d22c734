#include "models/irqchip/lapic.h"

#include <algorithm>
#include <bit>

namespace irqloom {

namespace {

using Bitmap = std::uint32_t[8];

std::optional<std::uint8_t> highest(const Bitmap& bitmap) {
  for (int word = 7; word >= 0; --word) {
    if (bitmap[word] != 0) {
      return static_cast<std::uint8_t>(word * 32 + 31 - std::countl_zero(bitmap[word]));
    }
  }
  return std::nullopt;
}

std::uint32_t bit(std::uint8_t vector) { return 1U << (vector % 32); }

}  // namespace

Lapic::Lapic(const sc_core::sc_module_name& module_name, Fabric& fabric, unsigned apic_id)
    : Module(module_name, fabric),
      apic_id_(apic_id),
      state_(fabric.reserve<LapicState>(std::string(name()))) {
  fabric.at_reset([this](World& w) { w.mut(state_) = LapicState{}; });
}

bool Lapic::accept(Exec& x, std::uint8_t vector, Trigger mode) {
  if (x.get(state_).enabled == 0) return false;
  LapicState& s = x.set(state_);
  s.irr[vector / 32] |= bit(vector);
  if (mode == Trigger::level) {
    s.tmr[vector / 32] |= bit(vector);
  } else {
    s.tmr[vector / 32] &= ~bit(vector);
  }
  return true;
}

std::optional<std::uint8_t> Lapic::deliverable(Exec& x) const {
  const LapicState& s = x.get(state_);
  const std::optional<std::uint8_t> request = highest(s.irr);
  if (!request) return std::nullopt;
  // SDM 11.8.3.1: the processor priority's class is the higher of the task's and of the highest
  // vector in service; only a higher class is delivered.
  const int in_service = highest(s.isr).value_or(0) / 16;
  const int priority = std::max(in_service, s.tpr / 16);
  if (*request / 16 <= priority) return std::nullopt;
  return request;
}

std::uint8_t Lapic::acknowledge(Exec& x) {
  const std::uint8_t vector = deliverable(x).value();
  LapicState& s = x.set(state_);
  s.irr[vector / 32] &= ~bit(vector);
  s.isr[vector / 32] |= bit(vector);
  return vector;
}

std::optional<std::uint8_t> Lapic::end_of_interrupt(Exec& x) {
  const std::optional<std::uint8_t> vector = highest(x.get(state_).isr);
  if (vector) x.set(state_).isr[*vector / 32] &= ~bit(*vector);
  return vector;
}

Trigger Lapic::trigger(Exec& x, std::uint8_t vector) const {
  return (x.get(state_).tmr[vector / 32] & bit(vector)) != 0 ? Trigger::level : Trigger::edge;
}

}  // namespace irqloom
