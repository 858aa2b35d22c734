#include "sim/app/transcript/transcript.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "sim/app/continuation.h"
#include "sim/app/report.h"
#include "sim/app/traced_replay.h"
#include "sim/app/transcript/player.h"
#include "sim/scenario/output.h"

namespace irqloom::app::transcript {
namespace {

bool is_arm64(const Scenario& scenario) {
  const scenario::Cursor platform = scenario.document.root()["platform"];
  return platform && platform["arch"] && platform["arch"].string() == "arm64";
}

Machine describe(const Scenario& scenario) {
  return is_arm64(scenario) ? describe_arm64(scenario) : describe_x86(scenario);
}

Json header(const Scenario& scenario, const explore::Schedule& schedule, const Machine& machine,
            const std::string& id) {
  return {{"id", id},
          {"model", machine.model},
          {"class", "defined"},
          {"title",
           fmt::format("{}: {}", place_text(schedule.property, schedule.where), scenario.title)},
          {"scenario", scenario.name},
          {"variant", scenario.variant},
          {"config", machine.config}};
}

std::string conclusion_of(const Played& played) {
  if (!played.departure.empty())
    return "played in sequence, it departs from the counterexample " + played.departure;
  if (!played.hung.empty())
    return fmt::format("played in sequence, it ends where {} never returns", played.hung);
  return "played in sequence, it goes the way of the counterexample";
}

Json note(const std::string& text) {
  return {{"op", "note"}, {"by", "irqloom"}, {"text", text}};
}

/// The items with a note where the counterexample ends, if it `holds` what it promises.
std::vector<Item> with_verdict(std::vector<Item> items, const explore::Schedule& schedule,
                               bool holds) {
  if (!is_final_loss(schedule) || !holds) return items;
  const std::uint64_t last = schedule.steps.size() - 1;
  Item verdict;
  verdict.begin = verdict.act = verdict.end = last;
  verdict.op =
      note(fmt::format("violated: {} at {}: {}. That is final from here on; what follows "
                       "is one of the ways in which it goes on",
                       schedule.property, schedule.where, schedule.message));
  const auto after =
      std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.act > last; });
  items.insert(after, std::move(verdict));
  return items;
}

/// With a continuation, where there is none yet.
explore::Schedule carried_on(const Setup& setup, explore::Schedule schedule) {
  if (schedule.continuation.empty())
    schedule.continuation = continuation_of(setup.fabric(), setup.assumptions(), schedule);
  return schedule;
}

/// What there is to tell the user about a program.
std::vector<std::string> remarks(const Json& program) {
  std::vector<std::string> list;
  const auto misplaced = program.at("misplaced").get<unsigned>();
  if (misplaced != 0) {
    list.push_back(
        fmt::format("{} operation{} in the midst of another one, where a recorder cannot "
                    "place {} (see the notes)",
                    misplaced, misplaced == 1 ? " lies" : "s lie", misplaced == 1 ? "it" : "them"));
  }
  if (program.at("departs").get<bool>()) list.push_back(program.at("conclusion"));
  return list;
}

}  // namespace

void check_expressible(const Scenario& scenario) {
  (void)describe(scenario);
}

Json program_of(const Scenario& scenario, const Setup& setup, const explore::Schedule& schedule,
                const std::string& id, bool same_scenario) {
  const Machine machine = describe(scenario);
  const std::vector<std::string>& judged = scenario.properties.judged;
  const Replayed found = replay(setup.fabric(), schedule, judged, same_scenario);
  const explore::Schedule carried = whole(carried_on(setup, schedule));
  const Replayed replayed = replay(setup.fabric(), carried, judged, false);
  trace_replay(setup.fabric(), carried, replayed, {machine.extraction.get()});

  const std::vector<Item> items =
      with_verdict(machine.extraction->items(), schedule, found.verdict == Verdict::violated);
  Json program = header(scenario, schedule, machine, id);
  const Played played = Player(machine, program, items).play();
  program["ops"] = played.ops;
  if (schedule.loop_start != explore::no_loop) {
    program["ops"].push_back(
        note(fmt::format("from step {} on, this goes round for ever", schedule.loop_start)));
  }
  if (!replayed.result.complete())
    program["ops"].push_back(note("the schedule does not fit any further"));
  program["misplaced"] = played.misplaced;
  program["departs"] = !played.departure.empty();
  program["conclusion"] = conclusion_of(played);
  return program;
}

bool save(const std::string& file, const std::vector<Json>& programs, std::ostream& err) {
  if (programs.empty()) {
    err << "irqloom: no counterexample has operations: " << file << " is not written\n";
    return false;
  }
  scenario::AtomicFile out(file);
  for (const Json& program : programs)
    out << program.dump() << '\n';
  out.commit();
  for (const Json& program : programs) {
    for (const std::string& remark : remarks(program))
      err << "irqloom: " << program.at("id").get<std::string>() << ": " << remark << '\n';
  }
  return true;
}

}  // namespace irqloom::app::transcript
