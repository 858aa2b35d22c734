// `irqloom conform`: the small set of recordings, and what is said of one that does not fit.
#include "sim/app/conform/conform.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <sstream>
#include <stdexcept>

#include "sim/app/conform/replayer.h"
#include "tests/unit/scenario/helpers.h"

namespace irqloom::app::conform {
namespace {

using scenario::test::contains;
using scenario::test::message_of;
using scenario::test::TempFolder;
using scenario::test::write_file;

/// A model that does wrong on demand.
class Toy final : public Replayer {
 public:
  explicit Toy(const Record& /*config*/) {}
  void begin(const Program& /*program*/) override { is_impossible_ = false; }
  std::optional<Difference> perform(const Record& op) override {
    const std::string& name = op.text("op");
    if (name == "throw") throw std::runtime_error("the toy broke");
    if (name == "break") is_impossible_ = true;
    if (name == "lost") throw Impossible("the toy is elsewhere");
    if (name == "differ") return Difference{1, 2};
    return std::nullopt;
  }
  std::string impossible() override { return is_impossible_ ? "two heads" : ""; }

 private:
  bool is_impossible_ = false;
};

const Replayer::Register registered{{"toy-of-the-tests", "a toy", &make_replayer<Toy>}};

Result replay(const std::string& text) {
  const TempFolder folder;
  write_file(folder / "t.jsonl", text);
  return replay_all({folder / "t.jsonl"});
}

std::string refusal(const std::string& text) {
  return message_of([&] { replay(text); });
}

std::string toy(const std::string& class_name, const std::string& ops) {
  return R"({"id":"t-1","model":"toy-of-the-tests","class":")" + class_name +
         R"(","title":"a title","config":{},"ops":[)" + ops + "]}\n";
}

std::string gicv2(const std::string& ops, const std::string& class_name = "defined") {
  return R"({"id":"g-1","model":"gicv2","class":")" + class_name +
         R"(","config":{"cpus":2,"num_irq":64},"ops":[)" + ops + "]}\n";
}

// GICD_TYPER of 2 CPUs and 64 interrupts: CPUNumber 1, ITLinesNumber 1 (IHI 0048B.b, 4.3.2).
std::string read_typer(const std::string& value, const std::string& more = "") {
  return R"({"op":"read","block":"dist","reg":"GICD_TYPER","offset":4,"size":4,"value":)" + value +
         more + "}";
}

TEST_CASE("every defined program of the small set matches", "[models][conform]") {
  const Result result =
      replay_all({std::string(IRQLOOM_SOURCE_DIR) + "/tests/data/conform/ioapic.jsonl",
                  std::string(IRQLOOM_SOURCE_DIR) + "/tests/data/conform/gicv2.jsonl",
                  std::string(IRQLOOM_SOURCE_DIR) + "/tests/data/conform/gicv3-dist.jsonl",
                  std::string(IRQLOOM_SOURCE_DIR) + "/tests/data/conform/gicv3.jsonl"});
  std::set<std::string> models;
  for (const ProgramResult& p : result.programs) {
    if (p.class_name != "defined") continue;
    models.insert(p.model);
    INFO(p.id);
    if (p.mismatch) INFO(p.mismatch->op.dump() + " got " + p.mismatch->got.dump());
    CHECK(!p.mismatch);
  }
  CHECK(models == std::set<std::string>{"ioapic", "gicv2", "gicv3-dist", "gicv3"});
  CHECK_FALSE(result.has_fault());
  CHECK(exit_code_of(result) == ExitCode::ok);
}

TEST_CASE("every quirk of the small set has a reason", "[models][conform]") {
  const Result result = replay_all({std::string(IRQLOOM_SOURCE_DIR) + "/tests/data/conform"});
  std::size_t quirks = 0;
  for (const ProgramResult& p : result.programs) {
    if (p.class_name != "quirk") continue;
    ++quirks;
    INFO(p.id);
    CHECK_FALSE(p.quirk.empty());
    CHECK(contains(report_text(result, false), p.id));
  }
  CHECK(quirks > 0);
}

