// Start-ups, resets and set-ups on a whole arm64 machine (arm-vfio 2.7, 2.13, 3.5 and 3.6; A- and
// F-rows of the recordings of real kernels).
#include <catch2/catch.hpp>

#include "models/events.h"
#include "models/platform/arm.h"
#include "tests/models/bench.h"

namespace irqloom::bench {
namespace {

using Kind = ScriptOp::Kind;

constexpr unsigned gsi = 8;
constexpr unsigned spi = 32 + gsi;

arm::Spec machine(bool started, VgicModel gic = VgicModel::v2) {
  arm::Spec spec;
  spec.gic = gic;
  spec.started = started;
  arm::DeviceSpec d;
  d.name = "dev0";
  d.config.raises = false;
  d.armed_at_reset = started;
  spec.devices.push_back(d);
  arm::GuestLine l;
  l.oneshot = false;
  l.enabled_at_reset = started;
  l.actions.push_back({.device = "dev0", .serves = Driver::Serves::primary});
  spec.lines.push_back(l);
  return spec;
}

ScriptOp op(Kind kind) {
  ScriptOp o;
  o.kind = kind;
  o.device = "dev0";
  o.gsi = gsi;
  return o;
}

ScriptOp line(unsigned level) {
  ScriptOp o = op(Kind::irq_line);
  o.intid = spi;
  o.value = level;
  return o;
}

void add_script(arm::Spec& spec, const std::string& name, std::vector<ScriptOp> ops,
                bool in_guest = false) {
  ScriptSpec s;
  s.name = name;
  s.in_guest = in_guest;
  s.ops = std::move(ops);
  spec.scripts.push_back(std::move(s));
}

/// The machine after everything that was owed a step.
struct Settled {
  explicit Settled(const arm::Spec& spec) : all(fabric, spec), go(fabric) { go.settle(); }

  const VgicIrq& irq() { return go[all.kvm().vgic().irq(spi)]; }
  const VfioPlatformState& vfio() { return go[all.assignment("dev0").vfio->state()]; }

