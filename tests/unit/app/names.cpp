// What a scenario names in its machine: contexts, fields, steps. Names that do not exist, and what
// `irqloom list` says there are.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/app/setup.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using nlohmann::json;
using scenario::test::contains;
using scenario::test::message_of;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::Ended;
using test::irqloom;
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

/// The small scenario with a property of its own about that field.
std::string about_field(const std::string& comparison) {
  return replaced(small_text(), "\"spurious-entry\": {}",
                  R"("own": {"kind": "never", "why": "w", "p": {)" + comparison + "}}");
}

std::string assuming(const std::string& assumptions) {
  return replaced(small_text(), "\"properties\"",
                  "\"assume\": {" + assumptions + "}, \"properties\"");
}

std::string assumption(const std::string& before, const std::string& after,
                       const std::string& routine, const std::string& step) {
  return R"({"before": ")" + before + R"(", "why": "w", "after": {"context": ")" + after +
         R"(", "routine": ")" + routine + R"(", "step": ")" + step + R"("}})";
}

/// How often `part` stands in `text`.
std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++n;
  return n;
}

TEST_CASE("names: an unknown field is answered with one of this machine", "[app][names]") {
  const std::string of_arm = refusal(about_field(R"("field": "vgic.irq8.active", "is": 1)"));
  INFO(of_arm);
  CHECK(contains(of_arm, "no slot \"vgic.irq8\" in this machine"));
  CHECK(contains(of_arm, "irqloom list fields FILE"));
  // Whatever it proposes exists.
  const std::string start = "such as \"";
  const std::size_t at = of_arm.find(start) + start.size();
  const std::string example = of_arm.substr(at, of_arm.find('"', at) - at);
  const std::string of_example = refusal(about_field("\"field\": \"" + example + "\", \"is\": 0"));
  INFO(of_example);
  CHECK((of_example == accepted || contains(of_example, "is an array")));
  // A slot is no field.
  const std::string slot = refusal(about_field(R"("field": "kvm.ioapic.pin11", "is": 1)"));
  INFO(slot);
  CHECK(contains(slot, "is a slot and names no field of it"));
  CHECK(contains(slot, "\"kvm.ioapic.pin11.irr\""));
  CHECK(!contains(slot, "did you mean"));
}

TEST_CASE("names: a field is compared with values that it can have", "[app][names]") {
  const std::string seven = refusal(about_field(R"("field": "kvm.ioapic.pin16.irr", "is": 7)"));
  INFO(seven);
  CHECK(contains(seven, "\"is\" is 7, which \"kvm.ioapic.pin16.irr\" never is"));
  CHECK(contains(seven, "expected: 0 or 1"));
  CHECK(refusal(about_field(R"("field": "kvm.ioapic.pin16.irr", "is": 1)")) == accepted);
  CHECK(refusal(about_field(R"("field": "dev0.work", "is": true)")) == accepted);
  CHECK(contains(refusal(about_field(R"("field": "dev0.work", "is": "busy")")), "0 or 1"));
  const std::string owner = R"("field": "executor.cpu0.hardirq", )";
  CHECK(refusal(about_field(owner + R"("is": "nobody")")) == accepted);
  CHECK(contains(refusal(about_field(owner + R"("is": "cpu0/hardirk")")),
                 "did you mean \"cpu0/hardirq\"?"));
  CHECK(contains(refusal(about_field(owner + R"("is": 999)")), "a context, or \"nobody\""));
}

TEST_CASE("names: steps and routines are proposed once, with the nearest", "[app][names]") {
  const std::string step =
      refusal(assuming("\"a\": " + assumption("dev0", "vcpu0/hardirq", "handle_fasteoi_irq", "x")));
  INFO(step);
  CHECK(contains(step, "has no step \"x\""));
  const std::size_t first = step.find("expected: \"") + 11;
  const std::string name = step.substr(first, step.find('"', first) - first);
  CHECK(count_of(step, "\"" + name + "\"") == 1);
  const std::string routine =
      refusal(assuming("\"a\": " + assumption("dev0", "vcpu0/hardirq", "handle_fasteoi_irk", "x")));
  INFO(routine);
  CHECK(contains(routine, "did you mean \"handle_fasteoi_irq\"?"));
  CHECK(contains(routine, "\"irqfd_wakeup\""));
}

