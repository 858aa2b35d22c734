// The way from a local APIC into a guest whose vCPU has a thread: KVM_REQ_EVENT, kicks, HLT. What
// is asserted is what arch/x86/kvm/x86.c and virt/kvm/kvm_main.c, Linux 6.1, are written to ensure.
#include <catch2/catch.hpp>

#include "models/events.h"
#include "models/platform/x86.h"
#include "tests/models/bench.h"
#include "tests/unit/topology/machines.h"

namespace irqloom::bench {
namespace {

constexpr const char* run = "vcpu0/run";
constexpr const char* idle = "vcpu0/idle";
constexpr const char* hardirq = "vcpu0/hardirq";
constexpr const char* look = "look for KVM_REQ_EVENT, inject_pending_event";
constexpr const char* last_look = "kvm_vcpu_exit_request, or enter";

constexpr std::uint8_t low = 0x51;
constexpr std::uint8_t same_class = 0x52;
constexpr std::uint8_t higher = 0x61;

/// Two emulated devices, each with an edge line of its own whose handler serves it.
x86::Spec spec_of(const char* policy, std::uint8_t second_vector) {
  x86::Spec spec;
  spec.host_cpus = 1;
  spec.vcpus = 1;
  spec.vcpu_policy = policy;
  spec.emulated = {x86::machines::emulated("emu0", 16), x86::machines::emulated("emu1", 17)};
  spec.lines = {x86::machines::line(16, {"emu0"}), x86::machines::line(17, {"emu1"})};
  for (x86::GuestLine& l : spec.lines) {
    l.flow = Flow::edge;
    l.oneshot = false;
    l.actions[0].serves = Driver::Serves::primary;
  }
  spec.lines[0].vector = low;
  spec.lines[1].vector = second_vector;
  return spec;
}

class Guest {
 private:
  timed::FreshSimcontext simcontext_;

 public:
  explicit Guest(const x86::Spec& spec) : machine(fabric, spec), go(fabric) {}
  explicit Guest(const char* policy = "request-and-kick", std::uint8_t second_vector = higher)
      : Guest(spec_of(policy, second_vector)) {}

  const VcpuRunState& vcpu() { return go[machine.vcpu(0).run()->state()]; }
  /// What the device model tells KVM, to the end of the ioctl.
  void raise(const std::string& device) {
    go.through(device, "raise");
    go.rest(device + ".io");
  }
  void halt() { go.step(idle); }
  void sleep() {
    halt();
    go.rest(run);
  }
  bool has_work(const char* device) {
    const SlotInfo* slot = fabric.layout().find(device);
    return reinterpret_cast<const EmulatedState*>(go.world().bytes().data() + slot->offset)->work !=
           0;
  }
  bool all_served() { return !has_work("emu0") && !has_work("emu1"); }

