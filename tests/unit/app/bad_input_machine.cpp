// What is of another machine, or of none: of the other architecture, of a device of another type,
// of code that Linux refuses. It says so, and proposes nothing else.
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
using test::small_text;

const char* const accepted = "(nothing was thrown)";

std::string refusal(const std::string& text, const std::vector<std::string>& sets = {}) {
  const TempFolder folder;
  write_file(folder / "s.json", text);
  return message_of([&] {
    const Scenario s = load_scenario({folder / "s.json", std::nullopt, sets});
    const Setup setup(s, Mode::explore);
  });
}

std::string arm_text() {
  return R"({
  "name": "arm", "title": "t", "kernel": "linux-6.1", "platform": {"arch": "arm64"},
  "devices": {
    "dev0": {"type": "platform", "host_spi": 40, "gsi": 8, "raises": 1},
    "emu0": {"type": "emulated", "gsi": 9}
  },
  "guest": {"lines": {
    "8": {"oneshot": false, "actions": {"dev0": {"serves": "primary"}}},
    "9": {"oneshot": false, "actions": {"emu0": {"serves": "primary"}}}}},
  "scripts": {"task": {"in": "guest", "ops": {"on": {"do": "disable", "gsi": 8}}}}
})";
}

struct Misprint {
  std::string text;
  std::string from;
  std::string to;
  std::vector<std::string> says;
};

void expect_refusals(const std::vector<Misprint>& mistakes) {
  for (const Misprint& m : mistakes) {
    const std::string message = refusal(replaced(m.text, m.from, m.to));
    INFO(m.to);
    INFO(message);
    CHECK(message != accepted);
    for (const std::string& part : m.says)
      CHECK(contains(message, part));
    CHECK(!contains(message, "did you mean"));
  }
}

TEST_CASE("app: what is of the other architecture is refused as that", "[app][input]") {
  CHECK(refusal(arm_text()) == accepted);
  const std::string x86_kernel = "\"kernel\": \"linux-6.1\"";
  const std::string x86_script =
      replaced(small_text(), "\"properties\"",
               "\"scripts\": {\"s\": {\"ops\": {\"a\": {\"do\": \"wait\"}}}}, \"properties\"");
  expect_refusals({
      {small_text(),
       x86_kernel,
       "\"kernel\": \"linux-3.18\"",
       {"a kernel of arm64 alone, and this is x86", "\"linux-6.1\""}},
      {small_text(),
       x86_kernel,
       x86_kernel + ", \"policies\": {\"kvm.vgic-readiness\": \"drop\"}",
       {"a policy of arm64 alone, and this is x86", "/policies/kvm.vgic-readiness",
        "\"kvm.resample\""}},
      {small_text(),
       "\"raises\": 1",
       "\"raises\": \"by-script\"",
       {"of arm64 alone", "\"unbounded\", or a whole number from 1 to 1000"}},
      {small_text(), "\"raises\": 1", "\"host_spi\": 40", {"a platform device on arm64"}},
      {small_text(), "\"pins\": 17", "\"pins\": 17, \"gic_version\": 3", {"that is of arm64"}},
      {small_text(), "\"oneshot\": false", "\"trigger\": \"edge\"", {"that is of arm64"}},
      {x86_script, "\"wait\"", "\"set-type\"", {"of arm64 alone", "\"wait\""}},
      {x86_script, "\"wait\"", "\"wait\", \"if_failed\": \"a\"", {"that is of arm64"}},
      {arm_text(), "\"type\": \"platform\"", "\"type\": \"pci\"", {"is of x86"}},
      {arm_text(), "\"host_spi\": 40", "\"host_pin\": 16", {"a pci device on x86"}},
      {arm_text(),
       "\"type\": \"emulated\"",
       "\"type\": \"emulated\", \"raises\": 1",
       {"a platform device on arm64", "an emulated device on x86",
        "this is an emulated device on arm64", "\"causes\""}},
      {arm_text(),
       "\"type\": \"emulated\"",
       "\"type\": \"emulated\", \"never_lowered\": true",
       {"an emulated device on x86"}},
      {arm_text(), "\"arch\": \"arm64\"", "\"arch\": \"arm64\", \"pins\": 3", {"that is of x86"}},
      {arm_text(), "\"8\": {", "\"8\": {\"vector\": 50, ", {"that is of x86"}},
      {arm_text(), "\"disable\"", "\"suspend\"", {"of x86 alone, and this is arm64"}},
      {arm_text(),
       "\"scripts\"",
       "\"thresholds\": {\"successive_eois\": 3}, \"scripts\"",
       {"that is of x86"}},
  });
}

