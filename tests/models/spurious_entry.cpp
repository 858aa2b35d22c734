// What an epoch is, and who sent its interrupt: the monitor alone, told events by the test, and on
// a line with two threads.
#include "models/property/spurious_entry.h"

#include <catch2/catch.hpp>
#include <optional>

#include "tests/models/road.h"

namespace irqloom::bench {
namespace {

constexpr std::int64_t pin = 16;
constexpr std::int64_t line_vector = 0x51;

/// A guest line with two threaded actions, "a" and "b", whose vCPU is the test.
class Line {
 private:
  timed::FreshSimcontext simcontext_;

 public:
  explicit Line(bool edge = false)
      : vcpu("vcpu", fabric),
        label_(fabric.name("line")),
        a(fabric.name("a")),
        b(fabric.name("b")) {
    fabric.add(std::make_unique<SpuriousEntry>(
        fabric, std::vector<SpuriousEntry::Line>{{.label = label_,
                                                  .name = "line",
                                                  .devices = {"a", "b"},
                                                  .has_work = [this](const World&) { return work; },
                                                  .pin = pin,
                                                  .vector = line_vector,
                                                  .entries = {vcpu.context()},
                                                  .edge = edge}}));
    go.emplace(fabric);
  }

  void tell(const EventType& type, std::initializer_list<std::int64_t> args) {
    vcpu.run(*go, [&](Exec& x) {
      x.emit(type, args);
      return Call::done();
    });
  }
  void send(event::InjectOrigin origin) { tell(event::ioapic_inject, {pin, origin}); }
  void take() { tell(event::kvm_inj_virq, {line_vector}); }
  void begin_pass() { tell(event::pass_begin, {label_}); }
  void wake(std::int64_t action) { tell(event::thread_wake, {label_, action}); }
  void end_pass() { tell(event::pass_end, {label_}); }
  void begin(std::int64_t action) { tell(event::thread_begin, {label_, action}); }
  void end(std::int64_t action) { tell(event::thread_end, {label_, action}); }
  void find(std::int64_t action) { tell(event::work_found, {label_, action}); }
  void abort_suspend() { tell(event::wakeup_abort, {label_}); }
  /// A pass that wakes both.
  void pass() {
    begin_pass();
    wake(a);
    wake(b);
    end_pass();
  }
  void run(std::int64_t action) {
    begin(action);
    end(action);
  }

  /// Places of what was reported so far.
  std::vector<std::string> reported() const {
    std::vector<std::string> places;
    for (const Violation& v : go->violations())
      places.push_back(v.where);
    return places;
  }
  Fabric fabric;
  Hand vcpu;
  bool work = false;
  std::optional<Steps> go;

 private:
  std::int64_t label_;

 public:
  std::int64_t a;
  std::int64_t b;
};

using Places = std::vector<std::string>;
const std::string set_irq = "line (K-R27: ioapic_set_irq)";
const std::string write_indirect = "line (K-R23: ioapic_write_indirect)";

TEST_CASE("an epoch lasts as long as the pass that woke its runs", "[models][property]") {
  Line line;
  line.begin_pass();
  line.wake(line.a);
  line.run(line.a);  // On another CPU, before the pass has called b.
  CHECK(line.reported().empty());
  line.wake(line.b);
  line.end_pass();
  CHECK(line.reported().empty());
  line.begin(line.b);
  const bool finds = GENERATE(false, true);
  if (finds) line.find(line.b);
  line.end(line.b);
  CHECK(line.reported().size() == (finds ? 0 : 1));
}

TEST_CASE("a pass whose every run has ended already is judged at its end", "[models][property]") {
  Line line;
  line.begin_pass();
  line.wake(line.a);
  line.run(line.a);
  CHECK(line.reported().empty());
  line.end_pass();
  CHECK(line.reported().size() == 1);
}

TEST_CASE("a pass joins the epoch of a run that has yet to begin", "[models][property]") {
  Line line;
  line.send(event::inject_set_irq);
  line.take();
  line.pass();
  line.begin(line.a);
  line.send(event::inject_eoi);
  line.take();
  line.begin_pass();  // b's wake merges; a is woken again.
  line.wake(line.a);
  line.end_pass();
  line.end(line.a);
  line.run(line.a);
  CHECK(line.reported().empty());
  line.run(line.b);
  CHECK(line.reported() == Places{"line (K-R27: ioapic_set_irq + kvm_ioapic_update_eoi)"});
}

TEST_CASE("an epoch whose runs have begun is judged apart from the next", "[models][property]") {
  Line line;
  line.pass();
  line.begin(line.a);
  line.begin(line.b);
  line.end(line.b);
  line.pass();
  line.begin(line.b);
  const bool older_finds = GENERATE(false, true);
  line.find(older_finds ? line.a : line.b);
  line.end(line.b);
  line.end(line.a);
  CHECK(line.reported().size() == (older_finds ? 0 : 1));
  line.run(line.a);
  CHECK(line.reported().size() == 1);
}

TEST_CASE("an entry knows who sent its interrupt, whenever the next one is sent",
          "[models][property]") {
  Line line;
  line.send(event::inject_set_irq);
  line.take();
  line.send(event::inject_write_indirect);  // Before the first one's pass.
  line.pass();
  line.run(line.a);
  line.run(line.b);
  CHECK(line.reported() == Places{set_irq});
  line.take();
  line.pass();
  line.run(line.a);
  line.run(line.b);
  CHECK(line.reported() == Places{set_irq, write_indirect});
}

TEST_CASE("two messages that became one interrupt sent it both", "[models][property]") {
  Line line;
  line.send(event::inject_write_indirect);
  line.send(event::inject_set_irq);
  line.take();
  line.begin_pass();
  line.end_pass();
  CHECK(line.reported() == Places{"line (K-R27: ioapic_set_irq + K-R23: ioapic_write_indirect)"});
}

TEST_CASE("an interrupt that is refused is forgotten on a level line and pending on an edge line",
          "[models][property]") {
  const bool edge = GENERATE(false, true);
  Line line(edge);
  line.send(event::inject_set_irq);
  line.take();
  line.send(event::inject_retrigger);
  line.take();
  line.begin_pass();
  line.end_pass();
  CHECK(line.reported() == Places{edge ? "line (K-R27: ioapic_set_irq + apic_retrigger_irq)"
                                       : "line (apic_retrigger_irq)"});
}

TEST_CASE("a suspend is aborted by whoever sent the interrupt", "[models][property]") {
  Line line;
  line.work = GENERATE(false, true);
  line.send(event::inject_write_indirect);
  line.take();
  line.abort_suspend();
  CHECK(line.reported() == (line.work ? Places{} : Places{write_indirect}));
}

TEST_CASE("a thread that ends before the next action is called is no spurious entry",
          "[models][property]") {
  x86::Spec spec = devices({"dev0", "dev1"}, "at-eoi", Driver::Serves::thread);
  spec.vcpus = 2;
  Road road(spec);
  road.raise("dev1");
  road.go.rest("cpu0/hardirq");
  road.go.rest("kworker/dev1_irqfd.inject");
  road.go.through("vcpu0/hardirq", "__irq_wake_thread");
  constexpr std::uint16_t other_vcpu = 1;
  road.go.step("irq/16-dev0", other_vcpu);
  road.go.rest("irq/16-dev0");
  CHECK(road.go.count(event::work_none) == 1);
  CHECK(road.go.violations().empty());
  road.go.settle();
  CHECK(road.go.count(event::work_found) == 1);
}

}  // namespace
}  // namespace irqloom::bench
