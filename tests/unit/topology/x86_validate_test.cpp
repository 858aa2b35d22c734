// What validate() finds in descriptions with one mistake each.
#include <algorithm>
#include <catch2/catch.hpp>

#include "models/platform/x86_topology.h"
#include "tests/unit/topology/machines.h"

namespace irqloom::x86 {

namespace {

using namespace machines;

using Texts = std::vector<std::string>;

Texts of(const std::vector<Problem>& problems, Problem::Severity severity) {
  Texts result;
  for (const Problem& p : problems) {
    if (p.severity == severity) result.push_back(p.where + ": " + p.message);
  }
  return result;
}

Texts errors(const Spec& spec) {
  return of(validate(spec), Problem::Severity::error);
}
Texts notes(const Spec& spec) {
  return of(validate(spec), Problem::Severity::note);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("x86 validate: a sound machine has no error", "[topology]") {
  CHECK(validate(simple()).empty());
  CHECK(errors(rich()).empty());
}

TEST_CASE("x86 validate: a GSI without a line of the guest leads nowhere", "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1", 17, 18));
  spec.emulated = {emulated("emu0", 19)};
  CHECK(errors(spec) ==
        Texts{"/devices/dev1/gsi: \"dev1\" raises gsi18, which leads to no guest line",
              "/devices/emu0/gsi: \"emu0\" raises gsi19, which leads to no guest line"});
}

TEST_CASE("x86 validate: a line that no device raises is never entered", "[topology]") {
  Spec spec = simple();
  spec.lines.push_back(line(17, {}));
  CHECK(errors(spec) == Texts{"/guest/lines/17: no device drives \"guest_irq17\""});
}

// A device without INTx Disable is masked at the controller, which silences whoever shares the pin.
TEST_CASE("x86 validate: a host pin has one user if one cannot share", "[topology]") {
  const auto sharing = [](const AssignedSpec& one, const AssignedSpec& other) {
    Spec spec;
    spec.devices = {one, other};
    spec.lines = {line(16, {one.name, other.name})};
    return errors(spec);
  };
  const std::string why =
      ": \"dev0\" and \"dev1\" share host_ioapic.pin16, but a device without "
      "INTx Disable stands no other on its line";
  CHECK(sharing(platform("dev0"), platform("dev1")) ==
        Texts{"/devices/dev0/host_pin" + why, "/devices/dev1/host_pin" + why});
  CHECK(sharing(platform("dev0"), pci("dev1")) == Texts{"/devices/dev0/host_pin" + why});
  CHECK(sharing(pci("dev0"), platform("dev1")) == Texts{"/devices/dev1/host_pin" + why});
  CHECK(sharing(platform("dev0"), platform("dev1", 17)).empty());
}

// x86::Machine gives each device a wire and a descriptor; two on one pin would not be ORed.
TEST_CASE("x86 validate: PCI devices on one host pin are refused for another reason",
          "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1"));
  spec.lines = {line(16, {"dev0", "dev1"})};
  const Texts found = errors(spec);
  REQUIRE(found.size() == 1);
  CHECK(has(found[0], "/devices/dev1/host_pin: \"dev0\" and \"dev1\" share host_ioapic.pin16"));
  CHECK(has(found[0], "real hardware can"));
}

// An irq source id is one bit of the pin's state, so KVM cannot OR two users of it.
TEST_CASE("x86 validate: two emulated devices overwrite one another on one GSI", "[topology]") {
  Spec spec;
  spec.emulated = {emulated("emu0"), emulated("emu1")};
  spec.lines = {line(16, {"emu0", "emu1"})};
  CHECK(
      errors(spec) ==
      Texts{"/devices/emu1/gsi: \"emu0\" and \"emu1\" drive gsi16.source0, which holds one level: "
            "who lowers it takes back the other's request"});
  spec.emulated[1].config.gsi = 17;
  spec.lines = {line(16, {"emu0"}), line(17, {"emu1"})};
  CHECK(errors(spec).empty());
}

TEST_CASE("x86 validate: two lines with one vector on one vCPU", "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1", 17, 17));
  spec.lines.push_back(line(17, {"dev1"}));
  CHECK(errors(spec).empty());
  CHECK(notes(spec).empty());
  spec.lines[1].vector = spec.lines[0].vector;
  const Texts found = errors(spec);
  REQUIRE(found.size() == 1);
  CHECK(has(found[0],
            "/guest/lines/17/vector: \"kvm.ioapic.pin16\" and \"kvm.ioapic.pin17\" send "
            "vcpu0.vector81"));

  // On different vCPUs the vector is free, but KVM's EOI does not tell them apart.
  spec.lines[1].vcpu = 1;
  CHECK(errors(spec).empty());
  const Texts noted = notes(spec);
  REQUIRE(noted.size() == 2);
  CHECK(has(noted[0],
            "/guest/lines/16/vector: KVM takes an EOI by any of \"guest_irq16\" and "
            "\"guest_irq17\" for this line too"));
  CHECK(has(noted[1], "/guest/lines/17/vector: "));
}

