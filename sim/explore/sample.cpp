#include "sim/explore/sample.h"

#include "sim/core/random.h"
#include "sim/explore/expander.h"

namespace irqloom::explore {

namespace {

constexpr std::size_t steps_per_walk = 500;
constexpr std::size_t steps_per_sample = 50;  // So that walks through known states end.

// Who can step; nobody when the walk is stuck.
std::vector<ContextId> steppable(Exec& x, const Assumptions* assumptions) {
  std::vector<ContextId> list;
  for (std::size_t i = 0; i < x.fabric().contexts().size(); ++i) {
    const auto c = static_cast<ContextId>(i);
    if (!x.enabled(c)) continue;
    if (assumptions != nullptr && assumptions->broken_by(x, c) != nullptr) continue;
    list.push_back(c);
  }
  return list;
}

}  // namespace

Sample::Sample(const Fabric& fabric, const Assumptions* assumptions, std::size_t most,
               std::uint64_t seed)
    : state_bytes_(fabric.layout().size()) {
  take_nearest(fabric, assumptions, most / 2 + 1);
  if (!complete_) walk(fabric, assumptions, most, seed);
}

void Sample::add(const Fingerprint& state, const World& world) {
  if (!store_.insert(state, Link{}).is_new) return;
  bytes_.insert(bytes_.end(), world.bytes().begin(), world.bytes().end());
}

void Sample::take_nearest(const Fabric& fabric, const Assumptions* assumptions, std::size_t most) {
  Expander expander(fabric, assumptions, false);
  add(fingerprint_of(fabric.initial()), fabric.initial());
  std::vector<std::byte> state;
  for (StateNumber n = 0; n < store_.size(); ++n) {
    if (store_.size() >= most) return;
    state.assign((*this)[n].begin(), (*this)[n].end());  // add() moves the bytes.
    expander.load(state, store_.fingerprint(n));
    expander.for_each_transition([&](const Transition& t) { add(t.target, expander.world()); });
  }
  complete_ = expander.exceeded().empty();
}

void Sample::walk(const Fabric& fabric, const Assumptions* assumptions, std::size_t most,
                  std::uint64_t seed) {
  core::Random random(seed, "sample");
  World world;
  const std::size_t steps = most * steps_per_sample;
  for (std::size_t i = 0; i < steps && store_.size() < most; ++i) {
    if (i % steps_per_walk == 0) world = fabric.initial();
    Exec x(fabric, world);
    const std::vector<ContextId> list = steppable(x, assumptions);
    try {
      if (list.empty()) throw CapacityExceeded("stuck");
      const auto choice = static_cast<std::uint16_t>(random.below(0x10000));
      x.execute(list[random.below(list.size())], choice, false);
    } catch (const CapacityExceeded&) {
      world = fabric.initial();
      continue;
    }
    add(fingerprint_of(world), world);
  }
}

}  // namespace irqloom::explore
