// The graph of an x86 machine is the road of the design, walked in both directions.
#include "models/platform/x86_topology.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/topology/machines.h"

namespace irqloom::x86 {

namespace {

using namespace machines;
using topology::Edge;
using topology::is_back;
using topology::is_forth;
using topology::NodeId;
using topology::Topology;

using Texts = std::vector<std::string>;

/// The only path between two parts.
std::string way(const Topology& t, const char* from, const char* to,
                const topology::EdgeFilter& keep) {
  const auto paths = t.paths(*t.find(from), *t.find(to), keep);
  REQUIRE(paths.size() == 1);
  return t.text(paths.front());
}

/// The seams from one part to another, in the order of their description.
Texts seams(const Topology& t, const char* from, const char* to) {
  Texts result;
  for (const topology::EdgeId e : t.edges_from(*t.find(from))) {
    if (t.edges()[e].to == *t.find(to)) result.push_back(t.edges()[e].seam);
  }
  return result;
}

Texts names(const Topology& t, const std::vector<NodeId>& nodes) {
  Texts result;
  for (const NodeId n : nodes)
    result.push_back(t.nodes()[n].name);
  return result;
}

/// Every edge by the same time: latencies count steps of one length.
std::uint64_t steps(const Edge& edge) {
  return edge.costs.size();
}

TEST_CASE("x86 topology: the way of an assigned device's interrupt", "[topology]") {
  const Topology t = describe(simple());
  CHECK(way(t, "dev0", "dev0_driver", is_forth) ==
        "dev0 -> dev0_wire -> host_ioapic.pin16 -> cpu0.vector49 -> dev0_host_irq -> dev0_vfio -> "
        "dev0_trigger -> dev0_irqfd -> gsi16.source1 -> gsi16 -> kvm.route16 -> kvm.ioapic.pin16 "
        "-> vcpu0.vector81 -> guest_irq16 -> dev0_driver");
}

TEST_CASE("x86 topology: the way of the acknowledge", "[topology]") {
  const Topology t = describe(simple());
  const auto by_eoi = [](const Edge& e) { return is_back(e) && e.seam != seam::chip_operations; };
  CHECK(way(t, "guest_irq16", "dev0", by_eoi) ==
        "guest_irq16 -> kvm.ioapic.pin16 -> resampler16 -> dev0_resamplefd -> dev0_virqfd -> "
        "dev0_vfio -> dev0");
  CHECK(way(t, "dev0_driver", "dev0",
            [](const Edge& e) { return e.seam == seam::device_access; }) == "dev0_driver -> dev0");
  // VFIO may not signal the trigger out of the wake callback, so it sends work round.
  CHECK(seams(t, "dev0_virqfd", "dev0_trigger") == Texts{"eventfd signal"});
}

TEST_CASE("x86 topology: without INTx Disable the host line is unmasked", "[topology]") {
  Spec spec = simple();
  spec.devices = {platform("dev0")};
  const Topology t = describe(spec);
  const auto by_eoi = [](const Edge& e) { return is_back(e) && e.seam != seam::chip_operations; };
  CHECK(way(t, "resampler16", "dev0_host_irq", by_eoi) ==
        "resampler16 -> dev0_resamplefd -> dev0_virqfd -> dev0_vfio -> dev0_host_irq");
  CHECK(seams(t, "dev0_host_irq", "host_ioapic.pin16") == Texts{"chip operations"});
  CHECK(seams(t, "dev0_vfio", "dev0").empty());
  // It masks before it signals, whatever the device shows, and never signals again by itself.
  CHECK(seams(t, "dev0_virqfd", "dev0_trigger").empty());
}

TEST_CASE("x86 topology: an emulated device drives source 0 and is served by exits", "[topology]") {
  Spec spec;
  spec.emulated = {emulated("emu0", 5)};
  spec.lines = {line(5, {"emu0"})};
  const Topology t = describe(spec);
  CHECK(way(t, "emu0", "emu0_driver", is_forth) ==
        "emu0 -> gsi5.source0 -> gsi5 -> kvm.route5 -> kvm.ioapic.pin5 -> vcpu0.vector70 -> "
        "guest_irq5 -> emu0_driver");
  CHECK(seams(t, "emu0_driver", "emu0") == Texts{"device access"});
  CHECK(t.of_kind(kind::resampler).empty());
}

TEST_CASE("x86 topology: resample irqfds of one GSI have one source and one notifier",
          "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1", 17));
  spec.lines = {line(16, {"dev0", "dev1"})};
  const Topology t = describe(spec);
  CHECK(names(t, t.of_kind(kind::source)) == Texts{"gsi16.source1"});
  CHECK(names(t, t.reached(*t.find("resampler16"), {kind::device}, is_back)) ==
        Texts{"dev0", "dev1"});
}

