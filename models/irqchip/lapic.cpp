#include "models/irqchip/lapic.h"

#include <algorithm>
#include <bit>

namespace irqloom {

namespace {

constexpr std::uint8_t nmi_requested = 1;
constexpr std::uint8_t nmi_blocked = 2;
constexpr std::uint8_t broadcast = 0xff;

using Bitmap = std::uint32_t[8];

std::optional<std::uint8_t> highest(const Bitmap& bitmap) {
  for (int word = 7; word >= 0; --word) {
    if (bitmap[word] != 0) {
      return static_cast<std::uint8_t>(word * 32 + 31 - std::countl_zero(bitmap[word]));
    }
  }
  return std::nullopt;
}

std::uint32_t bit(std::uint8_t vector) {
  return 1U << (vector % 32);
}

}  // namespace

Lapic::Lapic(const sc_core::sc_module_name& module_name, Fabric& fabric, unsigned apic_id)
    : Module(module_name, fabric),
      apic_id_(apic_id),
      state_(fabric.reserve<LapicState>(std::string(name()))) {
  fabric.at_reset([this](World& w) { w.mut(state_) = LapicState{}; });
}

bool Lapic::accept(Exec& x, std::uint8_t vector, Trigger trigger) {
  if (x.get(state_).enabled == 0) return false;
  LapicState& s = x.set(state_);
  s.irr[vector / 32] |= bit(vector);
  if (trigger == Trigger::level) {
    s.tmr[vector / 32] |= bit(vector);
  } else {
    s.tmr[vector / 32] &= ~bit(vector);
  }
  return true;
}

bool Lapic::accept_nmi(Exec& x) {
  x.set(state_).nmi |= nmi_requested;
  return true;
}

// SDM vol. 3, 6.7.1: NMIs are blocked until the handler's IRET.
bool Lapic::take_nmi(Exec& x) {
  if (x.get(state_).nmi != nmi_requested) return false;
  x.set(state_).nmi = nmi_blocked;
  return true;
}

// SDM vol. 3, 11.6.2.1 and 11.6.2.2.
bool Lapic::is_addressed(Exec& x, const ApicMessage& message) const {
  if (message.logical) return (x.get(state_).ldr & message.dest) != 0;
  return message.dest == apic_id_ || message.dest == broadcast;
}

// SDM vol. 3, 11.8.3.1: the higher of the task's class and that of the highest vector in service.
unsigned Lapic::processor_priority(Exec& x) const {
  const LapicState& s = x.get(state_);
  const unsigned in_service = highest(s.isr).value_or(0) / 16U;
  return std::max(in_service, s.tpr / 16U);
}

bool Lapic::is_pending(Exec& x, std::uint8_t vector) const {
  const LapicState& s = x.get(state_);
  return ((s.irr[vector / 32] | s.isr[vector / 32]) & bit(vector)) != 0;
}

// The task's priority in full, unless a class in service is above its class.
std::uint8_t Lapic::ppr(Exec& x) const {
  const LapicState& s = x.get(state_);
  const unsigned priority = processor_priority(x);
  return s.tpr / 16U == priority ? s.tpr : static_cast<std::uint8_t>(priority * 16);
}

std::optional<std::uint8_t> Lapic::deliverable(Exec& x) const {
  const std::optional<std::uint8_t> request = highest(x.get(state_).irr);
  if (!request || *request / 16U <= processor_priority(x)) return std::nullopt;
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

IRQLOOM_MODEL("irqchip/lapic", "a local APIC: IRR, ISR, TPR, EOI", "Intel SDM volume 3");

}  // namespace irqloom
