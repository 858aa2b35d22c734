// Counterexamples as transcripts: what is written, and that `irqloom conform` reads and matches it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/app/conform/conform.h"
#include "tests/unit/app/helpers.h"

namespace irqloom::app {
namespace {

using scenario::Json;
using scenario::test::contains;
using scenario::test::TempFolder;
using scenario::test::write_file;
using test::Ended;

const std::string scenarios = std::string(IRQLOOM_SOURCE_DIR) + "/scenarios/";

/// One variant of a scenario, explored with its counterexamples as a transcript.
class Explored {
 public:
  Explored(const std::string& file, const std::string& variant) {
    ended_ = test::irqloom(folder_.path(), {"explore", scenarios + file, "--variant", variant, "-q",
                                            "--as-transcript", "t.jsonl"});
    std::ifstream in(path());
    for (std::string line; std::getline(in, line);)
      programs_.push_back(Json::parse(line));
  }

  std::string path() const { return folder_ / "t.jsonl"; }
  const Ended& ended() const { return ended_; }
  const std::vector<Json>& programs() const { return programs_; }
  const Json& program(const std::string& ending) const {
    for (const Json& p : programs_) {
      if (p.at("id").get<std::string>().ends_with(ending)) return p;
    }
    FAIL("no program of that name: " << ending);
    return programs_.front();
  }

