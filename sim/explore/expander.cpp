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
  left_out_ = false;
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
    left_out_ = true;
    exceeded_.insert(e.what());
    find_changes(fabric_.layout(), state_, world_, changes_);
    return nullptr;
  }
}

Fingerprint Expander::target() {
  find_changes(fabric_.layout(), state_, world_, changes_);
  Fingerprint sum = fingerprint_;
  for (const WordChange& c : changes_) {
    sum ^= fingerprint_of(c.index, c.before);
    sum ^= fingerprint_of(c.index, c.now);
  }
  return sum;
}

void Expander::undo() {
  for (const WordChange& c : changes_)
    world_.put_word(c.index, c.before);
  world_.clear_written();
}

}  // namespace irqloom::explore
