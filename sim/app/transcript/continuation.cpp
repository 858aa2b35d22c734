#include "sim/app/transcript/continuation.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/exec.h"

namespace irqloom::app::transcript {
namespace {

constexpr std::size_t max_further_steps = 500;

bool is_final_loss(const explore::Schedule& s) {
  return s.kind == FindingKind::liveness && s.loop_start == explore::no_loop && !s.steps.empty();
}

explore::ScheduleStep next_step_of(const Fabric& fabric, const World& world, ContextId c) {
  const RoutineInfo& routine = fabric.routines()[fabric.top_frame(world, c)->routine];
  return {fabric.contexts()[c].name, routine.name, std::string(fabric.next_step(world, c)->name),
          0};
}

}  // namespace

explore::Schedule carried_on(const Setup& setup, const explore::Schedule& schedule, World end) {
  explore::Schedule longer = schedule;
  if (!is_final_loss(schedule) || !setup.assumptions().empty()) return longer;
  const Fabric& fabric = setup.fabric();
  const std::size_t limit = schedule.steps.size() + max_further_steps;
  Exec x(fabric, end);
  bool has_moved = true;
  while (has_moved) {
    has_moved = false;
    for (std::size_t i = 0; i < fabric.contexts().size(); ++i) {
      const auto c = static_cast<ContextId>(i);
      if (fabric.contexts()[c].fairness == Fairness::optional) continue;
      while (x.enabled(c)) {
        if (longer.steps.size() == limit) return longer;
        const explore::ScheduleStep step = next_step_of(fabric, end, c);
        try {
          x.execute(c, 0, schedule.fuse);
        } catch (const CapacityExceeded&) {
          return longer;
        }
        longer.steps.push_back(step);
        has_moved = true;
      }
    }
  }
  return longer;
}

std::vector<Item> with_verdict(std::vector<Item> items, const explore::Schedule& schedule,
                               bool holds) {
  if (!is_final_loss(schedule) || !holds) return items;
  const std::uint64_t last = schedule.steps.size() - 1;
  Item verdict;
  verdict.begin = verdict.act = verdict.end = last;
  verdict.op = {{"op", "note"},
                {"by", "irqloom"},
                {"text", fmt::format("violated: {} at {}: {}. That is final from here on; what "
                                     "follows is one of the ways in which it goes on",
                                     schedule.property, schedule.where, schedule.message)}};
  const auto after =
      std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.act > last; });
  items.insert(after, std::move(verdict));
  return items;
}

}  // namespace irqloom::app::transcript
