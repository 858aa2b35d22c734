// The two schedulers agree: every timed run is one path of the exploration (docs/design.md). Each
// scenario and variant is run in simulated time, its steps are written down by name, and the fabric
// that is explored takes them one after another, each of them enabled when its turn comes.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/app/drive.h"
#include "sim/app/scenario.h"
#include "sim/app/setup.h"
#include "sim/check/find_scenarios.h"
#include "sim/explore/replay.h"
#include "sim/trace/record.h"

namespace irqloom::app {
namespace {

/// A schedule of what a run did, and the world at its end.
class Recorder : public Sink {
 public:
  void begin(const Fabric& fabric, const TraceInfo& /*info*/) override { fabric_ = &fabric; }
  void step(const StepRecord& r) override {
    const RoutineInfo& routine = fabric_->routines()[r.routine];
    schedule.steps.push_back({fabric_->contexts()[r.context].name, routine.name,
                              std::string(routine.steps[r.pc].name), r.choice});
    end_world = *r.after;
  }
  void end(std::uint64_t /*end_ps*/, const std::string& /*verdict*/) override {}

  explore::Schedule schedule;
  World end_world;

 private:
  const Fabric* fabric_ = nullptr;
};

struct Run {
  explore::Schedule schedule;
  World end;
  bool is_assumed = true;  ///< It kept to the scenario's assumptions.
};

Run run_of(const Scenario& scenario, std::uint64_t seed) {
  Setup setup(scenario, Mode::run);
  Recorder recorder;
  const timed::TimedResult result = run_timed(setup, scenario, seed, {&recorder});
  return {recorder.schedule, recorder.end_world, result.broken_assumptions.empty()};
}

/// The variants of all scenarios, with thresholds that are the same for both schedulers: a state
/// counts up to them.
std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all;
  const std::string folder = std::string(IRQLOOM_SOURCE_DIR) + "/scenarios";
  for (const std::string& file : check::find_scenarios({folder})) {
    std::vector<std::string> variants = variant_names(file);
    for (const std::string& variant : variants) {
      Scenario s = load_scenario({file, variant, {}});
      std::vector<std::string> sets;
      if (s.document.root()["thresholds"]["successive_eois"])
        sets.push_back("thresholds.successive_eois=3");
      all.push_back(load_scenario({file, variant, sets}));
    }
  }
  return all;
}

TEST_CASE("scenarios: every timed run is a path of the exploration", "[scenarios][contained]") {
  std::size_t longest = 0;
  for (const Scenario& scenario : all_scenarios()) {
    for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{2}}) {
      INFO(scenario.name << ", variant " << scenario.variant << ", seed " << seed);
      const Run run = run_of(scenario, seed);
      REQUIRE(!run.schedule.steps.empty());
      longest = std::max(longest, run.schedule.steps.size());
      const Setup explored(scenario, Mode::explore);
      const explore::ReplayResult replayed =
          explore::replay(explored.fabric(), run.schedule, {}, nullptr);
      INFO(replayed.misfit);
      REQUIRE(replayed.taken == run.schedule.steps.size());
      CHECK(std::ranges::equal(replayed.end.bytes(), run.end.bytes()));
    }
  }
  CHECK(longest > 100);
}

// It would be found: a step that the run did not take, or one too many of a context.
TEST_CASE("scenarios: a path that no run takes is refused", "[scenarios][contained]") {
  const std::string file =
      std::string(IRQLOOM_SOURCE_DIR) + "/scenarios/oneshot-resample/oneshot-resample.json";
  const Scenario scenario = load_scenario({file, "linux-6.1", {}});
  Run run = run_of(scenario, 1);
  const Setup explored(scenario, Mode::explore);
  run.schedule.steps.erase(run.schedule.steps.begin() + 1);
  CHECK(!explore::replay(explored.fabric(), run.schedule, {}, nullptr).complete());
}

}  // namespace
}  // namespace irqloom::app
