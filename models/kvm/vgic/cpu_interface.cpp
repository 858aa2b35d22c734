#include "models/kvm/vgic/cpu_interface.h"

#include <bit>
#include <stdexcept>

namespace irqloom {

namespace {

constexpr unsigned priority_shift = 3;  // Five of eight bits.
constexpr unsigned idle_priority = 0x100;

unsigned running_priority(const VcpuInterface& s) {
  if (s.apr == 0) return idle_priority;
  return static_cast<unsigned>(std::countr_zero(s.apr)) << priority_shift;
}

}  // namespace

VirtualCpuInterface::VirtualCpuInterface(const sc_core::sc_module_name& module_name, Fabric& fabric,
                                         Config config)
    : Module(module_name, fabric), config_(config), state_(fabric.reserve<VcpuInterface>(name())) {
  if (config.nr_lr == 0 || config.nr_lr > 16) {
    throw std::invalid_argument("a GIC has 1 to 16 list registers");
  }
  lrs_ = fabric.reserve_array<ListRegister>(std::string(name()) + ".lr", config.nr_lr);
  fabric.at_reset([this](World& w) { w.mut(state_) = reset_; });
}

unsigned VirtualCpuInterface::highest_pending(Exec& x) const {
  const VcpuInterface& s = x.get(state_);
  unsigned best = lrs_.size;
  for (unsigned n = 0; n < s.used_lrs; ++n) {
    const ListRegister& lr = x.get(lrs_[n]);
    if (lr.state != lr_pending || s.enable[lr.group] == 0) continue;
    if (best == lrs_.size || lr.priority < x.get(lrs_[best]).priority) best = n;
  }
  return best;
}

bool VirtualCpuInterface::irq(Exec& x) const {
  const VcpuInterface& s = x.get(state_);
  const unsigned n = highest_pending(x);
  if (n == lrs_.size) return false;
  const unsigned priority = x.get(lrs_[n]).priority;
  return priority < s.pmr && priority < running_priority(s);
}

unsigned VirtualCpuInterface::acknowledge(Exec& x) {
  if (!irq(x)) return 0;
  ListRegister& lr = x.set(lrs_[highest_pending(x)]);
  lr.state = lr_active;
  x.set(state_).apr |= 1U << (lr.priority >> priority_shift);
  return lr.irq;
}

unsigned VirtualCpuInterface::find_active(Exec& x, unsigned irq) const {
  for (unsigned n = 0; n < x.get(state_).used_lrs; ++n) {
    const ListRegister& lr = x.get(lrs_[n]);
    if (irq != 0 && lr.irq == irq && (lr.state & lr_active) != 0) return n;
  }
  return lrs_.size;
}

// A GICv3 ignores an EOIR when nothing runs, and deactivates only what has the dropped priority; a
// GICv2 deactivates what is named in any case.
void VirtualCpuInterface::end_of_interrupt(Exec& x, unsigned irq) {
  const unsigned dropped = running_priority(x.get(state_));
  if (dropped == idle_priority && config_.model == VgicModel::v3) return;
  if (dropped != idle_priority) {
    VcpuInterface& s = x.set(state_);
    s.apr &= s.apr - 1;
  }
  const unsigned n = find_active(x, irq);
  if (n == lrs_.size || x.get(state_).eoi_mode != 0) return;
  if (config_.model == VgicModel::v3 && x.get(lrs_[n]).priority != dropped) return;
  x.set(lrs_[n]).state &= lr_pending;
}

void VirtualCpuInterface::deactivate(Exec& x, unsigned irq) {
  const unsigned n = find_active(x, irq);
  if (n == lrs_.size || x.get(state_).eoi_mode == 0) return;
  x.set(lrs_[n]).state &= lr_pending;
}

bool VirtualCpuInterface::maintenance(Exec& x) const {
  const VcpuInterface& s = x.get(state_);
  unsigned valid = 0;
  for (unsigned n = 0; n < s.used_lrs; ++n) {
    const ListRegister& lr = x.get(lrs_[n]);
    if (lr.state != 0) ++valid;
    if (lr.state == 0 && lr.eoi != 0) return true;
  }
  return s.underflow != 0 && valid <= 1;
}

void VirtualCpuInterface::write_pmr(Exec& x, std::uint32_t value) {
  x.set(state_).pmr = static_cast<std::uint8_t>(value & 0xf8);
}

void VirtualCpuInterface::write_ctlr(Exec& x, std::uint32_t value) {
  VcpuInterface& s = x.set(state_);
  if (config_.model == VgicModel::v3) {
    s.eoi_mode = static_cast<std::uint8_t>(value >> 1 & 1);
    return;
  }
  s.enable[0] = static_cast<std::uint8_t>(value & 1);
  s.enable[1] = static_cast<std::uint8_t>(value >> 1 & 1);
  s.eoi_mode = static_cast<std::uint8_t>(value >> 9 & 1);
}

void VirtualCpuInterface::write_igrpen1(Exec& x, std::uint32_t value) {
  x.set(state_).enable[1] = static_cast<std::uint8_t>(value & 1);
}

void VirtualCpuInterface::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  footprint.writes.push_back(as_range(lrs_));
}

IRQLOOM_MODEL("kvm/vgic/cpu_interface",
              "list registers and the guest's CPU interface that they make",
              "ARM IHI 0048B.b, chapter 5; ARM IHI 0069H, chapter 6");

}  // namespace irqloom
