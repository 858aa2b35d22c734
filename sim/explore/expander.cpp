#include "sim/explore/expander.h"

namespace irqloom::explore {

Expander::Expander(const Fabric& fabric, const Assumptions* assumptions, bool fuse)
    : fabric_(fabric),
      assumptions_(assumptions),
      fuse_(fuse),
      world_(fabric.initial()),
      exec_(fabric, world_),
      blocked_(fabric.contexts().size()) {}

void Expander::load(std::span<const std::byte> state, const Fingerprint& fingerprint) {
  state_ = state;
  fingerprint_ = fingerprint;
  world_.load(state);
  for (std::size_t i = 0; i < blocked_.size(); ++i) {
    const auto c = static_cast<ContextId>(i);
    blocked_[i] = exec_.blocked(c);
    if (blocked_[i] != Blocked::no || assumptions_ == nullptr) continue;
    if (assumptions_->broken_by(exec_, c) != nullptr) blocked_[i] = Blocked::guard;
  }
}

const StepResult* Expander::step(ContextId c, std::uint16_t choice) {
  try {
    return &exec_.execute(c, choice, fuse_);
  } catch (const CapacityExceeded& e) {
    exceeded_.insert(e.what());
    return nullptr;
  }
}

Fingerprint Expander::target() const {
  Fingerprint sum = fingerprint_;
  for (const SlotIndex i : world_.written()) {
    const SlotInfo& slot = fabric_.layout().slots()[i];
    const std::size_t end = (slot.offset + slot.size + 7) / 8;
    for (std::size_t w = slot.offset / 8; w < end; ++w) {
      const std::uint64_t before = word_at(state_, w);
      const std::uint64_t now = word_at(world_.bytes(), w);
      if (before == now) continue;
      sum ^= fingerprint_of(w, before);
      sum ^= fingerprint_of(w, now);
    }
  }
  return sum;
}

void Expander::undo() {
  for (const SlotIndex i : world_.written())
    world_.restore(fabric_.layout().slots()[i], state_);
  world_.clear_written();
}

}  // namespace irqloom::explore
