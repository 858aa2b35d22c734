// `irqloom conform` on recordings of real x86 kernels: the small set, and what is said of a
// recording that does not fit.
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

Result replay(const std::string& text) {
  const TempFolder folder;
  write_file(folder / "t.jsonl", text);
  return replay_all({folder / "t.jsonl"});
}

std::string program(const std::string& ops, const std::string& kernel = "6.1",
                    const std::string& vcpus = "1") {
  return R"({"id":"k-1","model":"kvm-x86","class":"defined","config":{"kernel":")" + kernel +
         R"(","irqchip":"full","vcpus":)" + vcpus + R"(,"routing":"default","pins":[20]},"ops":[)" +
         ops + "]}\n";
}

std::string refusal(const std::string& text) {
  return message_of([&] { replay(text); });
}

Json mismatch(const std::string& ops, const std::string& kernel = "6.1") {
  const Json all = report_json(replay(program(ops, kernel)))["mismatches"];
  return all.empty() ? Json() : all[0];
}

TEST_CASE("the small set of kvm-x86 matches", "[models][conform]") {
  const Result result =
      replay_all({std::string(IRQLOOM_SOURCE_DIR) + "/tests/data/conform/kvm-x86.jsonl"});
  CHECK(result.programs.size() == 14);
  for (const ProgramResult& p : result.programs) {
    INFO(p.id);
    if (p.mismatch) INFO(p.mismatch->op.dump() + " got " + p.mismatch->got.dump());
    CHECK(!p.mismatch);
  }
}

// Linux 6.1 with the patch that 6.3 merged (fef8f2b90edb) resamples a level that waits at an
// unmask.
TEST_CASE("a recording may name patches", "[models][conform]") {
  const std::string ops =
      R"({"op":"irqfd_assign","fd":"A","gsi":20,"resample":"rA","ret":0},)"
      R"({"op":"irqfd_signal","fd":"A","n":1},)"
      R"({"op":"rte_write","vcpu":0,"pin":20,"half":"lo","value":32849},)"
      R"({"op":"observe","pins":[{"pin":20,"remote_irr":0}],"resample":{"rA":1}})";
  const auto patched = [&](const std::string& seam, const std::string& name) {
    std::string text = program(ops);
    const std::string kernel = R"("kernel":"6.1")";
    return text.replace(text.find(kernel), kernel.size(),
                        kernel + R"(,"policies":{")" + seam + R"(":")" + name + R"("})");
  };
  CHECK(replay(patched("kvm.resample", "on-unmask")).tally("defined").match == 1);
  CHECK(replay(patched("kvm.resample", "at-eoi")).tally("defined").match == 0);
  CHECK(contains(refusal(patched("kvm.resample", "on-unmaks")), "on-unmask"));
  CHECK(contains(refusal(patched("kvm.resampling", "at-eoi")), "/config/policies/kvm.resampling"));
}

// The one difference between the kernels: a pending level at an unmask (Linux 6.3: fef8f2b90edb).
TEST_CASE("a recording of the other kernel does not match", "[models][conform]") {
  const std::string ops =
      R"({"op":"irqfd_assign","fd":"A","gsi":20,"resample":"rA","ret":0},)"
      R"({"op":"irqfd_signal","fd":"A","n":1},)"
      R"({"op":"rte_write","vcpu":0,"pin":20,"half":"lo","value":32849},)"
      R"({"op":"observe","pins":[{"pin":20,"irr":1,"remote_irr":1}],"vcpus":[{"irr":[81]}]})";
  CHECK(mismatch(ops) == Json());
  const Json other = mismatch(ops, "6.12");
  CHECK(other["index"] == 3);
  CHECK(other["expected"]["pins"][0]["irr"] == 1);
  CHECK(other["got"]["pins"][0]["irr"] == 0);
}

TEST_CASE("what differs of an observation is named", "[models][conform]") {
  CHECK(mismatch(R"({"op":"observe","vcpus":[{"if":1}]})")["got"] == Json{{"vcpu0", {{"if", 0}}}});
  CHECK(mismatch(R"({"op":"observe","resample":{"rA":1}})")["got"] ==
        Json{{"resample", {{"rA", 0}}}});
  CHECK(mismatch(R"({"op":"observe","pic":[]})")["got"]["pic"].size() == 2);
  CHECK(mismatch(R"({"op":"irq_line","gsi":20,"level":1,"status":1,"ret":0})")["got"] ==
        Json{{"status", -1}});
  CHECK(mismatch(R"({"op":"irqfd_deassign","fd":"A","gsi":20,"ret":-9})")["got"] ==
        Json{{"ret", 0}});
}

TEST_CASE("a guest that cannot do what was recorded differs", "[models][conform]") {
  CHECK(contains(mismatch(R"({"op":"iret","vcpu":0})")["got"].dump(), "main loop"));
  CHECK(contains(mismatch(R"({"op":"hlt","vcpu":0})")["got"].dump(), "none"));
  CHECK(mismatch(R"({"op":"storm","vcpu":0,"passes":2,"throttled":0})")["got"] == 0);
  CHECK(mismatch(R"({"op":"starve","vcpu":0,"passes":2,"saw":2})")["got"] == 0);
}

TEST_CASE("a recording of kvm-x86 that makes no sense is refused", "[models][conform]") {
  CHECK(contains(refusal(program("", "6.11")), "did you mean \"6.1"));
  CHECK(contains(refusal(program("", "6.1", "9")), "0 to 8"));
  CHECK(contains(refusal(program(R"({"op":"irqfd_asign"})")), "did you mean \"irqfd_assign\"?"));
  CHECK(
      contains(refusal(program(R"({"op":"rte_wrote","vcpu":0})")), "did you mean \"rte_write\"?"));
  CHECK(contains(refusal(program(R"({"op":"run","vcpu":1})")), "/ops/0/vcpu"));
  CHECK(contains(refusal(program(R"({"op":"outb","vcpu":0,"port":64,"value":0})")), "8259"));
  CHECK(contains(refusal(program(R"({"op":"ioapic_restore"})")), "saved"));
  CHECK(contains(refusal(program(R"({"op":"lapic_read","vcpu":0,"offset":1,"value":0})")),
                 "not modelled"));
  CHECK(contains(refusal(program(R"({"op":"set_routing","entries":[{"gsi":1,"type":"irqchip",)"
                                 R"("chip":"ioapik","pin":1}],"ret":0})")),
                 "did you mean \"ioapic\"?"));
}

}  // namespace
}  // namespace irqloom::app::conform