  Fabric fabric;
  x86::Machine machine;
  Steps go;
};

TEST_CASE("vcpu run: a halted vCPU sleeps until it is kicked", "[models][vcpu]") {
  Guest guest;
  guest.sleep();
  CHECK(guest.vcpu().asleep == 1);
  CHECK(guest.vcpu().mode == VcpuMode::outside);
  CHECK(!guest.go.enabled(run));
  CHECK(!guest.go.enabled(idle));

  guest.raise("emu0");
  CHECK(guest.vcpu().asleep == 0);
  // Who was woken needs no IPI.
  CHECK(guest.go.taken("emu0.io", "kvm_vcpu_exiting_guest_mode, the reschedule IPI") == 0);

  guest.go.settle();
  CHECK(guest.all_served());
  CHECK(guest.go.count(event::kvm_inj_virq) == 1);
  CHECK(guest.vcpu().asleep == 1);
}

TEST_CASE("vcpu run: a vCPU that goes to sleep looks again when it can be woken",
          "[models][vcpu]") {
  Guest guest;
  guest.halt();
  SECTION("before it is in the rcuwait") {
    guest.go.through(run, "kvm_arch_vcpu_runnable?");
  }
  SECTION("before it is about to sleep") {
    guest.go.through(run, "prepare_to_rcuwait");
  }
  SECTION("before its last look") {
    guest.go.through(run, "set_current_state(TASK_INTERRUPTIBLE)");
  }
  guest.raise("emu0");
  guest.go.settle();
  CHECK(guest.all_served());
}

TEST_CASE("vcpu run: without the look after prepare_to_rcuwait the kick is lost",
          "[models][vcpu]") {
  Guest guest("check-before-wait");
  guest.halt();
  guest.go.through(run, "kvm_arch_vcpu_runnable?");
  guest.raise("emu0");
  guest.go.settle();
  CHECK(guest.has_work("emu0"));
  CHECK(guest.vcpu().asleep == 1);
}

TEST_CASE("vcpu run: without the kick a halted vCPU sleeps on, and a running one is late",
          "[models][vcpu]") {
  Guest guest("no-kick");
  SECTION("halted") {
    guest.sleep();
    guest.raise("emu0");
    guest.go.settle();
    CHECK(guest.has_work("emu0"));
    CHECK(guest.vcpu().asleep == 1);
    CHECK(guest.vcpu().requests == kvm_req_event);
  }
  SECTION("in its guest") {
    guest.raise("emu0");
    CHECK(guest.vcpu().mode == VcpuMode::in_guest);
    CHECK(!guest.go.enabled(run));
    guest.go.settle();
    CHECK(guest.all_served());
  }
}

TEST_CASE("vcpu run: without the request a woken vCPU enters with nothing injected",
          "[models][vcpu]") {
  Guest guest("no-request");
  guest.sleep();
  guest.raise("emu0");
  for (int i = 0; i < 3; ++i) {
    guest.go.rest(run);
    CHECK(guest.vcpu().injected == 0);
    CHECK(!guest.go.enabled(hardirq));
    guest.halt();
  }
  CHECK(guest.has_work("emu0"));
}

TEST_CASE("vcpu run: a kick makes a vCPU leave its guest, and the entry injects",
          "[models][vcpu]") {
  Guest guest;
  guest.raise("emu0");
  CHECK(guest.vcpu().mode == VcpuMode::exiting);
  CHECK(!guest.go.enabled(hardirq));
  guest.go.rest(run);
  CHECK(guest.vcpu().mode == VcpuMode::in_guest);
  CHECK(guest.vcpu().injected == low);
  CHECK(guest.vcpu().requests == 0);
  CHECK(guest.go.enabled(hardirq));
  // The injected interrupt comes before everything else in the guest.
  CHECK(!guest.go.enabled(idle));
}

TEST_CASE("vcpu run: a request that comes during the entry cancels it", "[models][vcpu]") {
  Guest guest;
  guest.raise("emu0");
  guest.go.through(run, look);
  SECTION("before the mode is written") {
    guest.raise("emu1");
    CHECK(guest.vcpu().mode == VcpuMode::outside);
  }
  SECTION("after it") {
    guest.go.until(run, last_look);
    guest.raise("emu1");
    CHECK(guest.vcpu().mode == VcpuMode::exiting);
  }
  guest.go.through(run, last_look);
  CHECK(guest.vcpu().mode == VcpuMode::outside);
  CHECK(guest.go.next(run) == look);
  // The one that was injected stays so; the other waits for the window behind it.
  guest.go.rest(run);
  CHECK(guest.vcpu().injected == low);
  CHECK(guest.vcpu().window == 1);
  guest.go.settle();
  CHECK(guest.all_served());
  CHECK(guest.go.count(event::kvm_inj_virq) == 2);
}

TEST_CASE("vcpu run: what comes while the guest has its interrupts off waits for the window",
          "[models][vcpu]") {
  Guest guest;
  guest.raise("emu0");
  guest.go.rest(run);
  guest.go.step(hardirq);
  guest.raise("emu1");
  guest.go.rest(run);
  CHECK(guest.vcpu().mode == VcpuMode::in_guest);
  CHECK(guest.vcpu().injected == 0);
  CHECK(guest.vcpu().window == 1);
  guest.go.settle();
  CHECK(guest.all_served());
  CHECK(guest.go.count(event::kvm_inj_virq) == 2);
}

TEST_CASE("vcpu run: an EOI makes the request for what its vector held up", "[models][vcpu]") {
  Guest guest("request-and-kick", same_class);
  guest.raise("emu0");
  guest.go.rest(run);
  guest.go.step(hardirq);
  guest.raise("emu1");
  guest.go.rest(run);
  // The request is spent, and no window is wanted: the local APIC has nothing to deliver.
  CHECK(guest.vcpu().requests == 0);
  CHECK(guest.vcpu().window == 0);
  guest.go.settle();
  CHECK(guest.all_served());
  CHECK(guest.go.count(event::kvm_inj_virq) == 2);
}

TEST_CASE("vcpu run: a guest with something to do does not halt", "[models][vcpu]") {
  x86::Spec spec = spec_of("request-and-kick", higher);
  SECTION("an irq thread that was woken") {
    spec.lines[0].actions[0].serves = Driver::Serves::thread;
    spec.lines[0].oneshot = true;
    Guest guest(spec);
    guest.raise("emu0");
    guest.go.rest(run);
    while (!guest.go.enabled("irq/16-emu0")) {
      guest.go.rest(hardirq);
      guest.go.rest(run);
    }
    while (guest.has_work("emu0")) {
      CHECK(!guest.go.enabled(idle));
      guest.go.rest("irq/16-emu0");
      guest.go.rest(run);
    }
    guest.go.settle();
    CHECK(guest.vcpu().asleep == 1);
  }
  SECTION("a script that has not ended") {
    spec.scripts = {{"task", true, 0, false, false, {{ScriptOp::Kind::wait}}}};
    Guest guest(spec);
    CHECK(!guest.go.enabled(idle));
    guest.go.settle();
    CHECK(guest.vcpu().asleep == 1);
  }
}

TEST_CASE("vcpu run: at once there is no thread", "[models][vcpu]") {
  Guest guest("at-once");
  CHECK(guest.machine.vcpu(0).run() == nullptr);
  CHECK(guest.fabric.find_context(run) == guest.fabric.contexts().size());
  CHECK_THROWS_AS(VcpuPolicy::find("sometimes"), std::invalid_argument);
}

}  // namespace
}  // namespace irqloom::bench
