#include "models/eventfd/eventfd.h"

#include <algorithm>

#include "models/events.h"

namespace irqloom {

Eventfd::Eventfd(const sc_core::sc_module_name& module_name, Fabric& fabric,
                 std::shared_ptr<EventfdLocks> locks, std::uint32_t saturation)
    : Module(module_name, fabric),
      locks_(std::move(locks)),
      saturation_(saturation),
      state_(fabric.reserve<EventfdState>(std::string(name()))),
      lock_(fabric.lock(std::string(name()) + ".wqh", "eventfd wqh.lock", LockKind::spin)),
      label_(fabric.name(name())),
      signal_(fabric.routine<&Eventfd::eventfd_signal>(*this, "eventfd_signal",
                                                       "fs/eventfd.c, Linux 6.1")) {
  in.bind(*this);
  locks_->add(lock_);
  fabric.at_reset([this](World& w) { w.mut(state_) = preset_; });
}

void Eventfd::preset(std::uint32_t hooked, std::uint32_t count) {
  preset_.hooked = hooked;
  preset_.count = std::min(count, saturation_);
}

Call Eventfd::signal(Exec& x) {
  if (locks_->in_eventfd(x)) {
    x.emit(event::eventfd_nested, {label_});
    x.violate("nested-signal", name(),
              "an eventfd is signalled from inside a wake callback; the signal is dropped");
    return Call::done();
  }
  return x.call<WalkLocals>(signal_, {.added = 1});
}

Call Eventfd::write(Exec& x, std::uint16_t n) {
  return x.call<WalkLocals>(signal_, {.added = n});
}

std::uint32_t Eventfd::drain(Exec& x) {
  const std::uint32_t n = x.get(state_).count;
  if (n != 0) x.set(state_).count = 0;
  return n;
}

// The waiters are called in the signaller's context, under wqh.lock, with interrupts off.
void Eventfd::eventfd_signal(Exec& x, Frame& self, WalkLocals& f) {
  ROUTINE();
  LOCK_IRQ(lock_, "count the signal", writes(state_));
  {
    EventfdState& s = x.set(state_);
    s.count = std::min(s.count + f.added, saturation_);
  }
  x.emit(event::eventfd_signal, {label_, x.get(state_).count});
  for (f.i = 0; f.i < static_cast<unsigned>(waiters.size()); ++f.i) {
    if (!is_hooked(x, f.i)) continue;
    STEP("wake a waiter", reads(state_), calls(waiters));
    CALL(waiters[static_cast<int>(f.i)]->wake(x));
    STEP("next waiter", writes(state_));
    if (self.result > 0) break;  // An exclusive waiter consumed the event.
  }
  x.unlock_irq(lock_);
  RETURN(0);
  ROUTINE_END();
}

void Eventfd::touches(Footprint& footprint) const {
  footprint.writes.push_back(range(state_));
  footprint.writes.push_back(range(lock_.slot));
}

}  // namespace irqloom
