#include "sim/app/scenario.h"

#include <catch2/catch.hpp>
#include <string>

#include "sim/app/build_x86.h"
#include "sim/app/setup.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using scenario::test::TempFolder;
using scenario::test::write_file;
using test::full_text;
using test::replaced;
using test::small_text;

Scenario load(const std::string& text, const std::optional<std::string>& variant = std::nullopt,
              const std::vector<std::string>& sets = {}) {
  const TempFolder folder;
  write_file(folder / "s.json", text);
  return load_scenario({folder / "s.json", variant, sets});
}

constexpr std::uint64_t us = 1'000'000;

TEST_CASE("app: everything that a scenario says is read", "[app][scenario]") {
  const Scenario s = load(full_text(), "one");
  CHECK(s.name == "full");
  CHECK(s.title == "another");
  CHECK(s.summary == "s");
  CHECK(s.tags == std::vector<std::string>{"long"});
  CHECK(s.policies.at("kvm.resample") == "postpone-v2");
  CHECK(s.run.until_ps == 7000 * us);
  CHECK(s.run.patience_ps == 2000 * us);
  CHECK(s.run.seed == 4);
  CHECK(s.max_states == 1000);
  CHECK(s.properties.judged == std::vector<std::string>{"latched", "served", "spurious-entry"});
  REQUIRE(s.expected_run);
  CHECK(s.expected_run->verdict == Verdict::violated);
  REQUIRE(s.expected_explore);
  CHECK(s.expected_explore->verdict == Verdict::inconclusive);
}

TEST_CASE("app: the machine is built as the scenario says", "[app][scenario]") {
  const Scenario s = load(full_text(), "two");
  const x86::Spec spec = read_x86(s.document.root(), Mode::run);
  CHECK(spec.host_cpus == 1);
  CHECK(spec.vcpus == 2);
  CHECK(spec.pins == 20);
  CHECK(spec.resample_policy == "postpone-v2");
  REQUIRE(spec.devices.size() == 2);
  const x86::AssignedSpec& dev0 = spec.devices[0];
  CHECK(dev0.name == "dev0");
  CHECK(!dev0.pci_2_3);
  CHECK(dev0.config.max_raises == 3);
  CHECK(dev0.config.late_deassert);
  CHECK(dev0.config.period_key == "dev0.period");
  CHECK(!dev0.assigned_at_reset);
  CHECK(dev0.pending_signals == 1);
  CHECK(!spec.devices[1].pci_2_3);
  CHECK(spec.devices[1].config.max_raises == 0);
  CHECK(spec.devices[1].config.period_key == "device.period");
  REQUIRE(spec.emulated.size() == 1);
  CHECK(spec.emulated[0].config.never_lowered);
  REQUIRE(spec.lines.size() == 3);
  const x86::GuestLine& line = spec.lines[0];
  CHECK(line.gsi == 16);
  CHECK(line.vector == 81);
  CHECK(line.vcpu == 1);
  CHECK(line.flow == Flow::level);
  CHECK(!line.oneshot);
  CHECK(line.masked_at_reset);
  CHECK(!line.enabled_at_reset);
  CHECK(line.wakeup);
  REQUIRE(line.actions.size() == 1);
  CHECK(line.actions[0].serves == Driver::Serves::primary);
  CHECK(line.actions[0].reports);
  CHECK(spec.lines[1].raw);
  CHECK(spec.lines[1].vector == 82);
  CHECK(spec.lines[2].flow == Flow::edge);
  REQUIRE(spec.scripts.size() == 2);
  CHECK(spec.scripts[0].in_guest);
  CHECK(spec.scripts[0].repeats);
  CHECK(spec.scripts[1].optional);
  REQUIRE(spec.scripts[1].ops.size() == 2);
  CHECK(spec.scripts[1].ops[0].kind == x86::ScriptOp::Kind::assign);
}

TEST_CASE("app: thresholds differ between run and explore", "[app][scenario]") {
  const Scenario s = load(full_text(), "two");
  const x86::Spec run = read_x86(s.document.root(), Mode::run);
  const x86::Spec explore = read_x86(s.document.root(), Mode::explore);
  CHECK(run.throttle_limit == 10000);
  CHECK(explore.throttle_limit == 2);
  CHECK(run.spurious_limit == 99900);
  CHECK(explore.spurious_limit == 2);
  CHECK(explore.spurious_window == 100000);
  // IOAPIC_SUCCESSIVE_IRQ_MAX_COUNT of arch/x86/kvm/ioapic.h.
  const Scenario small = load(small_text());
  CHECK(read_x86(small.document.root(), Mode::run).throttle_limit == 10000);
  CHECK(read_x86(small.document.root(), Mode::explore).throttle_limit == 3);
}

