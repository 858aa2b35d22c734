// A work item with a worker of its own: schedule_work() on a queue without concurrency limit.
//
// kernel/workqueue.c, Linux 6.1: queueing an item that is pending is a no-op; an item that is
// queued while it runs is run once more; an item never runs concurrently with itself.
#pragma once

#include <string>

#include "sim/core/exec.h"

namespace irqloom {

struct WorkState {
  std::uint8_t pending = 0;
  std::uint8_t reserved = 0;
};

class WorkItem : public Touches {
 public:
  /// `function` is the routine that the worker calls, with zeroed locals, in process context. The
  /// item must outlive the fabric's use.
  /// `delay_key`: the cost from being queued to being taken; another one for delayed work.
  /// `stack_bytes`: the worker's capacity for frames.
  WorkItem(Fabric& fabric, std::string name, std::string layer, RoutineId function,
           std::string delay_key = "work.hop", std::uint16_t stack_bytes = 96);

  /// What the function does before its first label, within the worker's step, touches this. To be
  /// called during elaboration; not owned.
  void begins_with(const Touches& callee) { begins_with_ = &callee; }

  /// True when it was not pending before.
  bool schedule(Exec& x);
  bool is_pending(Exec& x) const { return x.get(state_).pending != 0; }

  /// Neither queued nor running: what flush_work() waits for.
  bool is_idle(Exec& x) const { return !is_pending(x) && x.in_main_routine(worker_); }

  void touches(Footprint& footprint) const override {
    footprint.writes.push_back(range(state_));
    footprint.reads.push_back(place_);
  }
  ContextId worker() const { return worker_; }
  Slot<WorkState> state() const { return state_; }

 private:
  void run(Exec& x, Frame& self);
  Calls of_function() const;

  RoutineId function_;
  std::string delay_key_;
  Slot<WorkState> state_;
  ContextId worker_;
  const Touches* begins_with_ = nullptr;
  Range place_;  ///< What says where the worker is.
};

}  // namespace irqloom

IRQLOOM_FIELDS(irqloom::WorkState, IRQLOOM_FLAG(pending), IRQLOOM_NUMBER(reserved));
