// Disable depth, the spurious detector, suspend and wakeup interrupts (genirq reference 1.14, 1.16
// and 1.17).
#include <catch2/catch.hpp>

#include "models/property/marks.h"
#include "tests/models/host.h"

namespace irqloom::bench {
namespace {

HostConfig wakeup_line(Flow flow) {
  HostConfig config;
  config.desc.flow = flow;
  config.wakeup = true;
  return config;
}

void suspend(Host& h) {
  h.task.run(h.go, [&](Exec& x) { return h.desc.suspend_device_irq(x); });
}

void resume(Host& h) {
  h.task.run(h.go, [&](Exec& x) { return h.desc.resume_device_irq(x); });
}

bool is_wakeup_pending(Host& h) {
  return h.task.run(h.go, [&](Exec& x) { return h.desc.check_wakeup(x); }) != 0;
}

TEST_CASE("1.14: enable_irq at depth 2 only lowers the depth", "[models][genirq]") {
  Host h({});
  h.disable();
  h.disable();
  CHECK(h.line().depth == 2);
  h.set_line(true);
  h.go.rest(cpu0);
  REQUIRE(h.pin().mask == 1);
  h.enable();
  CHECK(h.line().depth == 1);
  CHECK(h.line().disabled == 1);
  CHECK(h.pin().mask == 1);
  h.enable();
  CHECK(h.line().depth == 0);
  CHECK(h.line().disabled == 0);
  CHECK(h.pin().mask == 0);
  CHECK(h.go.violations().empty());
}

TEST_CASE("1.14: an unbalanced enable_irq is reported and changes nothing", "[models][genirq]") {
  Host h({});
  h.enable();
  CHECK(h.has_violation("unbalanced-enable"));
  CHECK(h.line().depth == 0);
  CHECK(h.line().disabled == 0);
}

TEST_CASE("1.14.3: so is one of a line that is only suspended", "[models][genirq]") {
  Host h({});
  suspend(h);
  CHECK(h.line().depth == 1);
  h.enable();
  CHECK(h.has_violation("unbalanced-enable"));
  CHECK(h.line().depth == 1);
  CHECK(h.line().disabled == 1);
  resume(h);
  CHECK(h.line().depth == 0);
  CHECK(h.line().disabled == 0);
}

TEST_CASE("1.14: the disable is lazy", "[models][genirq]") {
  Host h({});
  h.disable();
  CHECK(h.line().disabled == 1);
  CHECK(h.line().masked == 0);
  CHECK(h.pin().mask == 0);
}

TEST_CASE("1.16: a line that nobody cares for is disabled", "[models][genirq]") {
  HostConfig config;
  config.desc.spurious_limit = 2;  // More than 2 of 3, scaled down from 99,900 of 100,000.
  config.desc.spurious_window = 3;
  const bool one_is_handled = GENERATE(false, true);
  Host h(config);
  for (int n = 0; n < 3; ++n) {
    h.actions[0]->hard_result = one_is_handled && n == 1 ? irq_handled : irq_none;
    h.send(0, Trigger::edge);
    h.go.rest(cpu0);
  }
  CHECK(h.line().spurious_disabled == (one_is_handled ? 0 : 1));
  CHECK(h.line().disabled == (one_is_handled ? 0 : 1));
  CHECK(h.go.count(event::nobody_cared) == (one_is_handled ? 0 : 1));
  CHECK(h.line().irqs_unhandled == 0);
}

TEST_CASE("1.16.2: an interrupt that only wakes threads is judged by the next one of its kind",
          "[models][genirq]") {
  HostConfig config;
  config.threaded = true;
  config.actions = 2;
  config.desc.spurious_limit = 1000;
  config.desc.spurious_window = 1001;
  Host h(config);
  const auto interrupt = [&](std::int32_t a, std::int32_t b) {
    h.actions[0]->hard_result = a;
    h.actions[1]->hard_result = b;
    h.send(0, Trigger::edge);
    h.go.rest(cpu0);
  };
  const auto threads_return = [&](std::int32_t result) {
    h.actions[0]->thread_result = result;
    h.go.rest(thread_a);
  };
  interrupt(irq_wake_thread_result, irq_none);
  CHECK(h.line().irqs_unhandled == 0);  // Only noted.
  interrupt(irq_wake_thread_result, irq_none);
  CHECK(h.line().irqs_unhandled == 1);  // No thread has handled anything meanwhile.
  CHECK(h.line().irq_count == 1);
  threads_return(irq_none);
  interrupt(irq_wake_thread_result, irq_none);
  CHECK(h.line().irqs_unhandled == 2);
  threads_return(irq_handled);
  interrupt(irq_wake_thread_result, irq_none);
  CHECK(h.line().irqs_unhandled == 2);
  CHECK(h.line().irq_count == 3);
  // A primary handler that handles it ends the deferring: the next one is only noted again.
  interrupt(irq_wake_thread_result, irq_handled);
  CHECK(h.line().irqs_unhandled == 2);
  interrupt(irq_wake_thread_result, irq_none);
  CHECK(h.line().irqs_unhandled == 2);
  CHECK(h.line().irq_count == 4);
  interrupt(irq_wake_thread_result, irq_none);
  CHECK(h.line().irqs_unhandled == 3);
}

TEST_CASE("an interrupt that is refused counts for a storm, in every flow", "[models][genirq]") {
  HostConfig config;
  config.desc.flow = GENERATE(Flow::fasteoi, Flow::level, Flow::edge);
  Host h(config);
  h.disable();
  h.set_line(true);
  REQUIRE(h.go.next(cpu0) == "take the interrupt");
  const StepResult& taken = h.go.exec().execute(h.fabric.find_context(cpu0), 0);
  CHECK(taken.marks == mark::host_entry);
  h.go.rest(cpu0);
  CHECK(h.handled() == 0);
}

TEST_CASE(
    "1.17.6: an armed wakeup line aborts the suspend instead of running its handler: two hard "
    "interrupts on a fasteoi line",
    "[models][genirq]") {
  Host h(wakeup_line(Flow::fasteoi));
  suspend(h);
  CHECK(h.line().wakeup_armed == 1);
  CHECK(h.line().depth == 0);
  CHECK_FALSE(is_wakeup_pending(h));
  h.set_line(true);
  h.go.through(cpu0, "return from the interrupt");
  CHECK(h.line().wakeup_armed == 0);
  CHECK(h.line().suspended == 1);
  CHECK(h.line().pending == 1);
  CHECK(h.line().depth == 1);
  CHECK(h.line().disabled == 1);
  CHECK(h.pin().mask == 0);  // Only ended: the line is still open.
  CHECK(h.has_request(0));
  h.go.rest(cpu0);
  CHECK(h.hard_interrupts() == 2);
  CHECK(h.pin().mask == 1);
  CHECK(h.handled() == 0);
  CHECK(h.go.count(event::wakeup_abort) == 1);
  CHECK(is_wakeup_pending(h));
  resume(h);
  CHECK(h.line().suspended == 0);
  CHECK(h.line().depth == 0);
  CHECK(h.pin().mask == 0);
  h.go.through(cpu0, "the handler runs");
  CHECK(h.handled() == 1);
}

TEST_CASE("1.17.6: one hard interrupt on a line with the level handler", "[models][genirq]") {
  Host h(wakeup_line(Flow::level));
  suspend(h);
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.hard_interrupts() == 1);
  CHECK(h.handled() == 0);
  CHECK(h.pin().mask == 1);
  CHECK(h.line().depth == 1);
}

TEST_CASE("1.17.6, 1.17.8: an edge that woke is sent again at resume", "[models][genirq]") {
  Host h(wakeup_line(Flow::edge));
  suspend(h);
  h.set_line(true);
  h.set_line(false);
  h.go.rest(cpu0);
  CHECK(h.handled() == 0);
  CHECK(h.line().pending == 1);
  CHECK(h.pin().mask == 1);
  CHECK(is_wakeup_pending(h));
  resume(h);
  h.go.rest(cpu0);
  CHECK(h.handled() == 1);
}

TEST_CASE("1.17.8: a resume without a wakeup only disarms", "[models][genirq]") {
  Host h(wakeup_line(Flow::fasteoi));
  suspend(h);
  CHECK_FALSE(is_wakeup_pending(h));
  resume(h);
  CHECK(h.line().wakeup_armed == 0);
  CHECK(h.line().depth == 0);
  CHECK(h.go.violations().empty());
}

TEST_CASE("1.17.4: a line that cannot wake is disabled lazily", "[models][genirq]") {
  Host h({});
  suspend(h);
  CHECK(h.line().suspended == 1);
  CHECK(h.line().disabled == 1);
  CHECK(h.pin().mask == 0);
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.handled() == 0);
  CHECK_FALSE(is_wakeup_pending(h));
  CHECK(h.go.count(event::wakeup_abort) == 0);
}

TEST_CASE("1.17.5: the suspend waits for a handler in progress", "[models][genirq]") {
  Host h(wakeup_line(Flow::fasteoi));
  h.set_line(true);
  h.go.until(cpu0, "the handler runs");
  h.task.ask(h.go, [&](Exec& x) { return h.desc.suspend_device_irq(x); });
  h.go.rest("task");
  CHECK(h.go.next("task") == "synchronize_irq");
  CHECK_FALSE(h.task.is_done(h.go));
  h.set_line(false);
  h.go.rest(cpu0);
  h.go.rest("task");
  CHECK(h.task.is_done(h.go));
  CHECK(h.handled() == 1);
}

}  // namespace
}  // namespace irqloom::bench
