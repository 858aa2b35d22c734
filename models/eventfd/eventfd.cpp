#include "models/eventfd/eventfd.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "models/events.h"

namespace irqloom {

namespace {

const char* const eventfd_c = "fs/eventfd.c, Linux 6.1";

std::uint8_t tag(unsigned waiter) {
  return static_cast<std::uint8_t>(waiter + 1);
}

}  // namespace

Eventfd::Eventfd(const sc_core::sc_module_name& module_name, Fabric& fabric,
                 std::shared_ptr<EventfdLocks> locks, std::uint32_t saturation)
    : Module(module_name, fabric),
      locks_(std::move(locks)),
      saturation_(saturation),
      state_(fabric.reserve<EventfdState>(std::string(name()))),
      lock_(fabric.lock(std::string(name()) + ".wqh", "eventfd wqh.lock", LockKind::spin)),
      label_(fabric.name(name())),
      signal_(fabric.routine<&Eventfd::eventfd_signal>(*this, "eventfd_signal", eventfd_c)),
      release_(fabric.routine<&Eventfd::eventfd_release>(*this, "eventfd_release", eventfd_c)) {
  in.bind(*this);
  locks_->add(lock_);
  fabric.at_reset([this](World& w) { w.mut(state_) = preset_; });
}

void Eventfd::preset(unsigned n, std::uint32_t count) {
  for (unsigned waiter = 0; waiter < n; ++waiter)
    preset_.queue[waiter] = tag(waiter);
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

void Eventfd::check_locked(const Exec& x) const {
  if (!x.holds(lock_)) throw std::logic_error(std::string(name()) + " is used without wqh.lock");
}

// kernel/sched/wait.c: add_wait_queue_priority(), add_wait_queue().
void Eventfd::add_wait_queue(Exec& x, unsigned waiter) {
  check_locked(x);
  auto& queue = x.set(state_).queue;
  auto* place = std::begin(queue);
  if (!waiters[static_cast<int>(waiter)]->has_priority()) {
    while (*place != 0 && waiters[*place - 1]->has_priority())
      ++place;
  }
  std::copy_backward(place, std::end(queue) - 1, std::end(queue));
  *place = tag(waiter);
}

void Eventfd::remove_wait_queue(Exec& x, unsigned waiter) {
  drain(x);
  auto& queue = x.set(state_).queue;
  auto* const last = std::remove(std::begin(queue), std::end(queue), tag(waiter));
  std::fill(last, std::end(queue), std::uint8_t{0});
}

std::uint32_t Eventfd::drain(Exec& x) {
  check_locked(x);
  return take_count(x);
}

std::uint32_t Eventfd::read(Exec& x) {
  if (!x.can_lock(lock_)) throw std::logic_error(std::string(name()) + " is read under wqh.lock");
  x.pass_lock_irq(lock_);
  return take_count(x);
}

std::uint32_t Eventfd::take_count(Exec& x) {
  const std::uint32_t n = x.get(state_).count;
  if (n != 0) x.set(state_).count = 0;
  return n;
}

Call Eventfd::wake(Exec& x, std::size_t place, PollKey key) {
  return waiters[x.get(state_).queue[place] - 1]->wake(x, key);
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
  for (f.i = 0; is_queued(x, f.i); ++f.i) {
    STEP("wake a waiter", reads(state_), calls(waiters));
    CALL(wake(x, f.i, PollKey::in));
    STEP("next waiter", writes(state_));
    if (self.result > 0) break;  // An exclusive waiter consumed the event.
  }
  x.unlock_irq(lock_);
  RETURN(0);
  ROUTINE_END();
}

Call Eventfd::close(Exec& x) {
  if (is_closed(x)) return Call::done(-EBADF);
  x.set(state_).closed = 1;
  return release_if_last(x);
}

Call Eventfd::put_file(Exec& x) {
  --x.set(state_).holders;
  return release_if_last(x);
}

Call Eventfd::release_if_last(Exec& x) {
  const EventfdState& s = x.get(state_);
  if (s.closed == 0 || s.holders != 0) return Call::done();
  return x.call<WalkLocals>(release_);
}

void Eventfd::eventfd_release(Exec& x, Frame& self, WalkLocals& f) {
  ROUTINE();
  LOCK_IRQ(lock_, "the file is gone: EPOLLHUP", cost("eventfd"), writes(state_));
  for (f.i = 0; is_queued(x, f.i); ++f.i) {
    STEP("tell a waiter", reads(state_), calls(waiters));
    CALL(wake(x, f.i, PollKey::hup));
    STEP("next waiter", writes(state_));
    if (self.result > 0) break;
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
