// Every operation, on each side of a script, on each architecture: it runs, or it is refused.
#include "models/vmm/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "sim/app/drive.h"
#include "sim/app/schema.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using scenario::test::contains;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::replaced;

/// A machine that runs, one of which nothing is there yet, and the script that the operation is in.
struct Bench {
  Arch arch;
  const char* text;
};

const char* const x86_running = R"({
  "name": "x86", "title": "t", "kernel": "linux-6.1", "platform": {"vcpus": 2, "pins": 17},
  "devices": {"dev0": {"type": "pci", "host_pin": 16, "gsi": 16, "raises": 1}},
  "guest": {"lines": {"16": {"oneshot": false, "actions": {"dev0": {"serves": "primary"}}}}},
  "scripts": {"s": SCRIPT},
  "run": {"until": "2ms"}
})";

const char* const x86_waiting = R"({
  "name": "x86", "title": "t", "kernel": "linux-6.1", "platform": {"vcpus": 1, "pins": 17},
  "devices": {
    "dev0": {"type": "platform", "host_pin": 16, "gsi": 16, "raises": 1, "assigned": "by-script"}},
  "guest": {"lines": {"16": {"masked": true, "enabled": false, "wakeup": true,
                             "actions": {"dev0": {}}}}},
  "scripts": {"s": SCRIPT},
  "run": {"until": "2ms"}
})";

const char* const arm_running = R"({
  "name": "arm", "title": "t", "kernel": "linux-6.1", "platform": {"arch": "arm64", "vcpus": 2},
  "devices": {"dev0": {"type": "platform", "host_spi": 40, "gsi": 8, "raises": 1}},
  "guest": {"lines": {"8": {"oneshot": false, "actions": {"dev0": {"serves": "primary"}}}}},
  "scripts": {"s": SCRIPT},
  "run": {"until": "2ms"}
})";

const char* const arm_by_script = R"({
  "name": "arm", "title": "t", "kernel": "linux-6.1",
  "platform": {"arch": "arm64", "gic_version": 3, "vm": "by-script"},
  "devices": {
    "dev0": {"type": "platform", "host_spi": 40, "gsi": 8, "raises": 1, "assigned": "by-script"}},
  "guest": {"lines": {"8": {"oneshot": false, "enabled": false,
                            "actions": {"dev0": {"serves": "primary"}}}}},
  "scripts": {
    "vmm": {"ops": {"vcpu": {"order": 1, "do": "create-vcpu", "value": 0},
                    "vgic": {"order": 2, "do": "create-vgic"},
                    "start": {"order": 3, "do": "vm-start"}}},
    "boot": {"in": "guest", "ops": {"gic": {"order": 1, "do": "gic-init"},
                                    "on": {"order": 2, "do": "enable", "gsi": 8}}},
    "s": SCRIPT
  },
  "run": {"until": "2ms"}
})";

std::string members_of(const OperationInfo& o, Arch arch) {
  using Takes = OperationInfo::Takes;
  const int gsi = arch == Arch::x86 ? 16 : 8;
  switch (o.takes) {
    case Takes::nothing:
      return "";
    case Takes::device:
      return R"(, "device": "dev0")";
    case Takes::line:
      return fmt::format(R"(, "gsi": {})", gsi);
    case Takes::line_and_vcpu:
      return fmt::format(R"(, "gsi": {}, "value": 0)", gsi);
    case Takes::intid_and_level:
      return R"(, "intid": 40, "level": 1)";
    case Takes::number:
    case Takes::vcpu:
      return R"(, "value": 0)";
  }
  return "";
}

/// The operation twice in a row, by that side.
std::string text_of(const Bench& bench, const OperationInfo& o, bool in_guest,
                    const std::string& more) {
  const std::string members = members_of(o, bench.arch);
  const auto op = [&](const char* name, int order) {
    return fmt::format(R"("{}": {{"order": {}, "do": "{}"{}}})", name, order, o.name, members);
  };
  const std::string script = fmt::format(R"({{"in": "{}"{}, "ops": {{{}, {}}}}})",
                                         in_guest ? "guest" : "vmm", more, op("a", 1), op("b", 2));
  const std::string text = replaced(bench.text, "SCRIPT", script);
  // What moves a line of x86 is modelled for edges alone.
  const bool moves_pin = o.kind == ScriptOp::Kind::set_affinity && bench.arch == Arch::x86;
  return moves_pin ? replaced(text, "\"16\": {", "\"16\": {\"flow\": \"edge\", ") : text;
}

/// Why it is refused; empty: it was run and explored, whatever came of it.
std::string refusal(const std::string& text) {
  const TempFolder folder;
  write_file(folder / "s.json", text);
  try {
    const Scenario s = load_scenario({folder / "s.json", std::nullopt, {}});
    {
      const Setup setup(s, Mode::explore);
      explore::Limits limits;
      limits.max_states = 1500;
      (void)explore_all(setup, s, limits, true);
    }
    Setup setup(s, Mode::run);
    (void)run_timed(setup, s, 1, {});
  } catch (const InputError& e) {
    return e.what();
  }
  return {};
}

TEST_CASE("operations: each runs or is refused, on every side of every machine",
          "[app][operations]") {
  const std::vector<Bench> benches = {{Arch::x86, x86_running},
                                      {Arch::x86, x86_waiting},
                                      {Arch::arm64, arm_running},
                                      {Arch::arm64, arm_by_script}};
  for (const Bench& bench : benches) {
    for (const OperationInfo& o : operations()) {
      for (const bool in_guest : {false, true}) {
        // Only somebody outside kills the VMM, and only one that starts by a script.
        const bool kills = o.kind == ScriptOp::Kind::kill;
        const std::string more = kills ? R"(, "optional": true)" : "";
        const std::string text = text_of(bench, o, in_guest, more);
        INFO(text);
        std::string why;
        REQUIRE_NOTHROW(why = refusal(text));
        INFO(why);
        const bool is_known = is_done_by(o, bench.arch, in_guest);
        const bool may_be_there = !kills || bench.text == arm_by_script;
        CHECK(why.empty() == (is_known && may_be_there));
        if (!is_known) {
          CHECK(contains(why, "/scripts/s/ops/a/do"));
          CHECK(contains(why, exists_on(o.archs, bench.arch) ? "is done " : " alone"));
        }
      }
    }
  }
}

TEST_CASE("operations: the table has each kind once, and every row says what it does",
          "[app][operations]") {
  std::set<std::string_view> names;
  std::set<ScriptOp::Kind> kinds;
  for (const OperationInfo& o : operations()) {
    INFO(o.name);
    CHECK(names.insert(o.name).second);
    CHECK(kinds.insert(o.kind).second);
    CHECK(!o.what.empty());
    CHECK(o.what.back() != '.');
    CHECK(!o.source.empty());
    CHECK((o.takes == OperationInfo::Takes::device) == is_of_device(o.kind));
    CHECK(contains(scenario_schema_text(), std::string(o.what).substr(0, 20)));
  }
  CHECK(kinds.size() == static_cast<std::size_t>(ScriptOp::Kind::system_reset) + 1);
}

}  // namespace
}  // namespace irqloom::app
