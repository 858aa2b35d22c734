// Recordings of the virtual GIC of a real kernel, replayed on the model of it.
#include <catch2/catch.hpp>
#include <string>

#include "sim/app/conform/conform.h"
#include "tests/unit/scenario/helpers.h"

namespace irqloom::app::conform {
namespace {

using scenario::test::contains;
using scenario::test::message_of;
using scenario::test::TempFolder;
using scenario::test::write_file;

std::string program(const std::string& config, const std::string& ops) {
  return R"({"id":"p","model":"kvm-arm64","class":"defined","config":{"kernel":"6.1",)"
         R"("nr_irqs":256,"vcpus":1,"routing":"default",)" +
         config + R"(},"ops":[)" + ops + "]}\n";
}

const std::string gicv3 = R"("gic":3,"start":"initialised")";

Result replay(const std::string& text) {
  const TempFolder folder;
  write_file(folder / "t.jsonl", text);
  return replay_all({folder / "t.jsonl"});
}

std::string refusal(const std::string& text) {
  return message_of([&] { replay(text); });
}

TEST_CASE("the small set of an arm64 VM matches", "[models][conform]") {
  const Result result =
      replay_all({std::string(IRQLOOM_SOURCE_DIR) + "/tests/data/conform/kvm-arm64.jsonl"});
  CHECK(result.tally("defined").total == 14);
  for (const ProgramResult& p : result.programs) {
    INFO(p.id);
    if (p.mismatch) INFO(p.mismatch->op.dump() + " got " + p.mismatch->got.dump());
    CHECK(!p.mismatch);
    CHECK(p.quirk.empty() == (p.class_name != "quirk"));
  }
  CHECK_FALSE(result.has_fault());
}

// KVM_IRQ_LINE on an SPI that was never configured: an edge (observed, A4).
TEST_CASE("every part of what was seen of a virtual GIC is compared", "[models][conform]") {
  const std::string line = R"({"op":"irq_line","type":"spi","irq":40,"level":1,"ret":0},)";
  const auto observe = [&](const std::string& what) {
    return replay(program(gicv3, line + R"({"op":"observe",)" + what + "}"))
               .tally("defined")
               .match == 1;
  };
  CHECK(observe(R"("initialised":1,"entries":0,"depth":0,"spi":[{"intid":40,"latch":1}])"));
  CHECK_FALSE(observe(R"("initialised":0)"));
  CHECK_FALSE(observe(R"("entries":1)"));
  CHECK_FALSE(observe(R"("depth":1)"));
  for (const char* wrong : {R"("line":1)", R"("latch":0)", R"("active":1)", R"("enabled":1)",
                            R"("edge":0)", R"("queued":1)", R"("uspend":0)", R"("exists":0)"}) {
    INFO(wrong);
    CHECK_FALSE(observe(std::string(R"("spi":[{"intid":40,)") + wrong + "}]"));
  }
}

TEST_CASE("results and interrupts of an arm64 recording are compared", "[models][conform]") {
  const auto matches = [](const std::string& ops) {
    return replay(program(gicv3, ops)).tally("defined").match == 1;
  };
  CHECK(matches(R"({"op":"irq_line","type":"spi","irq":256,"level":1,"ret":-22})"));
  CHECK_FALSE(matches(R"({"op":"irq_line","type":"spi","irq":256,"level":1,"ret":0})"));
  CHECK(matches(R"({"op":"unmask","irq":0})"));
  CHECK_FALSE(matches(R"({"op":"unmask","irq":1})"));
  CHECK_FALSE(matches(R"({"op":"cpu_read","reg":"IAR","value":40,"irq":0})"));
  CHECK_FALSE(matches(R"({"op":"dist_read","offset":0,"value":1,"irq":0})"));
}

// KVM_IRQFD before CTRL_INIT: -EAGAIN since Linux 4.1 (kvm_arch_intc_initialized()), nothing of the
// kind in 3.18.
TEST_CASE("an arm64 recording's kernel and its patches are policies", "[models][conform]") {
  const auto ret_is = [](const std::string& kernel, const std::string& ret) {
    const std::string text = R"({"id":"p","model":"kvm-arm64","class":"defined","config":{)" +
                             kernel +
                             R"("gic":2,"start":"created","vcpus":1},"ops":[)"
                             R"({"op":"irqfd_assign","fd":"A","gsi":8,"resample":null,"ret":)" +
                             ret + "}]}\n";
    return replay(text).tally("defined").match == 1;
  };
  const std::string refused = "-11";
  CHECK(ret_is("", refused));
  CHECK(ret_is(R"("kernel":"6.1.0-56-arm64",)", refused));
  CHECK(ret_is(R"("kernel":"4.19",)", refused));  // Unknown: as 6.1.
  CHECK(ret_is(R"("kernel":"3.18",)", "0"));
  CHECK(ret_is(R"("kernel":"6.1","policies":{"kvm.vgic-readiness":"drop"},)", "0"));
}

TEST_CASE("an arm64 recording that makes no sense is refused where it is wrong",
          "[models][conform]") {
  CHECK(contains(refusal(program(R"("gic":1,"start":"empty")", "")), "/config/gic"));
  CHECK(contains(refusal(program(R"("gic":3,"start":"begun")", "")), "/config/start"));
  CHECK(contains(refusal(program(gicv3, R"({"op":"unmsak"})")), "unmask"));
  CHECK(contains(refusal(program(gicv3, R"({"op":"cpu_write","reg":"EIOR","value":1,"irq":0})")),
                 "EOIR"));
}

}  // namespace
}  // namespace irqloom::app::conform
