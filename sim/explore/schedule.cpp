#include "sim/explore/schedule.h"

#include "sim/core/exec.h"
#include "sim/error.h"

namespace irqloom::explore {

std::vector<ScheduleStep> name_steps(const Fabric& fabric, std::span<const PathStep> path,
                                     bool fuse) {
  std::vector<ScheduleStep> steps;
  World world = fabric.initial();
  Exec x(fabric, world);
  for (const PathStep& p : path) {
    const std::string& context = fabric.contexts()[p.context].name;
    if (!x.enabled(p.context)) throw InternalError("a path has a step of blocked " + context);
    const RoutineInfo& routine = fabric.routines()[fabric.top_frame(world, p.context)->routine];
    const StepInfo* step = fabric.next_step(world, p.context);
    steps.push_back(ScheduleStep{context, routine.name, std::string(step->name), p.choice});
    x.execute(p.context, p.choice, fuse);
  }
  return steps;
}

Schedule schedule_of(const Fabric& fabric, const Finding& finding, bool fuse) {
  Schedule s;
  s.property = finding.property;
  s.where = finding.where;
  s.kind = finding.kind;
  s.message = finding.message;
  s.fuse = fuse;
  s.loop_start = finding.loop_start;
  s.steps = name_steps(fabric, finding.path, fuse);
  return s;
}

}  // namespace irqloom::explore
