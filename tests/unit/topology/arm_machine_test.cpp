// The graph of an arm64 machine against the machine that it describes: the same parts and contexts,
// no effect that the graph does not explain, and times as the graph foretells them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/platform/arm_topology.h"
#include "sim/timed/simcontext.h"
#include "sim/timed/timed.h"
#include "tests/unit/topology/watched.h"

namespace irqloom::arm {

namespace {

using Kind = ScriptOp::Kind;
using topology::is_back;
using topology::is_forth;
using topology::NodeId;
using topology::Topology;
using watched::Measured;
using watched::Walk;
namespace kind = platform::kind;
namespace seam = platform::seam;

struct Elaborated {
  timed::FreshSimcontext context;
  Fabric fabric;
  Machine machine;

  explicit Elaborated(const Spec& spec) : machine(fabric, spec) {
    timed::elaborate();
    fabric.seal();
  }
};

DeviceSpec device(std::string name, unsigned host_spi, unsigned gsi) {
  DeviceSpec d;
  d.name = std::move(name);
  d.host_spi = host_spi;
  d.gsi = gsi;
  return d;
}

GuestLine line(unsigned gsi, const std::vector<std::string>& devices) {
  GuestLine l;
  l.gsi = gsi;
  for (const std::string& d : devices)
    l.actions.push_back({d});
  return l;
}

ScriptOp op(Kind kind, std::string of_device = {}, unsigned gsi = 8, unsigned value = 0) {
  ScriptOp o;
  o.kind = kind;
  o.device = std::move(of_device);
  o.gsi = gsi;
  o.intid = 32 + gsi;
  o.value = value;
  return o;
}

ScriptSpec script(std::string name, std::vector<ScriptOp> ops, bool in_guest = false) {
  ScriptSpec s;
  s.name = std::move(name);
  s.in_guest = in_guest;
  s.ops = std::move(ops);
  return s;
}

/// One device through to one oneshot line of a VM that runs.
Spec simple() {
  Spec spec;
  spec.started = true;
  spec.devices = {device("dev0", 40, 8)};
  spec.lines = {line(8, {"dev0"})};
  return spec;
}

/// A VM that runs: a line that a device shares with one of the VMM's and that moves from vCPU to
/// vCPU, an edge-triggered one, and a device whose eventfd the VMM handles.
Spec running() {
  Spec spec;
  spec.started = true;
  spec.vcpus = 2;
  spec.nr_lr = 4;
  spec.devices = {device("dev0", 40, 8), device("dev1", 41, 9), device("dev2", 42, 10)};
  spec.devices[0].config.late_deassert = true;
  spec.devices[1].config.edge = true;
  spec.devices[1].resample = false;
  spec.devices[2].armed_at_reset = false;
  spec.emulated = {{"emu0", 8, {}}};
  spec.emulated[0].config.withdraws = true;
  spec.lines = {line(8, {"dev0", "emu0"}), line(9, {"dev1"}), line(10, {"dev2"})};
  spec.lines[1].edge = true;
  spec.lines[1].oneshot = false;
  spec.lines[1].actions[0].serves = Driver::Serves::primary;
  spec.lines[2].vcpu = 1;
  spec.scripts = {script("vmm", {op(Kind::handle_eventfd, "dev2"), op(Kind::set_trigger, "dev2"),
                                 op(Kind::main_loop), op(Kind::mask, "dev0"),
                                 op(Kind::unmask, "dev0"), op(Kind::kick_vcpu)}),
                  script("mover", {op(Kind::set_affinity, "", 8, 1)}, true)};
  return spec;
}

/// A VM that is created while the others run, and whose VMM is killed.
Spec booting() {
  Spec spec;
  spec.started = false;
  spec.devices = {device("dev0", 40, 8), device("dev1", 41, 9)};
  for (DeviceSpec& d : spec.devices)
    d.armed_at_reset = false;
  spec.devices[0].reset_at_release = true;
  spec.devices[1].config.raises = false;
  spec.lines = {line(8, {"dev0"}), line(9, {"dev1"})};
  for (GuestLine& l : spec.lines)
    l.enabled_at_reset = false;
  spec.scripts = {
      script("vmm",
             {op(Kind::create_vcpu), op(Kind::create_vgic), op(Kind::ctrl_init),
              op(Kind::set_trigger, "dev0"), op(Kind::assign, "dev0"),
              op(Kind::attach_unmask, "dev0"), op(Kind::assign, "dev1"), op(Kind::register_reset),
              op(Kind::main_loop), op(Kind::vm_start), op(Kind::raise, "dev1")}),
      script("boot",
             {op(Kind::gic_init), op(Kind::set_type), op(Kind::enable), op(Kind::enable, "", 9)},
             true),
      script("killer", {op(Kind::kill)})};
  spec.scripts[2].optional = true;
  return spec;
}

std::vector<Spec> machines() {
  Spec v3 = running();
  v3.gic = VgicModel::v3;
  v3.host_gicv3 = true;
  return {running(), v3, booting()};
}

const std::set<std::string>& kinds_with_slots() {
  static const std::set<std::string> kinds = {
      kind::device,    kind::emulated,   kind::wire,  kind::host_pin, kind::host_irq,
      kind::vfio,      kind::eventfd,    kind::irqfd, kind::handler,  kind::resampler,
      kind::guest_pin, kind::guest_line, kind::vcpu};
  return kinds;
}

TEST_CASE("arm64 machine: parts with state are named as their slots", "[topology][arm]") {
  for (const Spec& spec : machines()) {
    const Elaborated m(spec);
    const Topology t = describe(spec);
    for (const topology::Node& n : t.nodes()) {
      INFO(n.name);
      CHECK((m.fabric.layout().find(n.name) != nullptr) == kinds_with_slots().contains(n.kind));
    }
  }
}

TEST_CASE("arm64 machine: every context is in the graph", "[topology][arm]") {
  for (const Spec& spec : machines()) {
    const Elaborated m(spec);
    CHECK(watched::contexts_of(describe(spec)) == watched::contexts_of(m.fabric));
  }
}

TEST_CASE("arm64 machine: a context writes only what the graph says that it can reach",
          "[topology][arm]") {
  for (const Spec& spec : machines()) {
    const Elaborated m(spec);
    const Topology t = describe(spec);
    Walk walk(m.fabric, t, 1);
    for (int i = 0; i < 30; ++i)
      walk.run(1500);
    CHECK(watched::unexplained(t, walk.writes) == std::vector<std::string>{});
    // The walk went all the way: an acknowledge lifted the host's mask; a process ended.
    if (spec.started) {
      CHECK(walk.writes.contains({"vcpu1/hardirq", "guest_irq8"}));
      CHECK(walk.writes.contains({"vcpu1/run", "dev0_host_irq"}));
      CHECK(walk.writes.contains({"dev2_handler", "kvm.vgic.spi42"}));
    } else {
      CHECK(walk.writes.contains({"boot", "guest_irq8"}));
      CHECK(walk.writes.contains({"process_exit", "dev0_vfio"}));
    }
  }
}

TEST_CASE("arm64 machine: an eventfd that the VMM handles leads through it", "[topology][arm]") {
  Spec spec = simple();
  spec.devices[0].armed_at_reset = false;
  spec.scripts = {script("vmm", {op(Kind::handle_eventfd, "dev0"), op(Kind::set_trigger, "dev0")})};
  const Topology t = describe(spec);
  const auto paths = t.paths(*t.find("dev0"), *t.find("dev0_driver"), is_forth);
  REQUIRE(paths.size() == 1);
  CHECK(t.text(paths.front()) ==
        "dev0 -> dev0_wire -> host_gic.irq40 -> cpu0.intid40 -> dev0_host_irq -> dev0_vfio -> "
        "dev0_trigger -> dev0_handler -> gsi8 -> kvm.vgic.spi40 -> vcpu0.intid40 -> guest_irq8 -> "
        "dev0_driver");
}

// --- latencies ----------------------------------------------------------------------------------

Measured measure(const Spec& spec, std::uint64_t seed = 1) {
  Elaborated m(spec);
  return watched::measured(m.fabric, seed);
}

/// Picoseconds that the graph foretells from one part to another.
std::uint64_t foretold(const Spec& spec, const Measured& m, const char* from, const char* to,
                       const topology::EdgeFilter& keep) {
  const Topology t = describe(spec);
  const auto path = t.fastest(*t.find(from), *t.find(to), m.time(), keep);
  REQUIRE(path);
  return path->ps;
}

/// Every device raises at most once.
Spec once(Spec spec) {
  for (DeviceSpec& d : spec.devices)
    d.config.max_raises = 1;
  return spec;
}

const std::string handler = "guest irq_handler_entry";

TEST_CASE("arm64 machine: an undisturbed interrupt takes the foretold time", "[topology][arm]") {
  Spec spec = simple();
  SECTION("oneshot, with a thread") {}
  SECTION("without a thread") {
    spec.lines[0].oneshot = false;
    spec.lines[0].actions[0].serves = Driver::Serves::primary;
  }
  SECTION("edge-triggered") {
    spec.devices[0].config.edge = true;
    spec.devices[0].resample = false;
    spec.lines[0].edge = true;
    spec.lines[0].oneshot = false;
    spec.lines[0].actions[0].serves = Driver::Serves::primary;
  }
  SECTION("injected by a worker") {
    spec.injects_in_atomic = false;
  }
  spec = once(spec);
  const Measured m = measure(spec);
  CHECK(m.between("raise", handler) == foretold(spec, m, "dev0", "dev0_driver", is_forth));
}

TEST_CASE("arm64 machine: an emulated device's interrupt takes the foretold time",
          "[topology][arm]") {
  Spec spec;
  spec.started = true;
  spec.emulated = {{"emu0", 8, {}}};
  spec.lines = {line(8, {"emu0"})};
  spec.scripts = {script("vmm", {op(Kind::main_loop)})};
  const Measured m = measure(spec);
  CHECK(m.between("raise", handler) == foretold(spec, m, "emu0", "emu0_driver", is_forth));
}

TEST_CASE("arm64 machine: an interrupt that the VMM raises takes the foretold time",
          "[topology][arm]") {
  Spec spec = simple();
  spec.devices[0].armed_at_reset = false;
  spec.devices[0].config.raises = false;
  spec.scripts = {script("vmm", {op(Kind::handle_eventfd, "dev0"), op(Kind::set_trigger, "dev0"),
                                 op(Kind::main_loop), op(Kind::raise, "dev0")})};
  const Measured m = measure(spec);
  CHECK(m.between("raise", handler) == foretold(spec, m, "dev0", "dev0_driver", is_forth));
}

// A device that is served before the EOI is quiet when the acknowledge comes to VFIO.
TEST_CASE("arm64 machine: an acknowledge takes no less than the foretold time", "[topology][arm]") {
  Spec spec = once(simple());
  spec.lines[0].oneshot = false;
  spec.lines[0].actions[0].serves = Driver::Serves::primary;
  const Measured m = measure(spec);
  const Topology t = describe(spec);
  const platform::Road road = platform::roads(t).at(0);
  const std::uint64_t least =
      foretold(spec, m, "guest_irq8", t.nodes()[*road.unmask].name.c_str(), is_back);
  CHECK(m.between(handler, "vfio_platform_unmask") >= least);
}

}  // namespace

}  // namespace irqloom::arm