TEST_CASE("a difference is reported with its operation", "[models][conform]") {
  const Result result = replay(gicv2(read_typer("33") + "," + read_typer("34")));
  const Json json = report_json(result);
  CHECK(json["total"] == 1);
  CHECK(json["match"] == 0);
  CHECK(json["by_model"]["gicv2"]["defined"]["total"] == 1);
  REQUIRE(json["mismatches"].size() == 1);
  const Json& mismatch = json["mismatches"][0];
  CHECK(mismatch["id"] == "g-1");
  CHECK(mismatch["op"]["reg"] == "GICD_TYPER");
  CHECK(mismatch["index"] == 1);
  CHECK(mismatch["expected"] == 34);
  CHECK(mismatch["got"] == 33);
  CHECK(contains(report_text(result, false), "g-1, operation 1"));
  CHECK(contains(report_text(result, true), "0 of 1 defined programs match"));
  CHECK(exit_code_of(result) == ExitCode::violated);
}

TEST_CASE("a disputed value is counted and does not fail", "[models][conform]") {
  const Result result = replay(gicv2(read_typer("34", ",\"soft\":1") + "," + read_typer("33")));
  CHECK(exit_code_of(result) == ExitCode::ok);
  CHECK(report_json(result)["soft_differences"] == 1);
  CHECK(report_json(result)["match"] == 1);
}

TEST_CASE("quirk and wild programs stand beside the verdict", "[models][conform]") {
  const Result result = replay(gicv2(read_typer("1"), "quirk") + gicv2(read_typer("2"), "wild"));
  const Json json = report_json(result);
  CHECK(json["total"] == 0);
  CHECK(json["mismatches"].empty());
  CHECK(json["quirks"][0]["expected"] == 1);
  CHECK(json["wild"][0]["expected"] == 2);
  CHECK(exit_code_of(result) == ExitCode::ok);
}

TEST_CASE("programs are independent", "[models][conform]") {
  const std::string read_ctlr = R"({"op":"read","block":"dist","offset":0,"size":4,"value":)";
  const std::string set_ctlr =
      R"({"op":"write","block":"dist","offset":0,"size":4,"value":3},)" + read_ctlr + "3}";
  const Result result = replay(gicv2(set_ctlr) + "\n" + gicv2(read_ctlr + "0}"));
  CHECK(result.programs.size() == 2);
  CHECK(exit_code_of(result) == ExitCode::ok);
}

TEST_CASE("an access that faults is compared", "[models][conform]") {
  const std::string beyond = R"({"op":"read","block":"dist","offset":4096,"size":4,"value":0)";
  CHECK(exit_code_of(replay(gicv2(beyond + "}"))) == ExitCode::violated);
  CHECK(exit_code_of(replay(gicv2(beyond + ",\"fault\":1}"))) == ExitCode::ok);
}

TEST_CASE("a model that breaks is wrong in every class", "[models][conform]") {
  for (const char* class_name : {"defined", "quirk", "wild"}) {
    const Result result = replay(toy(class_name, R"({"op":"throw"})"));
    REQUIRE(result.programs[0].mismatch);
    CHECK(result.programs[0].mismatch->got == "exception: the toy broke");
    CHECK(exit_code_of(result) == ExitCode::violated);
  }
  const Result impossible = replay(toy("wild", R"({"op":"differ"},{"op":"break"},{"op":"x"})"));
  REQUIRE(impossible.programs[0].mismatch);
  CHECK(impossible.programs[0].mismatch->index == 1);
  CHECK(impossible.programs[0].mismatch->got == "impossible: two heads");
  CHECK(exit_code_of(impossible) == ExitCode::violated);
}

TEST_CASE("an operation that a model cannot do now is a mismatch", "[models][conform]") {
  const Result result = replay(toy("defined", R"({"op":"x"},{"op":"lost"},{"op":"throw"})") +
                               toy("defined", R"({"op":"x"})"));
  REQUIRE(result.programs.size() == 2);
  REQUIRE(result.programs[0].mismatch);
  CHECK(result.programs[0].mismatch->index == 1);
  CHECK(result.programs[0].mismatch->got == "impossible: the toy is elsewhere");
  CHECK_FALSE(result.has_fault());
  CHECK(exit_code_of(result) == ExitCode::violated);
}

TEST_CASE("a guest that is in no handler cannot leave it", "[models][conform]") {
  const Result result = replay(R"({"id":"k-1","model":"kvm-arm64","class":"defined",)"
                               R"("config":{"kernel":"6.1","gic":3,"start":"initialised"},)"
                               R"("ops":[{"op":"eret","irq":0}]})");
  REQUIRE(result.programs[0].mismatch);
  CHECK(
      contains(result.programs[0].mismatch->got.get<std::string>(), "the guest is in no handler"));
}

