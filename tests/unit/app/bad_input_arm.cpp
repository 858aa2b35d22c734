// Scenarios of arm64 machines with a mistake: each is refused where it stands.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/app/setup.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using scenario::test::contains;
using scenario::test::message_of;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::replaced;

/// A scenario that is right: a VM that its VMM starts, a device, a guest that sets up its GIC.
const char* const right = R"({
  "name": "arm",
  "title": "an arm64 machine",
  "kernel": "linux-6.1",
  "platform": {"arch": "arm64", "vcpus": 1, "gic_version": 2, "vm": "by-script"},
  "devices": {
    "dev0": {"type": "platform", "host_spi": 40, "gsi": 8, "raises": 1, "assigned": "by-script"}
  },
  "guest": {
    "lines": {"8": {"oneshot": false, "enabled": false, "actions": {"dev0": {"serves": "primary"}}}}
  },
  "scripts": {
    "vmm": {
      "ops": {
        "vcpu": {"order": 1, "do": "create-vcpu", "value": 0},
        "vgic": {"order": 2, "do": "create-vgic"},
        "assign": {"order": 3, "do": "assign", "device": "dev0"},
        "fallback": {"order": 4, "do": "handle-eventfd", "device": "dev0", "if_failed": "assign"},
        "line": {"order": 5, "do": "irq-line", "intid": 40},
        "start": {"order": 6, "do": "vm-start"}
      }
    },
    "boot": {
      "in": "guest",
      "ops": {
        "gic": {"order": 1, "do": "gic-init"},
        "request": {"order": 2, "do": "enable", "gsi": 8}
      }
    }
  }
})";

const char* const accepted = "(nothing was thrown)";

std::string refusal(const std::string& from, const std::string& to) {
  const TempFolder folder;
  const std::string file = folder / "s.json";
  write_file(file, from.empty() ? right : replaced(right, from, to));
  return message_of([&] {
    const Scenario s = load_scenario({file, std::nullopt, {}});
    const Setup setup(s, Mode::explore);
  });
}

TEST_CASE("app: the arm64 scenarios of these tests are right", "[app][arm]") {
  CHECK(refusal("", "") == accepted);
  const TempFolder folder;
  write_file(folder / "s.json", test::full_arm_text());
  const Scenario s = load_scenario({folder / "s.json", std::nullopt, {}});
  const Setup setup(s, Mode::explore);
  CHECK(setup.fabric().find_context("dev0_handler") < setup.fabric().contexts().size());
}

TEST_CASE("app: an arm64 scenario that makes no sense is refused where it does not", "[app][arm]") {
  struct Misprint {
    const char* from;
    const char* to;
    std::vector<std::string> says;
  };
  const std::vector<Misprint> mistakes = {
      // KVM emulates GICv3s since Linux 4.0.
      {R"("kernel": "linux-6.1",
  "platform": {"arch": "arm64", "vcpus": 1, "gic_version": 2)",
       R"("kernel": "linux-3.18",
  "platform": {"arch": "arm64", "vcpus": 1, "gic_version": 3)",
       {"/platform/gic_version", "linux-3.18 emulates no GICv3", "ap-lists"}},
      // GSI n is SPI 32 + n, and 1019 is the last SPI.
      {"\"gsi\": 8, \"raises\"", "\"gsi\": 988, \"raises\"", {"/devices/dev0/gsi", "0 to 987"}},
      {"\"host_spi\": 40", "\"host_spi\": 27", {"/devices/dev0/host_spi", "a CPU's own"}},
      {"\"host_spi\": 40", "\"host_spi\": 1020", {"/devices/dev0/host_spi", "32 to 1019"}},
      {"\"vcpus\": 1", "\"vcpus\": 0", {"/platform/vcpus", "nobody to interrupt"}},
      {"\"gic_version\": 2", "\"gic_version\": 4", {"/platform/gic_version", "2 to 3"}},
      {"\"enabled\": false", "\"enabled\": true", {"/guest/lines/8/enabled", "yet to create"}},
      {"\"do\": \"gic-init\"", "\"do\": \"vm-start\"", {"/scripts/boot/ops/gic/do"}},
      {"\"do\": \"vm-start\"", "\"do\": \"gic-init\"", {"/scripts/vmm/ops/start/do"}},
      {"\"if_failed\": \"assign\"",
       "\"if_failed\": \"asign\"",
       {"/scripts/vmm/ops/fallback/if_failed", "did you mean \"assign\"?"}},
      // What comes later, or cannot fail, is no condition.
      {"\"if_failed\": \"assign\"",
       "\"if_failed\": \"line\"",
       {"/scripts/vmm/ops/fallback/if_failed"}},
      {"\"raises\": 1",
       "\"raises\": 1, \"trigger\": \"edge\", \"asserting\": true",
       {"/devices/dev0/asserting", "holds no wire"}},
      {"\"kernel\": \"linux-6.1\"",
       "\"kernel\": \"linux-6.1\", \"policies\": {\"kvm.resample\": \"on-unmask\"}",
       {"/policies/kvm.resample", "I/O APIC"}},
      {"\"type\": \"platform\"", "\"type\": \"pci\"", {"/devices/dev0/type"}},
      {"\"vcpus\": 1", "\"vcpus\": 1, \"host_eoi_mode\": 2", {"/platform/host_eoi_mode", "0 to 1"}},
      // The VMM does not kill itself.
      {"\"do\": \"vm-start\"", "\"do\": \"kill\"", {"/scripts/vmm", "of the VMM that it kills"}},
      {"\"do\": \"vm-start\"",
       "\"do\": \"kick-vcpu\", \"value\": 1",
       {"/scripts/vmm/ops/start/value", "expected: 0"}},
      {"\"do\": \"enable\", \"gsi\": 8",
       "\"do\": \"set-affinity\", \"gsi\": 8, \"value\": 1",
       {"/scripts/boot/ops/request/value", "expected: 0"}},
  };
  for (const Misprint& m : mistakes) {
    const std::string message = refusal(m.from, m.to);
    INFO(m.to);
    INFO(message);
    REQUIRE(message != accepted);
    for (const std::string& part : m.says)
      CHECK(contains(message, part));
  }
}

TEST_CASE("app: what KVM answers is a result and no mistake of the scenario", "[app][arm]") {
  // arm-vfio 2.9: KVM_IRQ_LINE of an SPI type with an INTID below 32, or far too large, is EINVAL.
  CHECK(refusal("\"intid\": 40", "\"intid\": 31") == accepted);
  CHECK(refusal("\"intid\": 40", "\"intid\": 8192") == accepted);
  CHECK(refusal("\"value\": 0", "\"value\": 7") == accepted);
}

}  // namespace
}  // namespace irqloom::app