TEST_CASE("x86 topology: what the policy listens to", "[topology]") {
  const auto heard = [](const char* policy) {
    Spec spec = simple();
    spec.resample_policy = policy;
    spec.forwards_mask = spec.resample_policy == "forward-mask";
    return seams(describe(spec), "kvm.ioapic.pin16", "resampler16");
  };
  CHECK(heard("at-eoi") == Texts{"ack notifier"});
  CHECK(heard("on-unmask") == Texts{"ack notifier", "resample at unmask"});
  CHECK(heard("postpone-v2") == Texts{"ack notifier", "mask notifier"});
  CHECK(heard("forward-mask") == Texts{"ack notifier", "mask notifier"});

  CHECK(seams(describe(rich()), "resampler16", "dev0_virqfd") == Texts{"mask events"});
  CHECK(seams(describe(simple()), "resampler16", "dev0_virqfd").empty());
}

// arch/x86/kvm/ioapic.c, kvm_ioapic_update_eoi(): all pins with the vector, whatever their CPU.
TEST_CASE("x86 topology: an EOI acknowledges every pin with its vector", "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1", 17, 17));
  spec.lines.push_back(line(17, {"dev1"}));
  CHECK(seams(describe(spec), "guest_irq16", "kvm.ioapic.pin17").empty());
  spec.lines[1].vcpu = 1;
  spec.lines[1].vector = spec.lines[0].vector;
  const Topology t = describe(spec);
  CHECK(seams(t, "guest_irq16", "kvm.ioapic.pin17") == Texts{"EOI"});
  CHECK(seams(t, "guest_irq17", "kvm.ioapic.pin16") == Texts{"EOI"});
  CHECK(seams(t, "guest_irq17", "kvm.ioapic.pin17") == Texts{"chip operations", "EOI"});
}

TEST_CASE("x86 topology: only level pins are throttled", "[topology]") {
  Spec spec = simple();
  CHECK(seams(describe(spec), "kvm.ioapic.eoi_inject", "kvm.ioapic.pin16") ==
        Texts{"re-injection"});
  spec.lines[0].flow = Flow::edge;
  CHECK_FALSE(describe(spec).find("kvm.ioapic.eoi_inject"));
}

TEST_CASE("x86 topology: scripts act on what their operations name", "[topology]") {
  const Topology t = describe(rich());
  CHECK(seams(t, "vmm", "dev2_irqfd") == Texts{"KVM_IRQFD"});
  CHECK(seams(t, "task", "guest_irq16") == Texts{"irq line"});
  CHECK(t.edges_from(*t.find("vmm")).size() == 1);
  CHECK(t.nodes()[*t.find("task")].layer == "guest");
  CHECK(t.nodes()[*t.find("vmm")].layer == "vmm");
}

TEST_CASE("x86 topology: only an acknowledge closes a circle", "[topology]") {
  for (const Spec& spec : {simple(), rich()}) {
    const Topology t = describe(spec);
    CHECK(t.cycles(is_forth).empty());
    CHECK_FALSE(t.cycles().empty());
  }
}

TEST_CASE("x86 topology: devices of different GSIs have no part in common", "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1", 17, 17));
  spec.lines.push_back(line(17, {"dev1"}));
  for (GuestLine& l : spec.lines)
    l.flow = Flow::edge;
  const Topology apart = describe(spec);
  CHECK_FALSE(apart.reachability().meet(*apart.find("dev0"), *apart.find("dev1")));

  spec.devices[1].gsi = 16;
  const Topology together = describe(spec);
  CHECK(together.reachability().meet(*together.find("dev0"), *together.find("dev1")));
  CHECK_FALSE(
      together.reachability(is_forth).reaches(*together.find("dev0"), *together.find("dev1")));
}

