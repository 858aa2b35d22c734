// The graph against the machine that it describes: the same parts and contexts, no effect that the
// graph does not explain, and times as the graph foretells them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "models/platform/x86_topology.h"
#include "sim/timed/simcontext.h"
#include "sim/timed/timed.h"
#include "tests/unit/topology/machines.h"
#include "tests/unit/topology/watched.h"

namespace irqloom::x86 {

namespace {

using namespace machines;
using topology::is_back;
using topology::is_forth;
using topology::NodeId;
using topology::Topology;
using watched::Measured;
using watched::Walk;

struct Elaborated {
  timed::FreshSimcontext context;
  Fabric fabric;
  Machine machine;

  explicit Elaborated(const Spec& spec) : machine(fabric, spec) {
    timed::elaborate();
    fabric.seal();
  }
};

const std::set<std::string>& kinds_with_slots() {
  static const std::set<std::string> kinds = {kind::device,   kind::emulated,  kind::wire,
                                              kind::host_pin, kind::host_irq,  kind::vfio,
                                              kind::eventfd,  kind::irqfd,     kind::resampler,
                                              kind::route,    kind::guest_pin, kind::guest_line};
  return kinds;
}

TEST_CASE("x86 machine: parts with state are named as their slots", "[topology]") {
  const Spec spec = rich();
  const Elaborated m(spec);
  const topology::Topology topology = describe(spec);
  for (const topology::Node& n : topology.nodes()) {
    INFO(n.name);
    CHECK((m.fabric.layout().find(n.name) != nullptr) == kinds_with_slots().contains(n.kind));
  }
}

TEST_CASE("x86 machine: every context is in the graph, unless no interrupt comes by",
          "[topology]") {
  const Spec spec = rich();
  const Elaborated m(spec);
  const Topology t = describe(spec);
  std::set<std::string> real = watched::contexts_of(m.fabric);
  // All host lines go to the first CPU.
  CHECK(real.erase("cpu1/hardirq") == 1);
  CHECK(watched::contexts_of(t) == real);
}

/// rich() on vCPUs that halt, which have neither raw guests nor scripts' moves.
Spec halting() {
  Spec spec = rich();
  spec.vcpu_policy = "request-and-kick";
  spec.lines[1].raw = false;
  return spec;
}

TEST_CASE("x86 machine: threads of vCPUs are in the graph", "[topology]") {
  const Spec spec = halting();
  CHECK(validate(rich()).empty() == validate(spec).empty());
  const Elaborated m(spec);
  const Topology t = describe(spec);
  std::set<std::string> real = watched::contexts_of(m.fabric);
  CHECK(real.erase("cpu1/hardirq") == 1);
  CHECK(watched::contexts_of(t) == real);
  CHECK(m.fabric.layout().find("vcpu1") != nullptr);
  Walk walk(m.fabric, t, 1);
  for (int i = 0; i < 20; ++i)
    walk.run(1000);
  CHECK(watched::unexplained(t, walk.writes) == std::vector<std::string>{});
  CHECK(walk.writes.contains({"kworker/dev0_irqfd.inject", "vcpu0"}));
}

TEST_CASE("x86 machine: a context writes only what the graph says that it can reach",
          "[topology]") {
  for (const char* policy : {"at-eoi", "on-unmask", "postpone-v2", "forward-mask"}) {
    Spec spec = rich();
    spec.resample_policy = policy;
    spec.forwards_mask = spec.resample_policy == "forward-mask";
    const Elaborated m(spec);
    const Topology t = describe(spec);
    Walk walk(m.fabric, t, 1);
    for (int i = 0; i < 20; ++i)
      walk.run(1000);
    INFO(policy);
    CHECK(watched::unexplained(t, walk.writes) == std::vector<std::string>{});
    // The walk went all the way: a vCPU that acknowledges lifts the host's mask.
    CHECK(walk.writes.contains({"vcpu0/hardirq", "dev1_host_irq"}));
  }
}

/// What goes in several ways, while interrupts come.
Spec going() {
  using Kind = ScriptOp::Kind;
  Spec spec = rich();
  spec.scripts.push_back({"going",
                          false,
                          0,
                          false,
                          false,
                          {{Kind::assign_elsewhere, "dev0"},
                           {Kind::deassign, "dev0"},
                           {Kind::close_trigger, "dev1"}}});
  spec.scripts.push_back({"vfio",
                          false,
                          0,
                          false,
                          false,
                          {{Kind::detach_unmask, "dev0"},
                           {Kind::attach_unmask, "dev0"},
                           {Kind::close_resamplefd, "dev1"}}});
  return spec;
}

TEST_CASE("x86 machine: irqfds and virqfds that go have contexts of their own", "[topology]") {
  const Spec spec = going();
  const Elaborated m(spec);
  const Topology t = describe(spec);
  std::set<std::string> real = watched::contexts_of(m.fabric);
  real.erase("cpu1/hardirq");
  CHECK(watched::contexts_of(t) == real);
  Walk walk(m.fabric, t, 1);
  for (int i = 0; i < 20; ++i)
    walk.run(1000);
  CHECK(watched::unexplained(t, walk.writes) == std::vector<std::string>{});
  CHECK(walk.writes.contains({"kworker/dev0_irqfd.shutdown", "dev0_trigger"}));
  CHECK(walk.writes.contains({"kworker/dev1_irqfd.shutdown", "dev1_trigger"}));
  CHECK(walk.writes.contains({"kworker/dev0_vfio.unmask.shutdown", "dev0_resamplefd"}));
  CHECK(walk.writes.contains({"kworker/dev1_vfio.unmask.shutdown", "dev1_resamplefd"}));
}

// --- latencies ----------------------------------------------------------------------------------

Measured measure(const Spec& spec, std::uint64_t seed) {
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

bool accesses(const topology::Edge& e) {
  return e.seam == seam::device_access;
}

/// Every device raises at most once.
Spec once(Spec spec) {
  for (AssignedSpec& d : spec.devices)
    d.config.max_raises = 1;
  for (EmulatedSpec& e : spec.emulated)
    e.config.max_raises = 1;
  return spec;
}

const std::string handler = "guest irq_handler_entry";

TEST_CASE("x86 machine: an undisturbed interrupt takes the foretold time", "[topology]") {
  Spec spec = simple();
  SECTION("oneshot, with a thread") {}
  SECTION("masked at the host's controller") {
    spec.devices = {platform("dev0")};
  }
  SECTION("without a thread") {
    spec.lines[0].oneshot = false;
    spec.lines[0].actions[0].serves = Driver::Serves::primary;
  }
  spec = once(spec);
  const Measured m = measure(spec, 1);
  CHECK(m.between("raise", handler) == foretold(spec, m, "dev0", "dev0_driver", is_forth));
}

TEST_CASE("x86 machine: an emulated device's interrupt takes the foretold time", "[topology]") {
  Spec spec;
  spec.emulated = {emulated("emu0")};
  spec.lines = {line(16, {"emu0"})};
  spec = once(spec);
  spec.lines[0].actions[0].serves = Driver::Serves::primary;
  const Measured m = measure(spec, 1);
  CHECK(m.between("raise", handler) == foretold(spec, m, "emu0", "emu0_driver", is_forth));
  CHECK(m.between(handler, "guest work_served") ==
        foretold(spec, m, "emu0_driver", "emu0", accesses));
}

TEST_CASE("x86 machine: a guest without locks is as fast as foretold", "[topology]") {
  Spec spec = once(simple());
  spec.lines[0].raw = true;
  const Measured m = measure(spec, 1);
  CHECK(m.between("raise", "guest thread_begin") ==
        foretold(spec, m, "dev0", "dev0_driver", is_forth));
}

// Where a line has several handlers, the later one waits for the earlier ones to say no.
TEST_CASE("x86 machine: a second handler comes later, as foretold", "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1", 17));
  spec.devices[0].config.raises = false;
  spec.lines = {line(16, {"dev0", "dev1"})};
  SECTION("after a threaded one") {}
  SECTION("after one without a thread") {
    spec.lines[0].actions[0].serves = Driver::Serves::primary;
  }
  spec = once(spec);
  const Measured m = measure(spec, 1);
  CHECK(m.between("raise", handler + " dev1") ==
        foretold(spec, m, "dev1", "dev1_driver", is_forth));
  CHECK(m.between("raise", handler + " dev0") < m.between("raise", handler + " dev1"));
}

// The notifications that an acknowledge sets off stand on no edge, but they take time.
TEST_CASE("x86 machine: lines that acknowledge first are not faster than foretold", "[topology]") {
  Spec spec = once(simple());
  spec.lines[0].oneshot = false;
  spec.lines[0].flow = GENERATE(Flow::level, Flow::edge);
  const Measured m = measure(spec, 1);
  const std::uint64_t least = foretold(spec, m, "dev0", "dev0_driver", is_forth);
  CHECK(m.between("raise", handler) > least);
  CHECK(m.between("raise", handler) < 3 * least);
}

// On which vCPU a thread runs is drawn; on the interrupted one it has to wait.
TEST_CASE("x86 machine: a thread serves its device no sooner than foretold, and sometimes then",
          "[topology]") {
  const Spec spec = once(simple());
  bool is_reached = false;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Measured m = measure(spec, seed);
    const std::uint64_t took = m.between("raise", "guest work_served");
    const std::uint64_t least = foretold(spec, m, "dev0", "dev0_driver", is_forth) +
                                foretold(spec, m, "dev0_driver", "dev0", accesses);
    CHECK(took >= least);
    is_reached = is_reached || took == least;
  }
  CHECK(is_reached);
}

