// How an irqfd comes and goes, and what an eventfd does with several waiters (kvm-irqfd 1.1, 1.3,
// 1.4, 1.6, 1.10; fs/eventfd.c, kernel/sched/wait.c, virt/kvm/eventfd.c, kernel/rcu/srcutree.c).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>

#include "models/kvm/srcu.h"
#include "tests/models/vm.h"

namespace irqloom::bench {
namespace {

constexpr const char* shutdown0 = "kworker/irqfd0.shutdown";
constexpr const char* inject0 = "kworker/irqfd0.inject";

/// A second thread of the VMM, or another CPU of the host.
struct Two : VmParts {
  explicit Two(const VmConfig& config) : VmParts(config), other("other", fabric), go(fabric) {}

  Irqfd& irqfd(std::size_t i = 0) { return *irqfds[i]; }
  void ask_signal() {
    other.ask(go, [&](Exec& x) { return triggers[0]->signal(x); });
  }
  void ask_deassign() {
    host.ask(go, [&](Exec& x) { return irqfds[0]->deassign(x); });
  }
  bool is_queued(const Eventfd& e, unsigned waiter) {
    const auto& queue = go[e.state()].queue;
    return std::ranges::find(queue, waiter + 1) != std::end(queue);
  }

  Hand other;
  Steps go;
};

TEST_CASE("1.10.2: a waiter is taken off under wqh.lock, after the signaller has called it",
          "[models][irqfd]") {
  Two m({});
  m.ask_signal();
  m.go.until("other", "wake a waiter");
  m.ask_deassign();
  m.go.rest("host");
  m.go.rest(shutdown0);
  CHECK(m.go.next(shutdown0) == "eventfd_ctx_remove_wait_queue");
  CHECK(m.is_queued(*m.triggers[0], 0));
  m.go.rest("other");
  m.go.rest(shutdown0);
  // The signal was consumed: its injection is waited for, and then the line is lowered.
  CHECK(m.go.next(shutdown0) == "flush_work(inject)");
  m.go.settle();
  CHECK(m.host.is_done(m.go));
  CHECK(m.go.taken(inject0, "take the work item") == 1);
  CHECK(m.go[m.kvm.ioapic().pin(gsi)].irq_states == 0);
  CHECK_FALSE(m.is_queued(*m.triggers[0], 0));
  CHECK(m.go.violations().empty());
}

TEST_CASE("1.1.6: a waiter is queued under wqh.lock", "[models][irqfd]") {
  Two m({.resample = 0});
  const Lock& wqh = m.triggers[0]->lock();
  m.other.run(m.go, [&](Exec& x) {
    x.lock(wqh);
    return Call::done();
  });
  m.host.ask(m.go, [&](Exec& x) { return m.irqfd().assign(x); });
  m.go.settle();
  CHECK(m.go.next("host") == "vfs_poll: hook the wait queue");
  CHECK_FALSE(m.is_queued(*m.triggers[0], 0));
  m.other.run(m.go, [&](Exec& x) {
    x.unlock(wqh);
    return Call::done();
  });
  m.go.settle();
  CHECK(m.is_queued(*m.triggers[0], 0));
}

TEST_CASE("1.3.8 and 1.10.1: a shutdown waits for an assignment that is under way",
          "[models][irqfd]") {
  Two m({.resample = 0});
  m.host.ask(m.go, [&](Exec& x) { return m.irqfd().assign(x); });
  m.go.until("host", "vfs_poll: hook the wait queue");
  m.other.ask(m.go, [&](Exec& x) { return m.irqfd().deassign(x); });
  m.go.rest("other");
  m.go.rest(shutdown0);
  CHECK(m.go.next(shutdown0) == "the readers before it have left");
  m.go.settle();
  CHECK(m.host.is_done(m.go));
  CHECK(m.other.is_done(m.go));
  CHECK_FALSE(m.is_queued(*m.triggers[0], 0));
  CHECK(m.go[m.resampler.state()].listed == 0);
}

TEST_CASE("1.6.2: the eventfd's end shuts its irqfd down", "[models][irqfd]") {
  Two m({});
  m.host.ask(m.go, [&](Exec& x) { return m.triggers[0]->close(x); });
  m.go.settle();
  CHECK(m.go[m.irqfd().state()].active == 0);
  CHECK_FALSE(m.is_queued(*m.triggers[0], 0));
  CHECK(m.go[m.resampler.state()].registered == 0);
  // Who holds the context alone may signal: nobody hears it.
  m.ask_signal();
  m.go.settle();
  CHECK(m.go[m.triggers[0]->state()].count == 1);
  CHECK(m.go.taken(inject0, "take the work item") == 0);
  CHECK(m.host.run(m.go, [&](Exec& x) { return m.irqfd().deassign(x); }) == -EBADF);
  CHECK(m.host.run(m.go, [&](Exec& x) { return m.irqfd().assign(x); }) == -EBADF);
  CHECK(m.host.run(m.go, [&](Exec& x) { return m.triggers[0]->close(x); }) == -EBADF);
}

TEST_CASE("1.6.2: of two who deactivate an irqfd one queues its shutdown", "[models][irqfd]") {
  Two m({});
  m.ask_deassign();
  m.go.through("host", "irqfd_deactivate");
  m.other.ask(m.go, [&](Exec& x) { return m.triggers[0]->close(x); });
  m.go.settle();
  CHECK(m.host.is_done(m.go));
  CHECK(m.go.taken("other", "tell a waiter") == 1);
  CHECK(m.go.taken(shutdown0, "take the work item") == 1);
  CHECK(m.go.violations().empty());
}

TEST_CASE("1.3.4: an eventfd does not end while it is being assigned", "[models][irqfd]") {
  Two m({.resample = 0});
  m.host.ask(m.go, [&](Exec& x) { return m.irqfd().assign(x); });
  m.go.until("host", "vfs_poll: hook the wait queue");
  CHECK(m.other.run(m.go, [&](Exec& x) { return m.triggers[0]->close(x); }) == 0);
  CHECK(m.go.taken("other", "the file is gone: EPOLLHUP") == 0);
  m.go.settle();
  // The last reference is the assigner's: the irqfd hears of the end in its own ioctl.
  CHECK(m.go.taken("host", "the file is gone: EPOLLHUP") == 1);
  CHECK(m.go[m.irqfd().state()].active == 0);
  CHECK_FALSE(m.is_queued(*m.triggers[0], 0));
}

TEST_CASE("1.5: a second KVM_IRQFD of an eventfd is refused; until then its entry is notified too",
          "[models][irqfd]") {
  Two m({});
  m.host.ask(m.go, [&](Exec& x) { return m.irqfd().assign(x); });
  m.go.through("host", "append to resampler->list");
  CHECK(m.go[m.resampler.state()].entries[0] == 2);
  m.other.ask(m.go, [&](Exec& x) { return m.resampler.notify_all(x); });
  m.go.rest("other");
  CHECK(m.go[m.resamplefds[0]->state()].count == 2);
  m.go.settle();
  CHECK(m.go[m.host.state()].result == -EBUSY);
  CHECK(m.go[m.resampler.state()].entries[0] == 1);
  CHECK(m.go[m.resampler.state()].registered == 1);
  CHECK(m.is_queued(*m.triggers[0], 0));
}

// 1.10: 6.12 merges the grace period of the unlink with that of the notifier's unregistration.
TEST_CASE("1.10: grace periods of a shutdown", "[models][irqfd]") {
  const auto [policy, members, periods] = GENERATE(table<std::string, unsigned, std::size_t>(
      {{"at-eoi", 1, 3}, {"on-unmask", 1, 2}, {"at-eoi", 2, 2}, {"on-unmask", 2, 2}}));
  Two m({.policy = policy, .resample = members});
  m.ask_deassign();
  m.go.settle();
  CHECK(m.host.is_done(m.go));
  CHECK(m.go.taken(shutdown0, "synchronize_srcu") == periods);
  CHECK(m.go[m.resampler.state()].registered == (members == 2 ? 1 : 0));
}

// Linux 6.3: kvm_notify_irqfd_resampler() reads under irq_srcu.
TEST_CASE("a shutdown waits for a resample at the unmask that is under way", "[models][irqfd]") {
  Two m({.policy = "on-unmask", .entry = {.masked = true}});
  m.ask_signal();
  m.go.settle();
  REQUIRE(m.go[m.kvm.ioapic().pin(gsi)].irr == 1);
  m.guest.ask(m.go, [&](Exec& x) { return m.chip.irq_unmask(x, gsi); });
  m.go.until("guest", "signal a member's resamplefd");
  m.ask_deassign();
  m.go.rest("host");
  m.go.rest(shutdown0);
  CHECK(m.go.next(shutdown0) == "the readers before it have left");
  m.go.settle();
  CHECK(m.host.is_done(m.go));
  CHECK(m.go[m.resamplefds[0]->state()].count == 1);
}

// kvm-irqfd 0.3: wqh.lock -> irqfds.lock at the end of an eventfd, resampler_lock -> irq_lock at
// the shutdown. Whoever takes two of them the other way round is told.
TEST_CASE("0.3: locks that are held within one step have an order too", "[models][irqfd]") {
  Two m({});
  m.host.ask(m.go, [&](Exec& x) { return m.triggers[0]->close(x); });
  m.go.settle();
  REQUIRE(m.go.violations().empty());
  const bool lists = GENERATE(false, true);
  m.other.run(m.go, [&](Exec& x) {
    const Lock& outer = lists ? m.kvm.irqfds_lock() : m.kvm.irq_lock();
    if (lists) x.irqs_off();
    x.lock(outer);
    if (lists) {
      x.pass_lock(m.triggers[0]->lock());
    } else {
      x.pass_lock(m.kvm.resampler_lock());
    }
    x.unlock(outer);
    if (lists) x.irqs_on();
    return Call::done();
  });
  REQUIRE(m.go.violations().size() == 1);
  CHECK(m.go.violations()[0].property == "lock-order");
}

/// What it hears, and what it answers.
class Listener : public WakeIf {
 public:
  Listener(Fabric& fabric, const char* name, bool priority)
      : heard_(fabric.reserve<HandState>(name)), priority_(priority) {}
  Call wake(Exec& x, PollKey key) override {
    x.set(heard_).result += key == PollKey::in ? 1 : 100;
    return Call::done(priority_ && key == PollKey::in ? 1 : 0);
  }
  bool has_priority() const override { return priority_; }
  void touches(Footprint& footprint) const override { footprint.writes.push_back(range(heard_)); }
  Slot<HandState> heard() const { return heard_; }