TEST_CASE("app: vCPUs that halt have no raw guest", "[app][input]") {
  const std::string halting =
      replaced(small_text(), "\"kernel\": \"linux-6.1\"",
               "\"kernel\": \"linux-6.1\", \"policies\": {\"kvm.vcpu\": \"request-and-kick\"}");
  CHECK(refusal(halting) == accepted);
  expect_refusals({{halting,
                    "\"oneshot\": false",
                    "\"oneshot\": false, \"os\": \"raw\"",
                    {"vCPUs that halt have no raw guest", "/guest/lines/16/os"}}});
  CHECK(contains(refusal(replaced(halting, "request-and-kick", "request-or-kick")),
                 "did you mean \"request-and-kick\"?"));
  CHECK(contains(refusal(replaced(arm_text(), "\"kernel\": \"linux-6.1\"",
                                  "\"kernel\": \"linux-6.1\", \"policies\": {\"kvm.vcpu\": "
                                  "\"no-kick\"}")),
                 "a policy of x86 alone, and this is arm64"));
}

TEST_CASE("app: no script moves a level-triggered line", "[app][input]") {
  const std::string message =
      refusal(replaced(small_text(), "\"properties\"",
                       "\"scripts\": {\"s\": {\"in\": \"guest\", \"ops\": {\"m\": {\"do\": "
                       "\"set-affinity\", \"gsi\": 16, \"value\": 0}}}}, \"properties\""));
  CHECK(contains(message, "moves GSI 16, which is level-triggered"));
  CHECK(contains(message, "at /scripts/s/ops/m\n"));
}

TEST_CASE("app: an operation of the other side is refused as that", "[app][input]") {
  const auto with = [](const std::string& script) {
    return replaced(small_text(), "\"properties\"",
                    "\"scripts\": {\"s\": " + script + "}, \"properties\"");
  };
  const std::string by_vmm = refusal(with(R"({"ops": {"a": {"do": "enable", "gsi": 16}}})"));
  INFO(by_vmm);
  CHECK(contains(by_vmm, "\"enable\" is done in the guest, and the script \"s\" is the VMM's"));
  CHECK(contains(by_vmm, "\"in\": \"guest\" in the script"));
  const std::string by_guest =
      refusal(with(R"({"in": "guest", "ops": {"a": {"do": "deassign", "device": "dev0"}}})"));
  INFO(by_guest);
  CHECK(contains(by_guest, "\"deassign\" is done by the VMM, and the script \"s\" is the guest's"));
}

// kernel/irq/manage.c, __setup_irq(), Linux 6.1: "Threaded irq requested with handler=NULL and
// !ONESHOT", -EINVAL, whatever the flow; a guest that is not Linux has no such rule.
TEST_CASE("app: what Linux refuses to set up is refused", "[app][input]") {
  const std::string threaded =
      replaced(small_text(), "\"actions\": {\"dev0\": {\"serves\": \"primary\"}}",
               "\"actions\": {\"dev0\": {}}");
  const std::string why = refusal(threaded);
  INFO(why);
  CHECK(contains(why, "-EINVAL"));
  CHECK(contains(why, "/guest/lines/16/oneshot"));
  CHECK(contains(why, "\"serves\": \"primary\""));
  CHECK(refusal(replaced(threaded, "\"oneshot\": false", "\"oneshot\": true")) == accepted);
  CHECK(refusal(replaced(threaded, "\"oneshot\": false", "\"oneshot\": false, \"os\": \"raw\"")) ==
        accepted);
  CHECK(
      contains(refusal(replaced(arm_text(), "\"dev0\": {\"serves\": \"primary\"}", "\"dev0\": {}")),
               "-EINVAL"));
}

// note_interrupt() reports when more than the limit of a window's interrupts were unhandled.
TEST_CASE("app: a limit that its window never reaches is refused", "[app][input]") {
  const auto with = [](const std::string& spurious) {
    return refusal(
        replaced(small_text(), "\"guest\": {", "\"guest\": {\"spurious\": " + spurious + ", "));
  };
  CHECK(contains(with(R"({"limit": 3, "window": 2})"), "/guest/spurious/limit"));
  CHECK(contains(with(R"({"limit": 3, "window": 3})"), "there can never be"));
  CHECK(contains(with(R"({"window": 2})"), "/guest/spurious/window"));
  CHECK(
      contains(with(R"({"limit": {"run": 9, "explore": 5}, "window": {"run": 10, "explore": 4}})"),
               "in an exploration"));
  CHECK(with(R"({"limit": 2, "window": 3})") == accepted);
  CHECK(contains(with(R"({"limit": "few"})"), "or one for each"));
}

TEST_CASE("app: a member that takes several kinds of value names all", "[app][input]") {
  CHECK(contains(refusal(replaced(small_text(), "\"raises\": 1", "\"raises\": \"often\"")),
                 "expected: \"unbounded\", or a whole number from 1 to 1000"));
  CHECK(contains(refusal(replaced(small_text(), "\"raises\": 1", "\"raises\": 1001")),
                 "expected: \"unbounded\", or a whole number from 1 to 1000"));
  CHECK(contains(refusal(replaced(arm_text(), "\"raises\": 1", "\"raises\": \"unbound\"")),
                 "\"unbounded\", \"by-script\", or a whole number"));
  CHECK(contains(refusal(replaced(small_text(), "\"spurious-entry\": {}", "\"spurious-entry\": 1")),
                 "{}, or false"));
}

}  // namespace
}  // namespace irqloom::app
