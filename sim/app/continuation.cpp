#include "sim/app/continuation.h"

#include <algorithm>
#include <utility>

#include "sim/core/exec.h"
#include "sim/explore/replay.h"

namespace irqloom::app {
namespace {

constexpr std::size_t max_further_steps = 500;

class Walk {
 public:
  Walk(const Fabric& fabric, const Assumptions& assumptions, World from, bool fuse)
      : fabric_(fabric),
        assumptions_(assumptions),
        fuse_(fuse),
        world_(std::move(from)),
        x_(fabric, world_) {}

  std::vector<explore::ScheduleStep> to_rest() {
    try {
      for (Worlds begins; is_new(begins) && go_round();) {
      }
    } catch (const CapacityExceeded&) {
      // What has been taken so far is a part of the way.
    }
    return std::move(steps_);
  }

 private:
  using Worlds = std::vector<World>;

  /// Whether the world is none of `seen`, to which it is added.
  bool is_new(Worlds& seen) const {
    const bool known = std::any_of(seen.begin(), seen.end(), [&](const World& w) {
      return std::ranges::equal(w.bytes(), world_.bytes());
    });
    if (!known) seen.push_back(world_);
    return !known;
  }

  /// Whether somebody stepped.
  bool go_round() {
    const std::size_t before = steps_.size();
    for (std::size_t i = 0; i < fabric_.contexts().size(); ++i) {
      if (fabric_.contexts()[i].fairness != Fairness::optional)
        take_turn(static_cast<ContextId>(i));
    }
    return steps_.size() != before;
  }

  void take_turn(ContextId c) {
    for (Worlds seen; steps_.size() < max_further_steps && may_step(c) && is_new(seen);)
      take(c);
  }

  bool may_step(ContextId c) { return x_.enabled(c) && assumptions_.broken_by(x_, c) == nullptr; }

  void take(ContextId c) {
    const RoutineInfo& routine = fabric_.routines()[fabric_.top_frame(world_, c)->routine];
    explore::ScheduleStep step{fabric_.contexts()[c].name, routine.name,
                               std::string(fabric_.next_step(world_, c)->name), 0};
    x_.execute(c, 0, fuse_);
    steps_.push_back(std::move(step));
  }

  const Fabric& fabric_;
  const Assumptions& assumptions_;
  bool fuse_;
  World world_;
  Exec x_;
  std::vector<explore::ScheduleStep> steps_;
};

}  // namespace

bool is_final_loss(const explore::Schedule& s) {
  return s.kind == FindingKind::liveness && s.loop_start == explore::no_loop && !s.steps.empty();
}

std::vector<explore::ScheduleStep> continuation_of(const Fabric& fabric,
                                                   const Assumptions& assumptions,
                                                   const explore::Schedule& schedule) {
  if (!is_final_loss(schedule)) return {};
  explore::ReplayResult found = explore::replay(fabric, schedule, {});
  if (!found.complete()) return {};
  return Walk(fabric, assumptions, std::move(found.end), schedule.fuse).to_rest();
}

explore::Schedule whole(explore::Schedule schedule) {
  schedule.steps.insert(schedule.steps.end(), schedule.continuation.begin(),
                        schedule.continuation.end());
  schedule.continuation.clear();
  return schedule;
}

}  // namespace irqloom::app