TEST_CASE("x86 validate: numbers out of range", "[topology]") {
  Spec spec = simple();
  spec.pins = 20;
  spec.devices[0].host_pin = 20;
  spec.devices.push_back(pci("dev1", 19, 20));
  spec.emulated = {emulated("emu0", 24)};
  spec.lines[0].vcpu = 2;
  spec.lines.push_back(line(20, {"dev1"}));
  spec.lines.push_back(line(24, {"emu0"}));
  spec.scripts = {{"task", true, 2, false, false, {}}, {"vmm", false, 9, false, false, {}}};
  CHECK(errors(spec) ==
        Texts{"/devices/dev0/host_pin: host pin 20 does not exist: there are 20, counted from 0",
              "/devices/dev1/gsi: GSI 20 does not exist: there are 20, counted from 0",
              "/devices/emu0/gsi: GSI 24 does not exist: there are 20, counted from 0",
              "/guest/lines/16/vcpu: vCPU 2 does not exist: there are 2, counted from 0",
              "/guest/lines/20: GSI 20 does not exist: there are 20, counted from 0",
              "/guest/lines/24: GSI 24 does not exist: there are 20, counted from 0",
              "/scripts/task/vcpu: vCPU 2 does not exist: there are 2, counted from 0"});
}

TEST_CASE("x86 validate: names refer to something, and to one thing", "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1", 17, 17));
  spec.emulated = {emulated("dev0")};
  spec.lines[0].actions.push_back({"absent"});
  spec.lines[0].actions.push_back({"dev1"});
  spec.lines.push_back(line(17, {"dev1"}));
  spec.lines[1].raw = true;
  spec.lines.push_back(line(16, {}));
  spec.scripts = {{"vmm",
                   false,
                   0,
                   false,
                   false,
                   {{ScriptOp::Kind::signal, "emu0"}, {ScriptOp::Kind::enable, "", 17}}}};
  spec.resample_policy = "never";
  CHECK(errors(spec) == Texts{"/devices/dev0: a second part is named \"dev0\"",
                              "/guest/lines/17/actions/dev1: \"dev1\" has a second driver",
                              "/guest/lines/16: the guest has a second line on GSI 16",
                              "/policies/kvm.resample: no policy is named \"never\"",
                              "/guest/lines/16/actions/absent: there is no device \"absent\"",
                              "/guest/lines/16/actions/dev1: \"dev1\" raises GSI 17, not 16",
                              "/scripts/vmm/ops: there is no assigned device \"emu0\"",
                              "/scripts/vmm/ops: no line of a Linux guest is on GSI 17"});
}

TEST_CASE("x86 validate: vCPUs that halt have neither raw guests nor lines that move",
          "[topology]") {
  Spec spec = simple();
  spec.lines[0].raw = true;
  spec.lines[0].moves = true;
  CHECK(errors(spec).empty());
  spec.vcpu_policy = "request-and-kick";
  CHECK(errors(spec) == Texts{"/guest/lines/16/os: vCPUs that halt have no raw guest",
                              "/guest/lines/16: a line moves to a vCPU that may have halted"});
  spec.vcpu_policy = "sometimes";
  CHECK(errors(spec) == Texts{"/policies/kvm.vcpu: no policy is named \"sometimes\""});
}

TEST_CASE("x86 validate: who shares a line is worth knowing, and no mistake", "[topology]") {
  CHECK(notes(rich()) ==
        Texts{"/guest/lines/16: \"guest_irq16\" is shared by \"dev0\", \"dev1\" and \"emu0\""});
}

TEST_CASE("x86 validate: whom nobody serves or assigns", "[topology]") {
  Spec spec = simple();
  spec.lines[0].actions.clear();
  spec.devices[0].assigned_at_reset = false;
  CHECK(errors(spec).empty());
  CHECK(
      notes(spec) ==
      Texts{"/devices/dev0: no driver of the guest serves \"dev0\"",
            "/devices/dev0/assigned: no script assigns \"dev0\": its signals stay in the eventfd"});
  spec.scripts = {{"vmm", false, 0, false, false, {{ScriptOp::Kind::assign, "dev0"}}}};
  CHECK(notes(spec).size() == 1);
}

// No description has such a circle today, so one is made: a handler that starts a device.
TEST_CASE("x86 validate: a circle that no acknowledge closes", "[topology]") {
  Spec spec = simple();
  spec.devices.push_back(pci("dev1", 17, 17));
  spec.lines.push_back(line(17, {"dev1"}));
  const topology::Topology sound = describe(spec);
  CHECK(validate(sound).empty());

  std::vector<topology::Edge> edges = sound.edges();
  edges.push_back({*sound.find("dev0_driver"), *sound.find("dev1"), "starts"});
  CHECK(validate(topology::Topology(sound.nodes(), edges)).size() ==
        1);  // dev0 drives line 17 too.
  edges.push_back({*sound.find("dev1_driver"), *sound.find("dev0"), "starts"});
  const auto found = validate(topology::Topology(sound.nodes(), edges));
  const Texts wrong = of(found, Problem::Severity::error);
  REQUIRE(wrong.size() == 1);
  CHECK(
      has(wrong[0], "/devices/dev0: an interrupt causes itself without an acknowledge: dev0 -> "));
  CHECK(has(wrong[0], "-> dev0_driver -> dev1 -> "));
}

TEST_CASE("x86 validate: errors come first", "[topology]") {
  Spec spec = rich();
  spec.lines.push_back(line(20, {}));
  const auto found = validate(spec);
  REQUIRE(found.size() == 2);
  CHECK(found[0].severity == Problem::Severity::error);
  CHECK(found[1].severity == Problem::Severity::note);
}

}  // namespace

}  // namespace irqloom::x86
