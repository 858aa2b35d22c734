#include "models/kvm/rtc_eoi.h"

#include <stdexcept>

namespace irqloom {

RtcEoi::RtcEoi(const std::string& name, Fabric& fabric, ApicBus& bus, unsigned vcpus)
    : bus_(bus), vcpus_(vcpus), state_(fabric.reserve<RtcEoiState>(name)) {
  if (vcpus > max_rtc_vcpus) throw std::invalid_argument("more than 8 vCPUs");
}

void RtcEoi::await(Exec& x, unsigned vcpu, std::uint8_t vector) {
  RtcEoiState& s = x.set(state_);
  s.awaited = static_cast<std::uint8_t>(s.awaited | 1U << vcpu);
  s.vectors[vcpu] = vector;
}

void RtcEoi::sent(Exec& x, const ApicMessage& message) {
  for (unsigned v = 0; v < vcpus_; ++v) {
    const Lapic& lapic = bus_.lapic(v);
    if (lapic.is_addressed(x, message) && x.get(lapic.state()).enabled != 0) {
      await(x, v, message.vector);
    }
  }
}

void RtcEoi::ended(Exec& x, unsigned vcpu, std::uint8_t vector) {
  if (awaited(x, vcpu) != vector) return;
  RtcEoiState& s = x.set(state_);
  s.awaited = static_cast<std::uint8_t>(s.awaited & ~(1U << vcpu));
}

void RtcEoi::restore(Exec& x, const ApicMessage& message) {
  x.set(state_).awaited = 0;
  for (unsigned v = 0; v < vcpus_; ++v) {
    const Lapic& lapic = bus_.lapic(v);
    if (lapic.is_addressed(x, message) && lapic.is_pending(x, message.vector)) {
      await(x, v, message.vector);
    }
  }
}

std::optional<std::uint8_t> RtcEoi::awaited(Exec& x, unsigned vcpu) const {
  const RtcEoiState& s = x.get(state_);
  if ((s.awaited >> vcpu & 1) == 0) return std::nullopt;
  return s.vectors[vcpu];
}

}  // namespace irqloom