 private:
  TempFolder folder_;
  Ended ended_;
  std::vector<Json> programs_;
};

/// The operations behind the set-up, without notes and observations.
std::vector<std::string> steps_of(const Json& program) {
  std::vector<std::string> names;
  for (const Json& op : program.at("ops")) {
    if (op.contains("step") && op.at("op") != "note") names.push_back(op.at("op"));
  }
  return names;
}

/// What was observed after the n-th operation of that name behind the set-up.
Json after(const Json& program, const std::string& name, int n) {
  const Json& ops = program.at("ops");
  for (std::size_t i = 0; i + 1 < ops.size(); ++i) {
    if (ops[i].contains("step") && ops[i].at("op") == name && n-- == 0) return ops[i + 1];
  }
  FAIL("there are not so many: " << name);
  return {};
}

std::string notes_of(const Json& program) {
  std::string text;
  for (const Json& op : program.at("ops")) {
    if (op.at("op") == "note") text += op.at("text").get<std::string>() + '\n';
  }
  return text;
}

void check_matches(const Explored& explored) {
  const conform::Result result = conform::replay_all({explored.path()});
  for (const conform::ProgramResult& p : result.programs) {
    INFO(p.id);
    if (p.mismatch) INFO(p.mismatch->op.dump() + " got " + p.mismatch->got.dump());
    CHECK(!p.mismatch);
  }
  CHECK(result.programs.size() == explored.programs().size());
}

using Names = std::vector<std::string>;

// Linux 6.1 injects a pending level when its entry is written unmasked (arch/x86/kvm/ioapic.c:
// ioapic_write_indirect()); the resamplefd was notified at the EOI before, and VFIO had signalled
// again.
TEST_CASE("transcript: what Linux 6.1 injects at the unmask", "[app][transcript]") {
  const Explored explored("oneshot-resample/oneshot-resample.json", "linux-6.1");
  CHECK(explored.ended().code == 1);
  CHECK(explored.programs().size() == 2);
  check_matches(explored);

  const Json& program = explored.program("k-r23-ioapic-write-indirect");
  CHECK(program.at("model") == "kvm-x86");
  CHECK(program.at("config").at("kernel") == "6.1");
  CHECK_FALSE(program.at("config").contains("policies"));
  CHECK_FALSE(program.at("departs").get<bool>());
  const Json eoi = after(program, "lapic_eoi", 0);
  CHECK(eoi.at("resample").at("rA") == 1);
  CHECK(eoi.at("pins")[0].at("mask") == 1);
  const Json unmask = after(program, "rte_write", 1);
  CHECK(unmask.at("pins")[0].at("remote_irr") == 1);
  CHECK(unmask.at("pins")[0].at("mask") == 0);
  CHECK(contains(notes_of(program), "the driver finds nothing to do in dev0"));
  CHECK(contains(notes_of(program), "violated: spurious-entry"));
}

// Linux 6.12 would resample it there; what comes after the unmask it injects as ever.
TEST_CASE("transcript: what Linux 6.12 injects after the unmask", "[app][transcript]") {
  const Explored explored("oneshot-resample/oneshot-resample.json", "linux-6.12");
  check_matches(explored);
  REQUIRE(explored.programs().size() == 1);
  const Json& program = explored.programs()[0];
  CHECK(program.at("id") == "oneshot-resample-linux-6.12-spurious-entry");
  CHECK(program.at("config").at("kernel") == "6.12");
  CHECK_FALSE(program.at("departs").get<bool>());
  CHECK(steps_of(program) == Names{"irqfd_signal", "run", "rte_write", "lapic_eoi", "iret",
                                   "rte_write", "irqfd_signal", "run", "rte_write"});
  CHECK(after(program, "run", 1).at("vcpus")[0].at("entered") == Json{81});
}

TEST_CASE("transcript: a kernel with a patch says so", "[app][transcript]") {
  const Explored explored("oneshot-resample/platform-line.json", "postpone-v2");
  check_matches(explored);
  REQUIRE(!explored.programs().empty());
  CHECK(explored.programs()[0].at("config").at("policies") ==
        Json{{"kvm.resample", "postpone-v2"}});
}

// virt/kvm/arm/vgic.c, Linux 3.18: KVM_IRQFD is not refused before the first KVM_RUN, and what is
// injected before it is dropped. The guest boots, and nothing is pending.
TEST_CASE("transcript: an interrupt that is dropped", "[app][transcript][slow]") {
  const Explored explored("pre-vgic-init/level.json", "drop");
  check_matches(explored);
  const Json& program = explored.program("lost-interrupt");
  CHECK(program.at("model") == "kvm-arm64");
  CHECK(program.at("config").at("kernel") == "3.18");
  CHECK_FALSE(program.at("departs").get<bool>());
  CHECK(after(program, "irqfd_signal", 0).at("initialised") == 0);
  // Notes of the host's ticks follow.
  const Json& ops = program.at("ops");
  const auto last = std::find_if(ops.rbegin(), ops.rend(),
                                 [](const Json& op) { return op.at("op") == "observe"; });
  REQUIRE(last != ops.rend());
  CHECK(last->at("spi") == Json::parse(R"([{"intid":40,"line":0,"latch":0,"active":0,"enabled":1,)"
                                       R"("edge":0}])"));
  CHECK(last->at("entries") == 0);
}

// An SPI comes out of CTRL_INIT edge-triggered (observed): the signal is latched, and QEMU's reset
// of the registers clears the latch.
TEST_CASE("transcript: an interrupt that a reset clears", "[app][transcript]") {
  const Explored explored("pre-vgic-init/level.json", "early-init-qemu-reset");
  check_matches(explored);
  const Json& program = explored.program("lost-interrupt");
  CHECK_FALSE(program.at("departs").get<bool>());
  CHECK(after(program, "irqfd_signal", 0).at("spi")[0].at("latch") == 1);
  CHECK(program.at("ops").back().at("spi")[0].at("latch") == 0);
  CHECK(program.at("ops").back().at("entries") == 0);
}

// vgic_lazy_init(), Linux 6.1: KVM_IRQ_LINE initialises a GICv2 and gets -EBUSY from a GICv3.
TEST_CASE("transcript: a virtual GIC that is initialised on demand", "[app][transcript]") {
  const Explored held("pre-vgic-init/init-on-demand.json", "held-gicv2");
  check_matches(held);
  const Json& v2 = held.program("lost-interrupt");
  CHECK_FALSE(v2.at("departs").get<bool>());
  CHECK(after(v2, "irq_line", 0).at("initialised") == 1);
  CHECK(v2.at("ops").back().at("entries") == 1);

  const Explored refused("pre-vgic-init/init-on-demand.json", "held-gicv3");
  check_matches(refused);
  CHECK(after(refused.program("lost-interrupt"), "irq_line", 0).at("initialised") == 0);
  CHECK(contains(refused.program("lost-interrupt").dump(), R"("level":1,"ret":-16)"));
}

TEST_CASE("transcript: an assignment that waits for the controller", "[app][transcript][slow]") {
  const Explored explored("pre-vgic-init/stale-after-kill.json", "refuse-assign");
  check_matches(explored);
  const Json& program = explored.program("spurious-entry");
  CHECK_FALSE(program.at("departs").get<bool>());
  CHECK(program.at("ops").back().contains("text"));  // What was violated, by the last step.
  CHECK(contains(program.dump(), R"("reg":"IAR","value":40)"));
}

// Between the test of readiness and the record (models/kvm/vgic/readiness) nobody can come in who
// does one thing after another.
TEST_CASE("transcript: a race inside of one operation is said to be one",
          "[app][transcript][slow]") {
  const Explored explored("pre-vgic-init/level.json", "latch-early-two-step");
  check_matches(explored);
  CHECK(explored.program("lost-interrupt").at("departs").get<bool>());
  CHECK(contains(explored.ended().err, "it departs from the counterexample at step"));
}

// The proposal takes ioapic->lock again inside of it: the unmask never returns.
TEST_CASE("transcript: an operation that never returns is the last", "[app][transcript]") {
  const Explored explored("oneshot-resample/oneshot-resample.json", "ack-at-unmask");
  check_matches(explored);
  const Json& program = explored.program("self-deadlock");
  CHECK(contains(program.at("conclusion").get<std::string>(), "rte_write never returns"));
  CHECK(contains(program.at("ops").back().at("text").get<std::string>(), "left out"));
}

TEST_CASE("transcript: without a counterexample there is no file", "[app][transcript]") {
  const Explored explored("oneshot-resample/oneshot-resample.json", "postpone-v2");
  CHECK(explored.ended().code == 0);
  CHECK(contains(explored.ended().err, "t.jsonl is not written"));
  CHECK_FALSE(std::filesystem::exists(explored.path()));
}

TEST_CASE("transcript: a machine that has no transcript is wrong input", "[app][transcript]") {
  const TempFolder folder;
  const Ended ended =
      test::irqloom(folder.path(), {"explore", scenarios + "pre-vgic-init/oneshot-on-vgic.json",
                                    "--set", "platform.vcpus=2", "--as-transcript", "t.jsonl"});
  CHECK(ended.code == 2);
  CHECK(ended.out.empty());
  CHECK(contains(ended.err, "a transcript of an arm64 VM has one vCPU"));
  CHECK(contains(ended.err, "/platform/vcpus"));
}

TEST_CASE("transcript: what cannot be written is 4", "[app][transcript][slow]") {
  const TempFolder folder;
  write_file(folder / "file", "");
  const std::string story = scenarios + "oneshot-resample/oneshot-resample.json";
  const auto explore = [&](const std::string& to) {
    return test::irqloom(folder.path(), {"explore", story, "-q", "--as-transcript", to}).code;
  };
  CHECK(explore("file/below.jsonl") == 4);
  CHECK(explore("/dev/full") == 4);
}

TEST_CASE("transcript: a schedule gives the same as the exploration", "[app][transcript][slow]") {
  const TempFolder folder;
  const std::string story = scenarios + "oneshot-resample/oneshot-resample.json";
  const Ended explored = test::irqloom(folder.path(), {"explore", story, "--variant", "linux-6.12",
                                                       "--json", "--as-transcript", "a.jsonl"});
  CHECK(Json::parse(explored.out).at("transcript") == "a.jsonl");
  const Ended replayed = test::irqloom(
      folder.path(), {"replay", "results/oneshot-resample-linux-6.12-spurious-entry.schedule.json",
                      "--json", "--as-transcript", "b.jsonl"});
  CHECK(Json::parse(replayed.out).at("files") == Json{"b.jsonl"});
  const auto text = [&](const char* name) {
    std::ifstream in(folder / name);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  CHECK(!text("a.jsonl").empty());
  CHECK(text("a.jsonl") == text("b.jsonl"));
}

}  // namespace
}  // namespace irqloom::app
