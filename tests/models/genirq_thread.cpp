// The walk over the actions, waking a thread, and the end of a oneshot interrupt (genirq reference
// 1.7 to 1.10 and 1.19).
#include <catch2/catch.hpp>

#include "tests/models/host.h"

namespace irqloom::bench {
namespace {

HostConfig oneshot_line(std::size_t actions = 1) {
  HostConfig config;
  config.desc.oneshot = true;
  config.threaded = true;
  config.actions = actions;
  return config;
}

TEST_CASE("1.7: INPROGRESS covers the walk, which goes in the order of the chain",
          "[models][genirq]") {
  HostConfig config;
  config.actions = 2;
  Host h(config);
  std::string order;
  for (std::size_t i = 0; i < 2; ++i) {
    h.actions[i]->on_interrupt = [&order, i](Exec& /*x*/) {
      order += static_cast<char>('a' + i);
      return Call::done();
    };
  }
  h.set_line(true);
  h.go.through(cpu0, "take desc->lock");
  CHECK(h.line().inprogress == 1);
  h.go.until(cpu0, "retake desc->lock, clear INPROGRESS");
  CHECK(order == "ab");
  CHECK(h.line().inprogress == 1);
  h.go.step(cpu0);
  CHECK(h.line().inprogress == 0);
  CHECK(h.go[h.desc.lock().slot].owner != 0);
}

TEST_CASE("1.7: a disable during the walk succeeds at once", "[models][genirq]") {
  Host h({});
  h.set_line(true);
  h.go.until(cpu0, "the handler runs");
  h.disable();
  CHECK(h.line().depth == 1);
  CHECK(h.line().disabled == 1);
}

TEST_CASE(
    "1.8, 1.10: the thread may run before the hard handler ends, and waits for INPROGRESS "
    "before it unmasks (G-R01)",
    "[models][genirq]") {
  Host h(oneshot_line());
  h.set_line(true);
  h.go.through(cpu0, "__irq_wake_thread");
  CHECK(h.line().threads_oneshot == 1);
  CHECK(h.line().threads_active == 1);
  h.go.through(thread_a, "the thread's function runs");
  h.set_line(false);
  const char* finalize = "take desc->lock, not INPROGRESS";
  h.go.until(thread_a, finalize);
  CHECK_FALSE(h.go.enabled(thread_a));
  CHECK(h.pin().mask == 1);
  h.go.through(cpu0, "retake desc->lock, clear INPROGRESS");
  CHECK_FALSE(h.go.enabled(thread_a));  // The hard handler holds desc->lock.
  h.go.rest(cpu0);
  CHECK(h.pin().mask == 1);
  h.go.rest(thread_a);
  CHECK(h.pin().mask == 0);
  CHECK(h.line().threads_oneshot == 0);
  CHECK(h.line().threads_active == 0);
}

TEST_CASE("1.8: a handler that returns more than IRQ_WAKE_THREAD wakes nobody",
          "[models][genirq]") {
  Host h(oneshot_line());
  h.actions[0]->hard_result = irq_wake_thread_result | irq_handled;
  h.set_line(true);
  h.go.until(cpu0, "irq_eoi");
  CHECK(h.line().runthread == 0);
  CHECK(h.go.count(event::thread_wake) == 0);
}

TEST_CASE("1.8.2: a wake while RUNTHREAD is set changes nothing", "[models][genirq]") {
  Host h(oneshot_line());
  h.set_line(true);
  h.go.rest(cpu0);
  REQUIRE(h.line().runthread == 1);
  h.send(1, Trigger::edge);  // On its way when the line was masked.
  h.go.rest(cpu1);
  CHECK(h.handled() == 2);
  CHECK(h.line().threads_active == 1);
  CHECK(h.line().threads_oneshot == 1);
  h.set_line(false);
  h.go.settle();
  CHECK(h.go.count(event::thread_begin) == 1);
  CHECK(h.line().threads_active == 0);
}

TEST_CASE("1.10.4: a thread that is woken again keeps its bit, and its next run unmasks",
          "[models][genirq]") {
  Host h(oneshot_line());
  h.set_line(true);
  h.go.rest(cpu0);
  h.go.through(thread_a, "test and clear RUNTHREAD");
  h.send(1, Trigger::edge);
  h.go.rest(cpu1);
  CHECK(h.line().runthread == 1);
  CHECK(h.line().threads_active == 2);
  h.set_line(false);
  h.go.until(thread_a, "the irq thread wakes up");
  CHECK(h.line().threads_oneshot == 1);
  CHECK(h.line().threads_active == 1);
  CHECK(h.pin().mask == 1);
  h.go.rest(thread_a);
  CHECK(h.go.count(event::thread_begin) == 2);
  CHECK(h.line().threads_oneshot == 0);
  CHECK(h.line().threads_active == 0);
  CHECK(h.pin().mask == 0);
}

TEST_CASE("1.10.6: a thread does not unmask a line that is disabled", "[models][genirq]") {
  Host h(oneshot_line());
  h.set_line(true);
  h.go.rest(cpu0);
  h.disable();
  h.go.rest(thread_a);
  CHECK(h.line().threads_oneshot == 0);
  CHECK(h.pin().mask == 1);
  h.enable();
  CHECK(h.pin().mask == 0);
}

TEST_CASE("1.19: the last thread of a shared oneshot line unmasks it", "[models][genirq]") {
  Host h(oneshot_line(2));
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.line().threads_oneshot == 3);
  h.set_line(false);
  const bool a_first = GENERATE(false, true);
  h.go.rest(a_first ? thread_a : thread_b);
  CHECK(h.line().threads_oneshot == (a_first ? 2 : 1));
  CHECK(h.pin().mask == 1);
  h.go.rest(a_first ? thread_b : thread_a);
  CHECK(h.line().threads_oneshot == 0);
  CHECK(h.pin().mask == 0);
}

TEST_CASE("1.10.1: the thread of a line that is not oneshot finalizes nothing (G-R03)",
          "[models][genirq]") {
  HostConfig config;
  config.threaded = true;
  Host h(config);
  h.actions[0]->on_interrupt = [&](Exec& x) {
    h.ioapic.set_pin(x, line_pin, false);
    return Call::done();
  };
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.line().threads_oneshot == 0);
  CHECK(h.line().threads_active == 1);
  h.go.rest(thread_a);
  CHECK(h.line().threads_active == 0);
  CHECK(h.go.taken(thread_a, "take desc->lock, not INPROGRESS") == 0);
}

}  // namespace
}  // namespace irqloom::bench
