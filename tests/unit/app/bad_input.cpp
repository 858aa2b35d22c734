// Scenarios with a mistake: each is refused where the mistake stands, with the way out.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/app/setup.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using scenario::test::contains;
using scenario::test::message_of;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::full_text;
using test::replaced;
using test::small_text;

/// Why the scenario is refused, read and elaborated.
std::string refusal(const std::string& text, const std::vector<std::string>& sets = {}) {
  const TempFolder folder;
  const std::string file = folder / "s.json";
  write_file(file, text);
  const std::string message = message_of([&] {
    const Scenario s = load_scenario({file, std::nullopt, sets});
    const Setup setup(s, Mode::explore);
  });
  // The folder has another name every time.
  const std::size_t at = message.find(file);
  return at == std::string::npos ? message : message.substr(at + folder.path().string().size() + 1);
}

std::string changed(const std::string& from, const std::string& to) {
  return refusal(replaced(full_text(), from, to));
}

/// Line and column of `part` in `text`, as a message says them.
std::string place_of(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const std::size_t start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  return "s.json:" + std::to_string(line) + ":" + std::to_string(at - start + 1) + ": ";
}

struct Misprint {
  std::string from;
  std::string to;
  std::string at;  ///< Where the complaint stands: the beginning of this in the changed text.
  std::vector<std::string> says;
};

void expect_complaint(const Misprint& m) {
  const std::string text = replaced(full_text(), m.from, m.to);
  const std::string message = refusal(text);
  INFO(message);
  CHECK(message.starts_with(place_of(text, m.at)));
  for (const std::string& part : m.says)
    CHECK(contains(message, part));
}

TEST_CASE("app: the scenarios that mistakes are put into are right", "[app][input]") {
  CHECK(refusal(full_text()) == "(nothing was thrown)");
  CHECK(refusal(small_text()) == "(nothing was thrown)");
}

TEST_CASE("app: an unknown member is refused everywhere", "[app][input]") {
  for (const std::string object : {"\"platform\": {",
                                   "\"dev0\": {",
                                   "\"emu0\": {",
                                   "\"guest\": {",
                                   "\"16\": {",
                                   "\"actions\": {\"dev0\": {",
                                   "\"spurious\": {",
                                   "\"vmm\": {",
                                   "\"a\": {",
                                   "\"b\": {",
                                   "\"thresholds\": {",
                                   "\"successive_eois\": {",
                                   "\"run\": {\"until\"",
                                   "\"explore\": {\"max",
                                   "\"latched\": {",
                                   "\"p\": {",
                                   "{\"before\"",
                                   "\"after\": {",
                                   "\"one\": {",
                                   "\"expect\": {",
                                   "\"explore\": {\"verdict"}) {
    const std::size_t brace = object.find('{');
    const std::string with =
        object.substr(0, brace + 1) + "\"nonsense\": 1, " + object.substr(brace + 1);
    const std::string message = changed(object, with);
    INFO(object << " gave " << message);
    CHECK(contains(message, "\"nonsense\""));
    CHECK(contains(message, "/nonsense"));
  }
}

TEST_CASE("app: a reference to nothing names what is near", "[app][input]") {
  const std::vector<Misprint> mistakes = {
      {R"("actions": {"dev0")",
       R"("actions": {"dev9")",
       R"("dev9")",
       {"no device \"dev9\"", "/guest/lines/16/actions/dev9", "did you mean \"dev0\"?"}},
      {R"("actions": {"dev0")",
       R"("actions": {"dev1")",
       R"("dev1": {"order)",
       {"\"dev1\" raises GSI 17, not GSI 16", "\"dev0\""}},
      {R"("do": "assign", "device": "dev0")",
       R"("do": "assign", "device": "emu0")",
       R"("emu0"}, "b")",
       {"no assigned device \"emu0\"", "\"dev0\" or \"dev1\""}},
      {R"("do": "enable", "gsi": 16)",
       R"("do": "enable", "gsi": 17)",
       "17}}}",
       {"no line of a Linux guest is on GSI 17"}},
      {R"("kernel": "linux-6.1")",
       R"("kernel": "linux-6.2")",
       R"("linux-6.2")",
       {"\"linux-6.1\" or \"linux-6.12\"", "did you mean \"linux-6.1\"?"}},
      {R"("postpone-v2")",
       R"("postpone-v3")",
       R"("postpone-v3")",
       {"/policies/kvm.resample", "did you mean \"postpone-v1\"?"}},
      {R"("kvm.resample")",
       R"("kvm.resampel")",
       R"("kvm.resampel")",
       {"did you mean \"kvm.resample\"?"}},
      {R"("spurious-entry": {},)",
       R"("spurious-entri": {},)",
       R"("spurious-entri")",
       {"no built-in property", "did you mean \"spurious-entry\"?"}},
      {R"("work.hop")", R"("work.hopp")", R"("work.hopp")", {"did you mean \"work.hop\"?"}},
      {R"("dev0.period")",
       R"("dev7.period")",
       R"("dev7.period")",
       {"did you mean \"dev0.period\"?"}},
      {R"("violations": {"spurious-entry")",
       R"("violations": {"deadlock")",
       R"("deadlock")",
       {"not judged"}}};
  for (const Misprint& m : mistakes)
    expect_complaint(m);
}