// A device that is served before the EOI is quiet when the acknowledge comes to VFIO.
TEST_CASE("x86 machine: an acknowledge takes the foretold time", "[topology]") {
  Spec spec = simple();
  spec.lines[0].oneshot = false;
  spec.lines[0].actions[0].serves = Driver::Serves::primary;
  std::vector<std::string> after;
  SECTION("mask at the device") {}
  SECTION("mask at the controller") {
    spec.devices = {platform("dev0")};
    // The road ends where enable_irq() unmasks; it also checks for a resend and drops desc->lock
    // before VFIO reports.
    after = {"cpu", "cpu", "cpu"};
  }
  spec = once(spec);
  const Measured m = measure(spec, 1);
  const Topology t = describe(spec);
  const Road road = roads(t).at(0);
  const auto by_eoi = [&t](const topology::Edge& e) {
    return is_back(e) && (e.from != t.find("guest_irq16") || e.seam == seam::eoi);
  };
  const auto path = t.fastest(road.line, *road.unmask, m.time(), by_eoi);
  REQUIRE(path);
  // The tracepoint of the EOI stands behind the first step of its edge.
  const std::uint64_t before = m.costs.at("irqchip");
  const std::uint64_t rest = m.time()({0, 0, "", after});
  CHECK(m.between("guest kvm_eoi", "guest vfio_intx_unmask") == path->ps - before + rest);
}

}  // namespace

}  // namespace irqloom::x86
