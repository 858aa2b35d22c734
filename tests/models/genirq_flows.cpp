// handle_level_irq() and handle_edge_irq() (genirq reference 1.3 and 1.5).
#include <catch2/catch.hpp>

#include "tests/models/host.h"

namespace irqloom::bench {
namespace {

HostConfig line_of(Flow flow) {
  HostConfig config;
  config.desc.flow = flow;
  return config;
}

bool in_service(const Host& h, std::size_t cpu) {
  return h.go[h.lapics[cpu]->state()].isr[line_vector / 32] != 0;
}

TEST_CASE("1.3: the level handler masks and acks first and unmasks at the end",
          "[models][genirq]") {
  Host h(line_of(Flow::level));
  h.set_line(true);
  h.go.until(cpu0, "the handler runs");
  CHECK(h.pin().mask == 1);
  CHECK_FALSE(in_service(h, 0));
  CHECK_FALSE(h.has_request(0));
  h.set_line(false);
  h.go.until(cpu0, "unmask");
  CHECK(h.pin().mask == 1);
  CHECK(h.line().inprogress == 0);
  h.go.rest(cpu0);
  CHECK(h.pin().mask == 0);
  CHECK(h.hard_interrupts() == 1);
}

TEST_CASE("1.3: the unmask re-delivers a line that is still up", "[models][genirq]") {
  Host h(line_of(Flow::level));
  h.set_line(true);
  h.go.through(cpu0, "unmask");
  CHECK(h.has_request(0));
}

TEST_CASE("1.3: a disable in the handler leaves the line masked without another interrupt",
          "[models][genirq]") {
  Host h(line_of(Flow::level));
  h.actions[0]->on_interrupt = [&](Exec& x) { return h.desc.disable_irq_nosync(x); };
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.hard_interrupts() == 1);
  CHECK(h.pin().mask == 1);
  CHECK(h.line().pending == 0);
}

TEST_CASE("1.3.3: a refused interrupt leaves the mask to the CPU in progress", "[models][genirq]") {
  Host h(line_of(Flow::level));
  h.set_line(true);
  h.go.until(cpu0, "the handler runs");
  h.send(1, Trigger::edge);
  h.go.rest(cpu1);
  CHECK(h.pin().mask == 1);
  CHECK(h.line().pending == 0);
  h.set_line(false);
  h.go.rest(cpu0);
  CHECK(h.pin().mask == 0);
  CHECK(h.handled() == 1);
}

TEST_CASE("1.3.5: an interrupt of a disabled line stays masked until it is enabled",
          "[models][genirq]") {
  Host h(line_of(Flow::level));
  h.disable();
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.handled() == 0);
  CHECK(h.line().pending == 1);
  CHECK(h.pin().mask == 1);
  h.enable();
  CHECK(h.pin().mask == 0);
  CHECK(h.has_request(0));
}

TEST_CASE("1.3.8: with a thread under way the level handler leaves the unmask to it",
          "[models][genirq]") {
  HostConfig config = line_of(Flow::level);
  config.desc.oneshot = true;
  config.threaded = true;
  Host h(config);
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.pin().mask == 1);
  h.go.rest(thread_a);
  CHECK(h.pin().mask == 0);
}

void pulse(Host& h) {
  h.set_line(true);
  h.set_line(false);
}

TEST_CASE("1.5.6: an edge is acked before the handlers, and the next one is requested",
          "[models][genirq]") {
  Host h(line_of(Flow::edge));
  pulse(h);
  h.go.until(cpu0, "the handler runs");
  CHECK_FALSE(in_service(h, 0));
  CHECK(h.pin().mask == 0);
  pulse(h);
  CHECK(h.has_request(0));
  h.go.rest(cpu0);
  CHECK(h.handled() == 2);
}

TEST_CASE("1.5: events on another CPU during the handlers fold into one more pass",
          "[models][genirq]") {
  Host h(line_of(Flow::edge));
  pulse(h);
  h.go.until(cpu0, "the handler runs");
  for (int n = 0; n < 3; ++n) {
    h.send(1, Trigger::edge);
    h.go.rest(cpu1);
    CHECK(h.line().pending == 1);
    CHECK(h.pin().mask == 1);
    CHECK_FALSE(in_service(h, 1));
  }
  CHECK(h.hard_interrupts(1) == 3);
  // The next pass begins by opening the line, and clears PENDING.
  h.go.through(cpu0, "unmask if an event came in");
  CHECK(h.pin().mask == 0);
  h.go.until(cpu0, "the handler runs");
  CHECK(h.line().pending == 0);
  h.go.rest(cpu0);
  CHECK(h.handled() == 2);
  CHECK(h.hard_interrupts(0) == 1);
}

TEST_CASE("1.5.9: a line that is disabled meanwhile does not go round again", "[models][genirq]") {
  Host h(line_of(Flow::edge));
  pulse(h);
  h.go.until(cpu0, "the handler runs");
  h.send(1, Trigger::edge);
  h.go.rest(cpu1);
  h.disable();
  h.go.rest(cpu0);
  CHECK(h.handled() == 1);
  CHECK(h.line().pending == 1);
  CHECK(h.pin().mask == 1);
}

TEST_CASE("1.5.4, 1.15: an edge of a disabled line is masked, acked, and sent again at enable",
          "[models][genirq]") {
  Host h(line_of(Flow::edge));
  h.disable();
  pulse(h);
  h.go.rest(cpu0);
  CHECK(h.handled() == 0);
  CHECK(h.line().pending == 1);
  CHECK(h.pin().mask == 1);
  CHECK_FALSE(in_service(h, 0));
  h.enable();
  CHECK(h.pin().mask == 0);
  CHECK(h.line().pending == 0);
  CHECK(h.line().replay == 1);
  CHECK(h.has_request(0));
  h.go.rest(cpu0);
  CHECK(h.handled() == 1);
  CHECK(h.line().replay == 0);
}

TEST_CASE("1.15: nothing is sent again when nothing was pending", "[models][genirq]") {
  Host h(line_of(Flow::edge));
  h.disable();
  h.enable();
  CHECK_FALSE(h.has_request(0));
  CHECK(h.line().replay == 0);
}

TEST_CASE("1.5: an edge oneshot line is not masked, and a wake during the run makes another run",
          "[models][genirq]") {
  HostConfig config = line_of(Flow::edge);
  config.desc.oneshot = true;
  config.threaded = true;
  Host h(config);
  pulse(h);
  h.go.rest(cpu0);
  h.go.until(thread_a, "the thread's function runs");
  CHECK(h.pin().mask == 0);
  pulse(h);
  h.go.rest(cpu0);
  CHECK(h.line().runthread == 1);
  h.go.settle();
  CHECK(h.go.count(event::thread_begin) == 2);
  CHECK(h.line().threads_oneshot == 0);
}

}  // namespace
}  // namespace irqloom::bench