TEST_CASE("app: what the fabric does not have is refused", "[app][input]") {
  const std::vector<Misprint> mistakes = {
      {"kvm.ioapic.pin16.irr",
       "kvm.ioapik.pin16.irr",
       R"("kvm.ioapik.pin16.irr")",
       {"no slot \"kvm.ioapik.pin16\"", "/properties/latched/p/all/0/field",
        "did you mean \"kvm.ioapic.pin16.irr\"?"}},
      {"kvm.ioapic.pin16.irr",
       "kvm.ioapic.pin16.irx",
       R"("kvm.ioapic.pin16.irx")",
       {"no field \"irx\"", "did you mean \"kvm.ioapic.pin16.irr\"?"}},
      {"kvm.ioapic.pin16.irr", "irr", R"("irr", "is")", {"names no field"}},
      {"kvm.ioapic.pin16.irr", "host_lapic0.irr", R"("host_lapic0.irr")", {"is an array"}},
      {"kvm.ioapic.pin16.irr",
       "host_lapic0.irr[99]",
       R"("host_lapic0.irr[99]")",
       {"no element [99]"}},
      {R"(irr", "is": 1)", R"(irr", "is": 256)", "256", {"0 or 1"}},
      {R"({"at_rest": "dev0"})",
       R"({"at_rest": "dev00"})",
       R"("dev00")",
       {"no context \"dev00\"", "did you mean \"dev0\"?"}},
      {R"("before": "dev0")", R"("before": "dev5")", R"("dev5")", {"did you mean \"dev0\"?"}},
      {R"("raw_thread")", R"("raw_threat")", R"("raw_threat")", {"did you mean \"raw_thread\"?"}},
      {R"("unmask the line")",
       R"("unmask a line")",
       R"("unmask a line")",
       {"\"raw_thread\" has no step", "did you mean \"unmask the line\"?"}}};
  for (const Misprint& m : mistakes)
    expect_complaint(m);
}

TEST_CASE("app: numbers out of range are refused", "[app][input]") {
  const std::vector<Misprint> mistakes = {
      {R"("host_pin": 16, "gsi": 16)",
       R"("host_pin": 16, "gsi": 20)",
       "20, \"raises\"",
       {"/devices/dev0/gsi", "from 0 to 19"}},
      {R"("host_pin": 17)", R"("host_pin": 24)", "24", {"from 0 to 19"}},
      {R"("16": {"vector")", R"("20": {"vector")", R"("20": {)", {"no GSI of this platform"}},
      {R"("16": {"vector")", R"("016": {"vector")", R"("016")", {"no GSI of this platform"}},
      {R"("vcpu": 1, "flow")", R"("vcpu": 2, "flow")", "2, \"flow\"", {"from 0 to 1"}},
      {R"("vector": 81)", R"("vector": 31)", "31", {"from 32 to 255"}},
      {R"("vector": 81)", R"("vector": -1)", "-1", {"from 32 to 255"}},
      {R"("pins": 20)", R"("pins": 25)", "25", {"from 1 to 24"}},
      {R"("raises": 3)", R"("raises": 0)", "0,", {"from 1 to 1000"}},
      {R"("raises": 3)", R"("raises": "often")", R"("often")", {"\"unbounded\""}},
      {R"("explore": 2}})", R"("explore": 0}})", "0}}", {"from 1 to"}}};
  for (const Misprint& m : mistakes) {
    const std::string message = changed(m.from, m.to);
    INFO(message);
    for (const std::string& part : m.says)
      CHECK(contains(message, part));
    CHECK(message.starts_with("s.json:"));
  }
}

TEST_CASE("app: a unit that is missing or wrong is refused", "[app][input]") {
  CHECK(contains(changed("\"150us\"", "150"), "a number alone has no unit"));
  CHECK(contains(changed("\"150us\"", "\"150 parsecs\""), "/costs/device.access"));
  CHECK(contains(changed("\"until\": \"7ms\"", "\"until\": 7"), "/run/until"));
  CHECK(contains(changed("\"kind\": \"elsewhere\"", "\"kind\": \"nowhere\""),
                 "\"busy\", \"sleep\" or \"elsewhere\""));
}