TEST_CASE("x86 topology: the same description gives the same picture", "[topology]") {
  const auto picture = [] { return topology::to_dot(describe(rich()), dot_style()); };
  CHECK(picture() == picture());
}

TEST_CASE("x86 topology: every kind has its layer, and every layer its place", "[topology]") {
  const Topology t = describe(rich());
  const std::vector<std::string> layers = dot_style().layers;
  for (const topology::Node& n : t.nodes()) {
    INFO(n.name);
    CHECK(std::ranges::count(layers, n.layer) == 1);
  }
  std::set<std::string> kinds = {kind::vcpu, kind::handler};  // Those of arm64 alone.
  for (const topology::Node& n : t.nodes())
    kinds.insert(n.kind);
  for (const auto& [name, shape] : dot_style().shapes) {
    INFO(name);
    CHECK(kinds.contains(name));
  }
}

TEST_CASE("x86 topology: a description with mistakes is drawn as far as it goes", "[topology]") {
  Spec spec = simple();
  spec.devices[0].gsi = 99;
  spec.devices.push_back(pci("dev1", 99));
  spec.lines[0].vcpu = 7;
  spec.lines[0].actions.push_back({"absent"});
  spec.scripts = {{"vmm", false, 0, false, false, {{ScriptOp::Kind::assign, "absent"}}}};
  const Topology t = describe(spec);
  CHECK(t.edges_from(*t.find("gsi99")).empty());
  CHECK(t.edges_from(*t.find("dev1_wire")).empty());
  CHECK(t.edges_to(*t.find("guest_irq16"), is_forth).empty());
  CHECK(t.edges_from(*t.find("vmm")).empty());

  spec.devices[1].name = "dev0";
  CHECK_THROWS_AS(describe(spec), std::invalid_argument);
  Spec unknown = simple();
  unknown.resample_policy = "never";
  CHECK_THROWS_AS(describe(unknown), std::invalid_argument);
}

TEST_CASE("x86 topology: roads lead to the handler that serves the device", "[topology]") {
  const Topology t = describe(rich());
  const auto name = [&t](NodeId n) { return t.nodes()[n].name; };
  Texts found;
  for (const Road& r : roads(t)) {
    found.push_back(name(r.device) + " " + name(r.line) + " " + name(r.action) + " " +
                    (r.unmask ? name(*r.unmask) : "-"));
    CHECK(t.fastest(r.device, r.action, steps, is_forth));
    if (r.unmask) CHECK(t.fastest(r.line, *r.unmask, steps, is_back));
  }
  CHECK(found == Texts{"dev0 guest_irq16 dev0_driver dev0",
                       "dev1 guest_irq16 dev1_driver host_ioapic.pin17",
                       "emu0 guest_irq16 emu0_driver -", "dev2 guest_irq17 dev2_driver dev2"});
}

// Every exit that a guest's kernel makes before its handlers is on the way: a oneshot line masks
// its pin first (kernel/irq/chip.c, handle_fasteoi_irq()), a level line also acknowledges.
TEST_CASE("x86 topology: a line that masks first is slower to its handler", "[topology]") {
  const auto exits = [](Flow flow, bool oneshot) {
    Spec spec = simple();
    spec.lines[0].flow = flow;
    spec.lines[0].oneshot = oneshot;
    const Topology t = describe(spec);
    const auto exit = topology::sum_of([](std::string_view key) {
      return key.starts_with("exit.") ? std::uint64_t{1} : std::uint64_t{0};
    });
    return t.fastest(*t.find("dev0"), *t.find("dev0_driver"), exit, is_forth)->ps;
  };
  CHECK(exits(Flow::fasteoi, false) == 0);
  CHECK(exits(Flow::fasteoi, true) == 1);
  CHECK(exits(Flow::edge, false) == 1);
  CHECK(exits(Flow::level, false) == 2);
}

}  // namespace

}  // namespace irqloom::x86