 private:
  Slot<HandState> heard_;
  bool priority_;
};

struct Queue {
  Queue() {
    for (Listener* l : {&first, &second, &late})
      eventfd.waiters.bind(*l);
  }
  void add(Steps& go, unsigned waiter) {
    hand.run(go, [&, waiter](Exec& x) {
      x.irqs_off();
      x.lock(eventfd.lock());
      eventfd.add_wait_queue(x, waiter);
      x.unlock_irq(eventfd.lock());
      return Call::done();
    });
  }
  void signal(Steps& go) {
    hand.run(go, [&](Exec& x) { return eventfd.signal(x); });
  }
  std::vector<int> heard(Steps& go) {
    return {go[first.heard()].result, go[second.heard()].result, go[late.heard()].result};
  }

  timed::FreshSimcontext simcontext;
  Fabric fabric;
  Eventfd eventfd{"eventfd", fabric, std::make_shared<EventfdLocks>(), 8};
  Listener first{fabric, "first", true};    ///< Waiter 0: exclusive, with priority, as an irqfd.
  Listener second{fabric, "second", true};  ///< Waiter 1: another one of the kind.
  Listener late{fabric, "late", false};     ///< Waiter 2: as a virqfd, or a poller.
  Hand hand{"hand", fabric};
};

TEST_CASE("K-R41: the exclusive waiter that came last takes every signal", "[models][irqfd]") {
  Queue q;
  Steps go(q.fabric);
  q.add(go, 0);
  q.signal(go);
  CHECK(q.heard(go) == std::vector{1, 0, 0});
  q.add(go, 1);
  q.signal(go);
  CHECK(q.heard(go) == std::vector{1, 1, 0});
}

TEST_CASE("1.1.5: who has no priority queues behind those who have, and hears nothing",
          "[models][irqfd]") {
  Queue q;
  Steps go(q.fabric);
  q.add(go, 2);
  q.signal(go);
  CHECK(q.heard(go) == std::vector{0, 0, 1});
  const bool irqfd_first = GENERATE(false, true);
  if (irqfd_first) {
    q.add(go, 0);
    q.add(go, 2);
  } else {
    q.add(go, 0);
  }
  q.signal(go);
  CHECK(q.heard(go) == std::vector{1, 0, 1});
  // All hear of the end.
  q.hand.run(go, [&](Exec& x) { return q.eventfd.close(x); });
  CHECK(go[q.first.heard()].result == 101);
  CHECK(go[q.late.heard()].result >= 101);
}

TEST_CASE("a wait queue is touched under its lock alone", "[models][irqfd]") {
  Queue q;
  Steps go(q.fabric);
  CHECK_THROWS_AS(q.eventfd.add_wait_queue(go.exec(), 0), std::logic_error);
  CHECK_THROWS_AS(q.eventfd.remove_wait_queue(go.exec(), 0), std::logic_error);
  CHECK_THROWS_AS(q.eventfd.drain(go.exec()), std::logic_error);
}

/// Readers and updaters of one SRCU domain.
struct Readers {
  Hand::Op synchronize() {
    return [this](Exec& x) { return srcu.synchronize(x); };
  }
  std::uint8_t enter(Steps& go) { return srcu.read_lock(go.exec()); }
  void leave(Steps& go, std::uint8_t side) { srcu.read_unlock(go.exec(), side); }

