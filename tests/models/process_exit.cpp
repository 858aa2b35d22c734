// A VMM is killed and started again on the same host and device (arm-vfio 3.2, 3.5.4, 4.3; V-R34).
#include <catch2/catch.hpp>

#include "models/events.h"
#include "models/platform/arm.h"
#include "tests/models/bench.h"

namespace irqloom::bench {
namespace {

using Kind = ScriptOp::Kind;

constexpr unsigned spi = 40;

ScriptOp op(Kind kind) {
  ScriptOp o;
  o.kind = kind;
  o.device = "dev0";
  o.gsi = 8;
  return o;
}

/// A VMM that arms VFIO and, if it is said, starts a VM; and somebody who kills it.
arm::Spec machine(bool starts, bool resets = false) {
  arm::Spec spec;
  arm::DeviceSpec d;
  d.name = "dev0";
  d.config.raises = false;
  d.armed_at_reset = false;
  d.reset_at_release = resets;
  spec.devices.push_back(d);
  arm::GuestLine l;
  l.oneshot = false;
  l.enabled_at_reset = false;
  l.actions.push_back({.device = "dev0", .serves = Driver::Serves::primary});
  spec.lines.push_back(l);
  ScriptSpec vmm;
  vmm.name = "vmm";
  vmm.ops = {op(Kind::create_vcpu), op(Kind::create_vgic), op(Kind::ctrl_init),
             op(Kind::assign),      op(Kind::set_trigger), op(Kind::attach_unmask)};
  if (starts) vmm.ops.push_back(op(Kind::vm_start));
  ScriptSpec boot;
  boot.name = "boot";
  boot.in_guest = true;
  boot.ops = {op(Kind::gic_init), op(Kind::enable)};
  ScriptSpec killer;
  killer.name = "operator";
  killer.optional = true;
  killer.ops = {op(Kind::kill)};
  spec.scripts = {vmm, boot, killer};
  return spec;
}

struct Killable {
  explicit Killable(const arm::Spec& spec) : all(fabric, spec), go(fabric) { go.settle(); }

  arm::Assignment& dev0() { return all.assignment("dev0"); }
  const VfioPlatformState& vfio() { return go[dev0().vfio->state()]; }
  const VgicIrq& irq() { return go[all.kvm().vgic().irq(spi)]; }
  std::size_t host_masks() const { return go.count(event::vfio_platform_mask); }
  void raise() {
    dev0().device->raise_now(go.exec());
    go.settle();
  }
  /// To its end, with everything that it waits for; and the second start.
  void kill() {
    go.rest("operator");
    go.settle();
  }

  timed::FreshSimcontext simcontext;
  Fabric fabric;
  arm::Machine all;
  Steps go;
};

TEST_CASE(
    "3.2: the wire that the killed VMM left high interrupts as soon as the second one is armed",
    "[models][arm]") {
  Killable m(machine(false));
  m.raise();
  REQUIRE(m.vfio().masked == 1);
  REQUIRE(m.host_masks() == 1);
  m.kill();
  CHECK(m.host_masks() == 2);
  CHECK(m.vfio().masked == 1);
  CHECK(m.vfio().trigger == 1);
  CHECK(m.irq().pending_latch == 1);
  CHECK(m.go[m.all.kvm().vgic().dist()].online_vcpus == 1);
  CHECK(m.go.violations().empty());
}

TEST_CASE("3.5.4: a device that is reset at its release leaves nothing behind", "[models][arm]") {
  Killable m(machine(false, true));
  m.raise();
  m.kill();
  CHECK(m.go.count(event::device_reset) == 1);
  CHECK(m.host_masks() == 1);
  CHECK(m.vfio().masked == 0);
  CHECK(m.irq().pending_latch == 0);
  CHECK(m.go[m.dev0().trigger->state()].count == 0);
}

TEST_CASE("a kill in the middle of a guest's handler: the vCPU leaves, the second guest boots",
          "[models][arm]") {
  Killable m(machine(true));
  REQUIRE(m.go[m.all.vcpu(0).state()].entered == 1);
  m.dev0().device->raise_now(m.go.exec());
  m.go.rest("cpu0/hardirq");
  m.go.rest("vcpu0/run");
  m.go.through("vcpu0/hardirq", "take the interrupt, read IAR");
  m.kill();
  CHECK(m.go.taken("process_exit", "kvm_destroy_vm, and a second VMM") == 1);
  CHECK(m.go[m.all.vcpu(0).state()].entered == 1);
  CHECK(m.irq().enabled == 1);
  // The device was not served in the first session, and is in the second.
  CHECK(m.go.count(event::work_served, "dev0") == 1);
  CHECK(m.vfio().masked == 0);
  CHECK(m.go.violations().empty());
}

TEST_CASE("a VM that runs by itself is no machine whose VMM is killed", "[models][arm]") {
  arm::Spec spec = machine(false);
  spec.started = true;
  const timed::FreshSimcontext simcontext;
  Fabric fabric;
  CHECK_THROWS_AS(arm::Machine(fabric, spec), std::invalid_argument);
}

}  // namespace
}  // namespace irqloom::bench