TEST_CASE("behind a file of an unknown model the others are replayed", "[models][conform]") {
  const TempFolder folder;
  write_file(folder / "a.jsonl", gicv2(read_typer("33")));
  // What stands in front of the unknown one counts.
  write_file(folder / "b.jsonl", gicv2(read_typer("33")) +
                                     R"({"id":"x","model":"gicv9","class":"defined",)"
                                     R"("config":{},"ops":[]})");
  write_file(folder / "c.jsonl", "{");
  write_file(folder / "d.jsonl", gicv2(read_typer("33")));
  const Result result = replay_all({folder.path().string()});
  CHECK(result.programs.size() == 3);
  REQUIRE(result.mistakes.size() == 2);
  CHECK(result.mistakes[0].file == folder / "b.jsonl");
  CHECK(result.mistakes[0].line == 2);
  CHECK(exit_code_of(result) == ExitCode::input);
  CHECK(report_json(result)["errors"].size() == 2);
  CHECK(report_json(result)["match"] == 3);
  const std::string text = report_text(result, true);
  CHECK(contains(text, "3 of 3 defined programs match"));
  CHECK(contains(text, "b.jsonl:2:19: \"gicv9\" is unknown"));
}

TEST_CASE("traces are no transcripts of a folder", "[models][conform]") {
  const TempFolder folder;
  write_file(folder / "a.jsonl", gicv2(read_typer("33")));
  write_file(folder / "b.jsonl", R"({"type":"header","format":"irqloom-trace"})");
  CHECK(replay_all({folder.path().string()}).files.size() == 1);
  CHECK(contains(message_of([&] { replay_all({folder / "b.jsonl"}); }), "this is a trace"));
}

TEST_CASE("a transcript that makes no sense is refused where it stands", "[models][conform]") {
  CHECK(contains(refusal("\n\n{\"id\":\"a\",\"model\":\"gicv22\",\"class\":\"defined\","
                         "\"config\":{},\"ops\":[]}\n"),
                 "t.jsonl:3:19: \"gicv22\" is unknown"));
  CHECK(contains(refusal("{\"id\":\"a\",\"model\":\"gicv22\",\"class\":\"defined\",\"config\":{}}"),
                 "did you mean \"gicv2\"?"));
  CHECK(contains(refusal(gicv2(R"({"op":"raed"})")), "did you mean \"read\"?"));
  CHECK(contains(refusal(gicv2(R"({"op":"raed"})")), "/ops/0/op"));
  CHECK(contains(refusal(gicv2(R"({"op":"read","block":"dsit","offset":0,"size":4})")),
                 "did you mean \"dist\"?"));
  CHECK(contains(refusal(gicv2(R"({"op":"line","pin":64,"level":1})")), "from 0 to 63"));
  CHECK(contains(refusal(gicv2(R"({"op":"line","level":1})")), "there is no \"pin\""));
  CHECK(contains(refusal(gicv2("", "define")), "did you mean \"defined\"?"));
  CHECK(contains(refusal("{\"id\":\"a\",}\n"), "t.jsonl:1:"));
  CHECK(contains(refusal("\n"), "holds no program"));
  CHECK(contains(refusal("{\"id\":\"a\",\"model\":\"gicv2\",\"class\":\"wild\",\"ops\":[],"
                         "\"config\":{\"cpus\":2,\"num_irq\":7}}"),
                 "a GIC has 64 to 1020 interrupts"));
}

TEST_CASE("folders are searched for transcripts", "[models][conform]") {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "b");
  write_file(folder / "b/two.jsonl", gicv2(read_typer("33")));
  write_file(folder / "a.jsonl", gicv2(read_typer("33")));
  write_file(folder / "notes.txt", "no transcript");
  const Result result = replay_all({folder.path().string()});
  CHECK(result.files == std::vector<std::string>{folder / "a.jsonl", folder / "b/two.jsonl"});
  CHECK(result.programs.size() == 2);

  const TempFolder empty;
  CHECK(contains(message_of([&] { replay_all({empty.path().string()}); }), "no transcript"));
  CHECK(contains(message_of([&] { replay_all({folder / "c.jsonl"}); }), "cannot be read"));
}

TEST_CASE("with --json there is one object and nothing else", "[models][conform]") {
  const TempFolder folder;
  write_file(folder / "t.jsonl", gicv2(read_typer("33")));
  std::ostringstream out;
  CHECK(conform({folder / "t.jsonl"}, {.json = true}, out) == ExitCode::ok);
  CHECK(Json::parse(out.str())["total"] == 1);
}

}  // namespace
}  // namespace irqloom::app::conform