TEST_CASE("app: what the topology forbids is refused where it stands", "[app][input]") {
  // A platform device is masked at the host's controller, with whoever is on that pin.
  const std::string shared = changed("\"host_pin\": 17", "\"host_pin\": 16");
  INFO(shared);
  CHECK(contains(shared, "/devices/dev"));
  CHECK(contains(shared, "share"));
  // Nobody in the guest hears of GSI 19.
  const std::string nowhere = refusal(replaced(small_text(), "\"gsi\": 16", "\"gsi\": 15"));
  INFO(nowhere);
  CHECK(contains(nowhere, "/guest/lines/16/actions/dev0"));
  const std::string loose =
      refusal(replaced(replaced(small_text(), "\"gsi\": 16", "\"gsi\": 15"),
                       "\"actions\": {\"dev0\": {\"serves\": \"primary\"}}", "\"actions\": {}"));
  INFO(loose);
  CHECK(loose.starts_with("s.json:"));
  CHECK(contains(loose, "leads to no guest line"));
  const std::string vector = changed("\"17\": {", "\"17\": {\"vector\": 83, ");
  INFO(vector);
  CHECK(contains(vector, "enters the first line only"));
}

TEST_CASE("app: names that would be mistaken for others are refused", "[app][input]") {
  for (const std::string name : {"kvm", "vcpu0", "Dev", "a_b", "9a", ""}) {
    const std::string text =
        replaced(replaced(small_text(), "\"devices\": {\"dev0\"", "\"devices\": {\"" + name + "\""),
                 "\"actions\": {\"dev0\"", "\"actions\": {\"" + name + "\"");
    INFO(name);
    CHECK(refusal(text).starts_with(place_of(text, "\"" + name + "\": {\"type\"")));
  }
  CHECK(contains(changed("\"vmm\": {\"in\"", "\"dev1\": {\"in\""), "the name of a device"));
  CHECK(contains(changed("\"latched\": {", "\"La tched\": {"), "cannot name a property"));
  CHECK(contains(changed("\"name\": \"full\"", "\"name\": \"../full\""), "cannot name a scenario"));
  CHECK(contains(changed("\"two\": {}", "\"a/b\": {}"), "cannot name a variant"));
}

TEST_CASE("app: what cannot be meant is refused", "[app][input]") {
  CHECK(contains(changed("\"ops\": {\"on\": {\"do\": \"enable\", \"gsi\": 16}}", "\"ops\": {}"),
                 "0 operations"));
  CHECK(
      contains(changed("\"in\": \"vmm\", ", "\"in\": \"vmm\", \"vcpu\": 0, "), "runs on no vCPU"));
  CHECK(contains(changed("\"actions\": {\"dev1\": {}}", "\"actions\": {}"), "raw guest"));
  CHECK(contains(changed("\"kind\": \"never\", ", "\"kind\": \"never\", \"q\": {}, "),
                 "only \"leads_to\" has a \"q\""));
  CHECK(contains(changed("\"storm\": false", "\"storm\": true"), "{}, or false"));
  CHECK(contains(changed("{\"verdict\": \"inconclusive\"}",
                         "{\"verdict\": \"holds\", \"violations\": {\"spurious-entry\": []}}"),
                 "not violated violates nothing"));
  CHECK(contains(changed("{\"verdict\": \"inconclusive\"}", "{\"verdict\": \"violated\"}"),
                 "violates something"));
  CHECK(contains(changed("\"patch\": {\"title\"", "\"patch\": {\"variants\": {}, \"title\""),
                 "\"variants\""));
  CHECK(contains(changed("\"is\": 1}", "\"is\": 1, \"at_most\": 2}"), "compared once"));
  CHECK(contains(changed("{\"not\": {\"at_rest\": \"dev0\"}}", "{\"all\": []}"), "is empty"));
}

TEST_CASE("app: a wrong set names itself, a wrong patch its variant", "[app][input]") {
  const std::string set = refusal(small_text(), {"devices.dev0.gsi=99"});
  INFO(set);
  CHECK(set.starts_with("--set devices.dev0.gsi=99: "));
  const std::string patch =
      changed("\"patch\": {\"title\"", "\"patch\": {\"kernel\": \"linux-7\", \"title\"");
  INFO(patch);
  CHECK(contains(patch, "written by: variant \"one\""));
}

TEST_CASE("app: an unknown variant is refused with the nearest", "[app][input]") {
  const TempFolder folder;
  write_file(folder / "s.json", full_text());
  const std::string message = message_of([&] { load_scenario({folder / "s.json", "twoo", {}}); });
  CHECK(contains(message, "no variant \"twoo\""));
  CHECK(contains(message, "did you mean \"two\"?"));
  write_file(folder / "t.json", small_text());
  CHECK(contains(message_of([&] {
                   load_scenario({folder / "t.json", "two", {}});
                 }),
                 "this scenario has none"));
}

}  // namespace
}  // namespace irqloom::app