// A context in the middle of a step is not at rest, so that none of these steps is ever taken.
TEST_CASE("names: contexts that wait for one another are refused", "[app][names]") {
  const auto by = [](const std::string& before, const std::string& after) {
    return after == "dev0" ? assumption(before, after, "raise", "raise")
                           : assumption(before, after, "common_interrupt", "take the interrupt");
  };
  const std::string self = refusal(assuming("\"a\": " + by("dev0", "dev0")));
  INFO(self);
  CHECK(contains(self, "\"dev0\" waits for \"dev0\""));
  CHECK(contains(self, "/assume/a/before"));
  const std::string circle = refusal(
      assuming("\"a\": " + by("dev0", "cpu0/hardirq") + ", \"b\": " + by("cpu0/hardirq", "dev0")));
  INFO(circle);
  CHECK(contains(circle, "\"dev0\" waits for \"cpu0/hardirq\", which waits for \"dev0\""));
  CHECK(contains(circle, "/assume/b/before"));
  CHECK(refusal(assuming("\"a\": " + by("dev0", "cpu0/hardirq") +
                         ", \"b\": " + by("dev0", "cpu1/hardirq"))) == accepted);
}

// --- irqloom list -------------------------------------------------------------------------------

json listed(const std::string& kind, const std::vector<std::string>& more = {}) {
  const TempFolder folder;
  write_file(folder / "small.json", small_text());
  std::vector<std::string> arguments = {"list", kind, "small.json", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended e = irqloom(folder.path(), arguments);
  INFO(e.err);
  REQUIRE(e.code == 0);
  return json::parse(e.out).at(kind);
}

bool has(const json& list, const std::string& name) {
  return std::ranges::any_of(list, [&](const json& item) { return item.at("name") == name; });
}

TEST_CASE("list: a scenario's contexts, fields and steps are what it can name", "[app][list]") {
  for (const json& context : listed("contexts")) {
    const std::string name = context.at("name");
    INFO(name);
    CHECK(refusal(about_field("\"at_rest\": \"" + name + "\"")) == accepted);
    CHECK(!context.at("what").get<std::string>().empty());
  }
  const json fields = listed("fields");
  CHECK(has(fields, "kvm.ioapic.pin16.irr"));
  CHECK(has(fields, "host_lapic0.irr[0..7]"));
  for (const json& field : fields) {
    const std::string name = field.at("name");
    if (contains(name, "pin") && !contains(name, "pin16")) continue;  // All pins are alike.
    const std::string one = name.substr(0, name.find('[')) + (contains(name, "[") ? "[0]" : "");
    INFO(one);
    CHECK(refusal(about_field("\"field\": \"" + one + "\", \"is\": 0")) == accepted);
  }
  const json steps = listed("steps");
  CHECK(has(steps, "common_interrupt: take the interrupt"));
  for (const json& step : steps)
    CHECK(!step.at("source").get<std::string>().empty());
}

TEST_CASE("list: operations, of all machines or of one", "[app][list]") {
  const TempFolder folder;
  const Ended all = irqloom(folder.path(), {"list", "operations"});
  CHECK(all.code == 0);
  CHECK(contains(all.out, "arm64; guest: ICFGR"));
  CHECK(contains(all.out, "x86; guest: pm_wakeup_pending()"));
  const json here = listed("operations");
  CHECK(has(here, "suspend"));
  CHECK(!has(here, "set-type"));
}

TEST_CASE("list: variants say what is expected of them", "[app][list]") {
  const TempFolder folder;
  write_file(folder / "full.json", test::full_text());
  const Ended e = irqloom(folder.path(), {"list", "variants", "full.json"});
  INFO(e.err);
  CHECK(e.code == 0);
  CHECK(contains(e.out, "one  s (long) [run: violated, explore: inconclusive]"));
  CHECK(contains(e.out, "two   [run: nothing expected, explore: nothing expected]"));
}

// What it calls a setting is what --set takes.
TEST_CASE("list: every setting can be set to what it is", "[app][list]") {
  const TempFolder folder;
  write_file(folder / "full.json", test::full_text());
  const Ended e =
      irqloom(folder.path(), {"list", "settings", "full.json", "--variant", "two", "--json"});
  INFO(e.err);
  REQUIRE(e.code == 0);
  const std::string hash = load_scenario({folder / "full.json", "two", {}}).hash;
  for (const json& setting : json::parse(e.out).at("settings")) {
    const std::string set =
        setting.at("name").get<std::string>() + "=" + setting.at("what").get<std::string>();
    INFO(set);
    if (setting.at("source") == "default") continue;
    CHECK(load_scenario({folder / "full.json", "two", {set}}).hash == hash);
  }
}

TEST_CASE("list: a scenario that is missing, or one too many, is refused", "[app][list]") {
  const TempFolder folder;
  write_file(folder / "small.json", small_text());
  const Ended missing = irqloom(folder.path(), {"list", "fields"});
  CHECK(missing.code == 2);
  CHECK(contains(missing.err, "irqloom list fields FILE"));
  const Ended needless = irqloom(folder.path(), {"list", "kernels", "small.json"});
  CHECK(needless.code == 2);
  CHECK(contains(needless.err, "the same for every scenario"));
  CHECK(irqloom(folder.path(), {"list"}).code == 0);
}

}  // namespace
}  // namespace irqloom::app
