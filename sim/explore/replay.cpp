#include "sim/explore/replay.h"

#include <algorithm>

#include "sim/core/deadlock.h"
#include "sim/core/lock_graph.h"

namespace irqloom::explore {

namespace {

std::string quoted(std::string_view label, std::string_view routine) {
  return "'" + std::string(label) + "' of " + std::string(routine);
}

std::uint8_t depth_of(const Fabric& fabric, const World& world, ContextId c) {
  const Frame* frame = fabric.top_frame(world, c);
  std::uint8_t depth = 0;
  for (; frame->back != 0; ++depth) {
    frame = reinterpret_cast<const Frame*>(reinterpret_cast<const std::byte*>(frame) -
                                           std::ptrdiff_t{4} * frame->back);
  }
  return depth;
}

class Replayer {
 public:
  Replayer(const Fabric& fabric, const Schedule& schedule, Listener* listener)
      : fabric_(fabric),
        schedule_(schedule),
        before_(fabric.initial()),
        world_(fabric.initial()),
        exec_(fabric, world_),
        wait_for_(fabric) {
    exec_.listen(listener);
    exec_.lock_graph(&lock_graph_);
  }

  ReplayResult run(const std::function<void(const ReplayStep&)>& on_step) {
    judge_state(0);
    for (std::size_t i = 0; i < schedule_.steps.size(); ++i) {
      if (i == schedule_.loop_start) loop_state_ = world_;
      result_.misfit = take(i, on_step);
      if (!result_.misfit.empty()) break;
      ++result_.taken;
      judge_state(i);
    }
    const bool has_loop = schedule_.loop_start < schedule_.steps.size();
    result_.loop_closes =
        has_loop && result_.complete() && std::ranges::equal(world_.bytes(), loop_state_.bytes());
    result_.end = world_;
    return std::move(result_);
  }

 private:
  std::string misfit(const ScheduleStep& wanted) {
    const ContextId c = fabric_.find_context(wanted.context);
    if (c >= fabric_.contexts().size()) return "there is no context '" + wanted.context + "'";
    const StepInfo* next = fabric_.next_step(world_, c);
    const std::string expected = quoted(wanted.label, wanted.routine);
    if (next == nullptr) return wanted.context + " has nothing to run, expected " + expected;
    const RoutineInfo& routine = fabric_.routines()[fabric_.top_frame(world_, c)->routine];
    if (next->name != wanted.label || routine.name != wanted.routine) {
      return wanted.context + " is at " + quoted(next->name, routine.name) + ", expected " +
             expected;
    }
    const Blocked why = exec_.blocked(c);
    if (why != Blocked::no)
      return wanted.context + " cannot take " + expected + ": " + describe(why);
    return {};
  }

  std::string take(std::size_t i, const std::function<void(const ReplayStep&)>& on_step) {
    const ScheduleStep& wanted = schedule_.steps[i];
    std::string why = misfit(wanted);
    if (!why.empty()) return why;
    const ContextId c = fabric_.find_context(wanted.context);
    const Frame* frame = fabric_.top_frame(world_, c);
    ReplayStep step{i,       c,       frame->routine, frame->pc, depth_of(fabric_, world_, c),
                    nullptr, nullptr, nullptr};
    before_.load(world_.bytes());
    world_.clear_written();
    try {
      step.result = &exec_.execute(c, wanted.choice, schedule_.fuse);
    } catch (const CapacityExceeded& e) {
      world_.load(before_.bytes());
      return e.what();
    }
    if (step.result->choices <= wanted.choice) {
      world_.load(before_.bytes());
      return quoted(wanted.label, wanted.routine) + " has no choice " +
             std::to_string(wanted.choice) + " any more";
    }
    for (const Violation& v : step.result->violations)
      note(i, v);
    step.before = &before_;
    step.after = &world_;
    if (on_step) on_step(step);
    return {};
  }

  void judge_state(std::size_t i) {
    for (const Property& p : fabric_.properties()) {
      const bool breaks = (p.kind == PropertyKind::never && p.p(world_)) ||
                          (p.kind == PropertyKind::always && !p.p(world_));
      if (breaks) note(i, Violation{p.name, p.where, p.message});
    }
    for (const WaitCycle& cycle : wait_for_.find(exec_)) {
      note(i, irqloom::describe(fabric_, world_, cycle));
    }
  }

  void note(std::size_t i, const Violation& v) {
    for (const auto& [at, known] : result_.violations) {
      if (known.property == v.property && known.where == v.where) return;
    }
    result_.violations.emplace_back(i, v);
  }

  const Fabric& fabric_;
  const Schedule& schedule_;
  World before_;
  World world_;
  World loop_state_;
  Exec exec_;
  LockGraph lock_graph_;
  WaitForGraph wait_for_;
  ReplayResult result_;
};

}  // namespace

ReplayResult replay(const Fabric& fabric, const Schedule& schedule,
                    const std::function<void(const ReplayStep&)>& on_step, Listener* listener) {
  return Replayer(fabric, schedule, listener).run(on_step);
}

std::string describe(Blocked why) {
  switch (why) {
    case Blocked::no:
      return "nothing keeps it";
    case Blocked::finished:
      return "it has nothing to run";
    case Blocked::executor:
      return "its executor runs something else";
    case Blocked::guard:
      return "it waits for its guard";
    case Blocked::lock:
      return "it waits for the lock";
  }
  return {};
}

}  // namespace irqloom::explore