  timed::FreshSimcontext simcontext;
  Fabric fabric;
  arm::Machine all;
  Steps go;
};

const std::vector<ScriptOp> early_init = {op(Kind::create_vcpu), op(Kind::create_vgic),
                                          op(Kind::ctrl_init)};

std::vector<ScriptOp> then(std::vector<ScriptOp> first, const std::vector<ScriptOp>& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

TEST_CASE("A4 and 1.3.8: an early interrupt is a latch that Linux's set-up of the GIC keeps",
          "[models][arm]") {
  arm::Spec spec = machine(false, GENERATE(VgicModel::v2, VgicModel::v3));
  add_script(spec, "vmm", then(early_init, {line(1), op(Kind::vm_start)}));
  add_script(spec, "boot", {op(Kind::gic_init)}, true);
  Settled m(spec);
  CHECK(m.irq().config == vgic_config_level);
  CHECK(m.irq().pending_latch == 1);
  CHECK(m.irq().line_level == 0);
  CHECK(m.irq().enabled == 0);
  CHECK(m.go[m.all.kvm().vgic().dist()].enabled == 1);
  CHECK(m.go[m.all.vcpu(0).interface().state()].pmr == 0xf0);
}

TEST_CASE("A12: a guest that writes ICPENDR in its set-up loses it", "[models][arm]") {
  arm::Spec spec = machine(false);
  add_script(spec, "vmm", then(early_init, {line(1), op(Kind::vm_start)}));
  add_script(spec, "boot", {op(Kind::gic_init), op(Kind::clear_pending), op(Kind::enable)}, true);
  Settled m(spec);
  CHECK(m.irq().pending_latch == 0);
  CHECK(m.go.count(event::irq_handler_entry) == 0);
}

TEST_CASE("F2 and F3: the driver's ICFGR keeps a latch and hides a level", "[models][arm]") {
  arm::Spec spec = machine(false);
  spec.lines[0].edge = true;
  const bool is_early = GENERATE(true, false);
  if (is_early) {
    add_script(spec, "vmm", then(early_init, {line(1), op(Kind::vm_start)}));
    add_script(spec, "boot", {op(Kind::gic_init), op(Kind::set_type)}, true);
  } else {
    // The reset stands for the pause between the guest's set-up and the injection.
    add_script(spec, "vmm",
               then(early_init,
                    {op(Kind::vm_start), op(Kind::await_reset), line(1), op(Kind::reset_done)}));
    add_script(spec, "boot", {op(Kind::gic_init), op(Kind::system_reset), op(Kind::set_type)},
               true);
  }
  Settled m(spec);
  CHECK(m.irq().config == vgic_config_edge);
  CHECK(m.irq().pending_latch == (is_early ? 1 : 0));
  CHECK(m.irq().line_level == (is_early ? 0 : 1));
}

TEST_CASE("2.13: QEMU's reset clears a latch on both GICs, and a level on a GICv3 alone",
          "[models][arm]") {
  const VgicModel gic = GENERATE(VgicModel::v2, VgicModel::v3);
  SECTION("a latch, before any guest ran") {
    arm::Spec spec = machine(false, gic);
    add_script(spec, "vmm", then(early_init, {line(1), op(Kind::register_reset)}));
    Settled m(spec);
    CHECK(m.irq().config == vgic_config_level);
    CHECK(m.irq().pending_latch == 0);
    CHECK(m.irq().line_level == 0);
  }
  SECTION("the level of a disabled interrupt, of a guest that reboots") {
    arm::Spec spec = machine(true, gic);
    spec.lines[0].enabled_at_reset = false;
    add_script(spec, "vmm", {line(1), op(Kind::vm_stop), op(Kind::register_reset)});
    Settled m(spec);
    CHECK(m.irq().line_level == (gic == VgicModel::v2 ? 1 : 0));
  }
}

TEST_CASE("A1: KVM_IRQFD before CTRL_INIT is refused, and the script goes the other way",
          "[models][arm]") {
  const bool init_first = GENERATE(false, true);
  arm::Spec spec = machine(false);
  std::vector<ScriptOp> ops = {op(Kind::create_vcpu), op(Kind::create_vgic)};
  if (init_first) ops.push_back(op(Kind::ctrl_init));
  ops.push_back(op(Kind::assign));
  ops.back().name = "assign";
  const std::size_t assign = ops.size() - 1;
  ops.push_back(op(Kind::handle_eventfd));
  ops.back().if_failed = assign;
  ops.push_back(op(Kind::attach_unmask));
  ops.back().if_done = assign;
  add_script(spec, "vmm", ops);
  Settled m(spec);
  const arm::Assignment& a = m.all.assignment("dev0");
  CHECK(m.go[a.irqfd->state()].active == (init_first ? 1 : 0));
  CHECK(m.go[a.handler->state()].installed == (init_first ? 0 : 1));
  CHECK(m.go[a.resamplefd->state()].queue[0] == (init_first ? 1U : 0U));
  CHECK(m.go[a.vfio->virqfd().state()].enabled == (init_first ? 1 : 0));
}

TEST_CASE("4.5: one resampled level cycle: one host and one guest entry, then everything is quiet",
          "[models][arm]") {
  arm::Spec spec = machine(true, GENERATE(VgicModel::v2, VgicModel::v3));
  add_script(spec, "event", {op(Kind::raise)});
  Settled m(spec);
  CHECK(m.go[m.all.assignment("dev0").device->state()].work == 0);
  CHECK(m.go.count(event::pass_begin, "dev0_host_irq") == 1);
  CHECK(m.go.count(event::pass_begin, "guest_irq8") == 1);
  CHECK(m.irq().line_level == 0);
  CHECK(m.irq().active == 0);
  CHECK(m.irq().vcpu == 0);
  CHECK(m.vfio().masked == 0);
  CHECK(m.go.violations().empty());
}

TEST_CASE("4.7: an eventfd that the VMM handles: raised by KVM_IRQ_LINE, ended by an access",
          "[models][arm]") {
  arm::Spec spec = machine(true);
  spec.devices[0].armed_at_reset = false;
  add_script(
      spec, "vmm",
      {op(Kind::handle_eventfd), op(Kind::main_loop), op(Kind::set_trigger), op(Kind::raise)});
  Settled m(spec);
  CHECK(m.go.count(event::work_served, "dev0") == 1);
  CHECK(m.irq().line_level == 0);
  CHECK(m.vfio().masked == 0);
  CHECK(m.go[m.all.assignment("dev0").handler->state()].active == 0);
}

TEST_CASE("A4g: of a level that user space holds from before ICFGR, one edge is left",
          "[models][arm]") {
  arm::Spec spec = machine(false);
  spec.devices.clear();
  const auto causes = static_cast<std::uint8_t>(GENERATE(1, 2));
  spec.emulated.push_back({.name = "dev0", .gsi = gsi, .config = {.causes = causes}});
  std::vector<ScriptOp> ops = {op(Kind::create_vcpu), op(Kind::create_vgic), op(Kind::main_loop)};
  add_script(spec, "vmm", ops);
  add_script(spec, "boot", {op(Kind::gic_init), op(Kind::enable)}, true);
  timed::FreshSimcontext simcontext;
  Fabric fabric;
  arm::Machine all(fabric, spec);
  Steps go(fabric);
  go.settle();
  go.rest("dev0");  // It raises.
  go.settle();
  CHECK(go[all.kvm().vgic().irq(spi)].pending_latch == 1);
  all.vcpu(0).start(go.exec());
  go.settle();
  CHECK(go.count(event::work_served, "dev0") == 1);
  CHECK(go[all.kvm().vgic().irq(spi)].line_level == 0);
}

}  // namespace
}  // namespace irqloom::bench
