// --set: names with dots in them, and names that are none.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/app/scenario.h"
#include "sim/scenario/dotted_path.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using scenario::test::contains;
using scenario::test::message_of;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::small_text;

Scenario load(const std::vector<std::string>& sets, const std::string& text = small_text()) {
  const TempFolder folder;
  write_file(folder / "s.json", text);
  return load_scenario({folder / "s.json", std::nullopt, sets});
}

std::string refusal(const std::vector<std::string>& sets) {
  return message_of([&] { load(sets); });
}

constexpr std::uint64_t us = 1'000'000;

TEST_CASE("set: a name with dots needs no pointer where it is known", "[app][set]") {
  CHECK(load({"costs.work.hop=7us"}).costs.at("work.hop").spec == core::fixed_cost(7 * us));
  CHECK(load({"costs.dev0.period=50us"}).costs.at("dev0.period").spec == core::fixed_cost(50 * us));
  CHECK(load({"costs.device.period=1us"}).costs.at("device.period").spec == core::fixed_cost(us));
  CHECK(load({"costs.device=1us"}).costs.at("device").spec == core::fixed_cost(us));
  CHECK(load({"costs.device.access.cost=1us", "costs.device.access.kind=busy"})
            .costs.at("device.access")
            .kind == timed::CostKind::busy);
  CHECK(load({"policies.kvm.resample=postpone-v2"}).policies.at("kvm.resample") == "postpone-v2");
  CHECK(load({"/costs/work.hop=7us"}).hash == load({"costs.work.hop=7us"}).hash);
}

TEST_CASE("set: what is misspelt is named as it would be right", "[app][set]") {
  const std::string cost = refusal({"costs.work.hopp=5us"});
  INFO(cost);
  CHECK(contains(cost, "nothing has the cost \"work.hopp\""));
  CHECK(contains(cost, "did you mean \"work.hop\"?"));
  CHECK(contains(refusal({"costs.dev7.period=5us"}), "did you mean \"dev0.period\"?"));
  CHECK(contains(refusal({"policies.kvm.resampel=at-eoi"}), "did you mean \"kvm.resample\"?"));
}

TEST_CASE("set: a part that is not there is not made by naming it", "[app][set]") {
  const std::string device = refusal({"devices.dev9.raises=1"});
  INFO(device);
  CHECK(contains(device, "there is no device \"dev9\""));
  CHECK(contains(device, "did you mean \"dev0\"?"));
  const std::string line = refusal({"guest.lines.17.oneshot=true"});
  CHECK(contains(line, "there is no line \"17\""));
  CHECK(!contains(line, "did you mean"));
  CHECK(contains(refusal({"scripts.s.optional=true"}), "there is no script \"s\""));
  CHECK(contains(refusal({"scripts.s.ops.a.order=1"}), "there is no operation \"a\""));
  // A whole one is another matter.
  CHECK(load({R"(scripts.s={"ops": {"a": {"do": "wait"}}})"}).hash != load({}).hash);
}

TEST_CASE("set: the example of a path is one", "[app][set]") {
  const std::string message = refusal({"run.until"});
  INFO(message);
  CHECK(contains(message, "such as run.until=5ms"));
  CHECK(load({"run.until=5ms"}).run.until_ps == 5000 * us);
}

TEST_CASE("set: two members that fit are told apart by a pointer", "[app][set]") {
  const scenario::Json document = {{"ops", {{"a", {{"b", 1}}}, {"a.b", 2}, {"c.d", 3}}}};
  std::vector<std::string> ambiguous;
  CHECK(scenario::join_names(document, {"ops", "c", "d"}, {}, ambiguous) ==
        std::vector<std::string>{"ops", "c.d"});
  CHECK(ambiguous.empty());
  CHECK(scenario::join_names(document, {"ops", "a", "b"}, {}, ambiguous).empty());
  CHECK(ambiguous == std::vector<std::string>{"/ops/a", "/ops/a.b"});
}

// --- properties ---------------------------------------------------------------------------------

TEST_CASE("properties: a list that only leaves some out judges all others", "[app][properties]") {
  std::string text = test::replaced(
      small_text(), ",\n  \"properties\": {\"spurious-entry\": {}, \"lost-interrupt\": {}}", "");
  const std::vector<std::string> all = load({}, text).properties.judged;
  std::vector<std::string> others =
      load({"properties.spurious-entry=false"}, text).properties.judged;
  CHECK(others.size() + 1 == all.size());
  CHECK(std::ranges::find(others, "spurious-entry") == others.end());
  others = load({"properties.storm=false", "properties.deadlock=false"}, text).properties.judged;
  CHECK(others.size() + 2 == all.size());
  // Beside some that are listed it takes away, and adds nothing.
  CHECK(load({"properties.spurious-entry=false"}).properties.judged ==
        std::vector<std::string>{"lost-interrupt"});
  // One's own come on top.
  const std::string own = R"({"kind": "never", "why": "w", "p": {"at_rest": "dev0"}})";
  const std::string set = R"(properties={"storm": false, "own": )" + own + "}";
  const std::vector<std::string> with_own = load({set}, text).properties.judged;
  CHECK(with_own.size() == all.size());
  CHECK(std::ranges::find(with_own, "own") != with_own.end());
  CHECK(contains(refusal({"properties.spurious-entri=false"}), "did you mean \"spurious-entry\"?"));
}

}  // namespace
}  // namespace irqloom::app
