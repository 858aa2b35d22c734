// What the program says of a counterexample: a loss to its end, who injected, who served.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using nlohmann::json;
using scenario::test::contains;
using scenario::test::content_of;
using scenario::test::TempFolder;
using test::Ended;

const std::string scenarios = IRQLOOM_SOURCE_DIR "/scenarios/";
const std::string level = scenarios + "pre-vgic-init/level.json";

Ended explored(const TempFolder& folder, const std::string& file, const std::string& variant,
               std::vector<std::string> more = {}) {
  std::vector<std::string> line = {"explore", file, "--variant", variant};
  line.insert(line.end(), more.begin(), more.end());
  return test::irqloom(folder.path(), line);
}

/// What happened, of the first violation of that property.
std::string told(const json& answer, const std::string& property) {
  std::string text;
  for (const json& v : answer.at("violations")) {
    if (v.at("property") != property || !text.empty()) continue;
    for (const json& sentence : v.at("what_happened"))
      text += sentence.get<std::string>() + '\n';
  }
  return text;
}

// hw/intc/arm_gic_kvm.c: kvm_arm_gic_put() writes GICD_ICPENDR with all bits at each reset, and
// what came before is gone (report of 2014; QEMU 7.2).
TEST_CASE("counterexample: QEMU's reset is in that of its loss", "[app][counterexample]") {
  const TempFolder folder;
  const Ended e = explored(folder, level, "early-init-qemu-reset");
  CHECK(e.code == 1);
  INFO(e.out);
  CHECK(contains(e.out, "1. lost-interrupt at dev0 and stuck-masked at dev0, 50 steps"));
  CHECK(!contains(e.out, "\n2. "));
  CHECK(contains(e.out, "function of Linux 6.1.192,"));
  CHECK(contains(e.out, "What is lost stays lost. One of the ways in which it goes on:"));
  CHECK(contains(e.out, "kvm_arm_gic_put_pending()"));
  CHECK(contains(e.out, "pending_latch 1>0"));
  CHECK(!contains(e.out, "6.1.192\n  "));  // In no row.
}

TEST_CASE("counterexample: what wipes the request is named", "[app][counterexample]") {
  const TempFolder folder;
  const json qemu = json::parse(explored(folder, level, "early-init-qemu-reset", {"--json"}).out);
  const std::string reset = told(qemu, "lost-interrupt");
  INFO(reset);
  CHECK(contains(reset, "takes back what step"));
  CHECK(contains(reset, "pending_latch 1>0"));
  // fef8f2b90edb: the resample at the unmask clears irr, whoever had set it.
  const json neighbour =
      json::parse(explored(folder, scenarios + "oneshot-resample/emulated-neighbour.json",
                           "linux-6.12", {"--json"})
                      .out);
  const std::string unmask = told(neighbour, "lost-interrupt");
  INFO(unmask);
  CHECK(contains(unmask, "of ioapic_write_indirect()"));
  CHECK(contains(unmask, "kvm.ioapic.pin16.irr 1>0"));
}

TEST_CASE("counterexample: its schedule has the continuation apart", "[app][counterexample]") {
  const TempFolder folder;
  const json answer = json::parse(explored(folder, level, "early-init-qemu-reset", {"--json"}).out);
  const json& violation = answer.at("violations").at(0);
  CHECK(violation.at("steps") == 50);
  CHECK(violation.at("counterexample").size() == 50);
  CHECK(!violation.at("continuation").empty());
  const std::string file = violation.at("schedule");
  const json schedule = json::parse(content_of(folder / file));
  CHECK(schedule.at("steps").size() == 50);
  CHECK(schedule.at("continuation").size() == violation.at("continuation").size());
  const Ended replayed = test::irqloom(folder.path(), {"replay", file});
  CHECK(replayed.code == 1);
  CHECK(contains(replayed.out, "kvm_arm_gic_put_pending()"));
  CHECK(contains(replayed.out, "what happened:"));
}

TEST_CASE("counterexample: who injected, whose work, served where", "[app][counterexample]") {
  const TempFolder folder;
  const json answer =
      json::parse(explored(folder, scenarios + "oneshot-resample/oneshot-resample.json",
                           "linux-6.1", {"--json"})
                      .out);
  const std::string text = told(answer, "spurious-entry");
  INFO(text);
  CHECK(contains(text, "was injected by step"));
  CHECK(contains(text, "dev0's work, raised in step"));
  CHECK(contains(text, ", was served in step"));
  CHECK(answer.at("violations").at(0).at("steps_that_matter").size() > 3);
}

TEST_CASE("counterexample: vectors instead of masks, and what is returned",
          "[app][counterexample]") {
  const TempFolder folder;
  const std::string out =
      explored(folder, scenarios + "oneshot-resample/oneshot-resample.json", "linux-6.1").out;
  CHECK(contains(out, "irr vector 0x51"));
  CHECK(contains(out, "returns 1"));
  CHECK(contains(out, "function of Linux 6.1.192"));
}

}  // namespace
}  // namespace irqloom::app