  timed::FreshSimcontext simcontext;
  Fabric fabric;
  Srcu srcu{fabric, "srcu"};
  Lock spin = fabric.lock("spin", "spin", LockKind::spin);
  Hand a{"a", fabric};
  Hand b{"b", fabric};
};

TEST_CASE("a grace period waits for the readers that were there, not for later ones",
          "[models][irqfd]") {
  Readers r;
  Steps go(r.fabric);
  const std::uint8_t before = r.enter(go);
  r.a.ask(go, r.synchronize());
  go.rest("a");
  CHECK_FALSE(r.a.is_done(go));
  const std::uint8_t during = r.enter(go);
  r.leave(go, before);
  go.rest("a");
  CHECK(r.a.is_done(go));
  // The next one waits for the reader that the first one did not.
  r.a.ask(go, r.synchronize());
  go.rest("a");
  CHECK_FALSE(r.a.is_done(go));
  r.leave(go, during);
  go.rest("a");
  CHECK(r.a.is_done(go));
}

TEST_CASE("a grace period that began before does not count", "[models][irqfd]") {
  Readers r;
  Steps go(r.fabric);
  const std::uint8_t first = r.enter(go);
  r.a.ask(go, r.synchronize());
  go.rest("a");
  const std::uint8_t second = r.enter(go);
  r.b.ask(go, r.synchronize());
  go.rest("b");
  r.leave(go, first);
  go.settle();
  CHECK(r.a.is_done(go));
  CHECK_FALSE(r.b.is_done(go));
  r.leave(go, second);
  go.settle();
  CHECK(r.b.is_done(go));
}

TEST_CASE("a wait for SRCU under a spinlock sleeps in atomic context", "[models][irqfd]") {
  Readers r;
  Steps go(r.fabric);
  const bool waits = GENERATE(false, true);
  const std::uint8_t side = r.enter(go);
  if (!waits) r.leave(go, side);
  r.a.ask(go, [&](Exec& x) {
    x.lock(r.spin);
    return r.srcu.synchronize(x);
  });
  go.rest("a");
  REQUIRE(go.violations().size() == 1);
  CHECK(go.violations()[0].property == "sleep-in-atomic");
  CHECK(go.violations()[0].where == "synchronize_srcu");
}

}  // namespace
}  // namespace irqloom::bench