TEST_CASE("app: costs are the defaults with the scenario's changes", "[app][scenario]") {
  const timed::CostTable costs = load(full_text(), "two").costs;
  CHECK(costs.at("device.access").spec == core::fixed_cost(150 * us));
  CHECK(costs.at("device.access").kind == timed::CostKind::sleep);
  CHECK(costs.at("device.deassert").kind == timed::CostKind::elsewhere);
  CHECK(costs.at("work.hop").spec.kind == core::CostSpec::Kind::uniform);
  CHECK(costs.at("dev0.period").spec == core::fixed_cost(3000 * us));
  CHECK(costs.at("dev0.period").kind == timed::CostKind::elsewhere);
  CHECK(costs.at("device.period").spec == core::fixed_cost(2000 * us));
  CHECK(!load(small_text()).costs.contains("dev0.period"));
}

TEST_CASE("app: without a name the first variant is taken", "[app][scenario]") {
  const Scenario first = load(full_text());
  CHECK(first.variant == "one");
  CHECK(first.defaulted);
  CHECK(!load(full_text(), "two").defaulted);
  const Scenario small = load(small_text());
  CHECK(small.variant.empty());
  CHECK(!small.defaulted);
}

TEST_CASE("app: a set is applied after the variant", "[app][scenario]") {
  const Scenario s = load(full_text(), "one", {"title=third", "run.seed=9"});
  CHECK(s.title == "third");
  CHECK(s.run.seed == 9);
}

TEST_CASE("app: the hash is of what is simulated", "[app][scenario]") {
  const std::string hash = load(full_text(), "two").hash;
  CHECK(hash.size() == 32);
  // The order of members, expectations and other variants do not matter.
  const std::string reordered =
      replaced(full_text(),
               "\"kernel\": \"linux-6.1\",\n  \"policies\": {\"kvm.resample\": \"postpone-v2\"},",
               "\"policies\": {\"kvm.resample\": \"postpone-v2\"},\n  \"kernel\": \"linux-6.1\",");
  CHECK(load(reordered, "two").hash == hash);
  CHECK(load(replaced(full_text(), "\"expect\": {\"why\": \"w\"}", "\"expect\": {\"why\": \"x\"}"),
             "two")
            .hash == hash);
  CHECK(load(replaced(full_text(), "\"summary\": \"s\"", "\"summary\": \"t\""), "two").hash ==
        hash);
  // What is patched, set or written does.
  CHECK(load(full_text(), "one").hash != hash);
  CHECK(load(full_text(), "two", {"run.seed=5"}).hash != hash);
  CHECK(load(full_text(), "two", {"run.seed=4"}).hash == hash);
}

TEST_CASE("app: without a list every built-in property is judged", "[app][scenario]") {
  const std::string text = replaced(
      small_text(), ",\n  \"properties\": {\"spurious-entry\": {}, \"lost-interrupt\": {}}", "");
  const std::vector<std::string> judged = load(text).properties.judged;
  CHECK(judged.size() == 15);
  CHECK(load(small_text()).properties.judged ==
        std::vector<std::string>{"lost-interrupt", "spurious-entry"});
}

TEST_CASE("app: a scenario becomes a sealed fabric, again and again", "[app][scenario]") {
  const Scenario s = load(full_text(), "two");
  for (int i = 0; i < 3; ++i) {
    const Setup setup(s, Mode::explore);
    CHECK(setup.fabric().find_context("vmm") < setup.fabric().contexts().size());
    REQUIRE(setup.assumptions().list().size() == 1);
    CHECK(setup.assumptions().list()[0].text == "first: w");
    const auto& properties = setup.fabric().properties();
    const auto is_own = [](const Property& p) { return p.name == "served"; };
    CHECK(std::count_if(properties.begin(), properties.end(), is_own) == 1);
  }
}

}  // namespace
}  // namespace irqloom::app
