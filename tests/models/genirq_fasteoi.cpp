// handle_fasteoi_irq(), the flow of level pins of an I/O APIC (genirq reference 1.2 and 1.4).
#include <catch2/catch.hpp>

#include "tests/models/host.h"

namespace irqloom::bench {
namespace {

HostConfig plain_line() {
  return {};
}

HostConfig oneshot_line() {
  HostConfig config;
  config.desc.oneshot = true;
  config.threaded = true;
  return config;
}

TEST_CASE("1.4: a oneshot line is masked before the handlers and ended while masked",
          "[models][genirq]") {
  Host h(oneshot_line());
  h.set_line(true);
  h.go.until(cpu0, "the handler runs");
  CHECK(h.pin().mask == 1);
  CHECK(h.pin().remote_irr == 1);
  CHECK(h.line().inprogress == 1);
  CHECK(h.go[h.desc.lock().slot].owner == 0);
  h.go.through(cpu0, "irq_eoi");
  // The line is still up, and nothing comes: the mask holds it, not remote IRR.
  CHECK(h.pin().mask == 1);
  CHECK(h.pin().remote_irr == 0);
  h.go.rest(cpu0);
  CHECK(h.pin().mask == 1);
  CHECK_FALSE(h.has_request(0));
  // The unmask by the thread re-delivers.
  h.go.rest(thread_a);
  CHECK(h.pin().mask == 0);
  CHECK(h.has_request(0));
}

TEST_CASE("1.4: a line that is not oneshot is never masked - remote IRR prevents re-entry",
          "[models][genirq]") {
  Host h(plain_line());
  h.set_line(true);
  h.go.until(cpu0, "the handler runs");
  CHECK(h.pin().mask == 0);
  CHECK(h.pin().remote_irr == 1);
  h.set_line(false);
  h.set_line(true);
  CHECK_FALSE(h.has_request(0));
  h.go.through(cpu0, "irq_eoi");
  CHECK(h.has_request(0));
  CHECK(h.go.count(event::irq_mask) == 0);
}

TEST_CASE("1.4: a oneshot line whose handler wakes no thread is unmasked after the EOI (G-R02)",
          "[models][genirq]") {
  Host h(oneshot_line());
  h.actions[0]->hard_result = GENERATE(as<std::int32_t>{}, irq_none, irq_handled);
  h.actions[0]->on_interrupt = [&](Exec& x) {
    h.ioapic.set_pin(x, line_pin, false);
    return Call::done();
  };
  h.set_line(true);
  h.go.through(cpu0, "irq_eoi");
  CHECK(h.pin().mask == 1);
  h.go.rest(cpu0);
  CHECK(h.pin().mask == 0);
}

TEST_CASE("1.4 (b): disable_irq_nosync in the handler costs exactly one more hard interrupt",
          "[models][genirq]") {
  Host h(plain_line());
  h.actions[0]->on_interrupt = [&](Exec& x) { return h.desc.disable_irq_nosync(x); };
  h.set_line(true);
  h.go.through(cpu0, "return from the interrupt");
  CHECK(h.pin().mask == 0);  // Lazy: the hardware is still open.
  CHECK(h.has_request(0));
  h.go.rest(cpu0);
  CHECK(h.hard_interrupts() == 2);
  CHECK(h.handled() == 1);
  CHECK(h.pin().mask == 1);
  CHECK(h.line().pending == 1);
  CHECK_FALSE(h.has_request(0));
  h.enable();
  CHECK(h.pin().mask == 0);
  CHECK(h.line().pending == 0);
  CHECK(h.has_request(0));
}

TEST_CASE("1.4 (b): IRQ_DISABLE_UNLAZY avoids the second hard interrupt", "[models][genirq]") {
  HostConfig config = plain_line();
  config.desc.disable_unlazy = true;
  Host h(config);
  h.actions[0]->on_interrupt = [&](Exec& x) { return h.desc.disable_irq_nosync(x); };
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.hard_interrupts() == 1);
  CHECK(h.pin().mask == 1);
}

TEST_CASE("1.4 (b): a oneshot line avoids it too", "[models][genirq]") {
  Host h(oneshot_line());
  h.actions[0]->on_interrupt = [&](Exec& x) { return h.desc.disable_irq_nosync(x); };
  h.set_line(true);
  h.go.settle();
  CHECK(h.hard_interrupts() == 1);
  CHECK(h.pin().mask == 1);
  h.enable();
  CHECK(h.pin().mask == 0);
}

TEST_CASE("1.4.2: an event that comes while another CPU runs the handlers is dropped (G-R08)",
          "[models][genirq]") {
  Host h(plain_line());
  h.set_line(true);
  h.go.until(cpu0, "the handler runs");
  h.send(1, Trigger::edge);
  h.go.rest(cpu1);
  CHECK(h.hard_interrupts(1) == 1);
  CHECK(h.line().pending == 0);
  CHECK(h.pin().mask == 0);
  CHECK(h.go[h.lapics[1]->state()].isr[line_vector / 32] == 0);  // Ended all the same.
  h.set_line(false);
  h.go.rest(cpu0);
  CHECK(h.handled() == 1);
}

TEST_CASE("1.4.4: an interrupt of a disabled line is ended, masked and remembered",
          "[models][genirq]") {
  Host h(plain_line());
  h.disable();
  CHECK(h.pin().mask == 0);
  h.set_line(true);
  h.go.rest(cpu0);
  CHECK(h.handled() == 0);
  CHECK(h.pin().mask == 1);
  CHECK(h.pin().remote_irr == 0);
  CHECK(h.line().pending == 1);
  CHECK(h.hard_interrupts() == 1);
}

}  // namespace
}  // namespace irqloom::bench
