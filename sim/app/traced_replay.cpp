#include "sim/app/traced_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "sim/app/continuation.h"
#include "sim/trace/tracer.h"

namespace irqloom::app {
namespace {

constexpr std::uint64_t step_ps = 1000;

bool found_property(const explore::ReplayResult& result, const explore::Schedule& s) {
  return std::any_of(result.violations.begin(), result.violations.end(), [&](const auto& v) {
    return v.second.property == s.property && v.second.where == s.where;
  });
}

/// At the end of a path to a loss: whether the property that was never to come again is still
/// missing. True too where the fabric does not know the property.
bool is_still_lost(const Fabric& fabric, const explore::Schedule& s, const World& end) {
  const auto& all = fabric.properties();
  return std::all_of(all.begin(), all.end(), [&](const Property& p) {
    return p.name != s.property || p.where != s.where || !p.p || !p.p(end);
  });
}

/// Whether `end` is a state that the witness was to show.
bool is_reached(const Fabric& fabric, const explore::Schedule& s, const World& end) {
  const auto& all = fabric.properties();
  return std::any_of(all.begin(), all.end(), [&](const Property& p) {
    return p.name == s.property && p.where == s.where && p.kind == PropertyKind::reachable &&
           p.p(end);
  });
}

void judge(const Fabric& fabric, const explore::Schedule& schedule, bool same_scenario,
           Replayed& replayed) {
  const explore::ReplayResult& result = replayed.result;
  const auto inconclusive = [&](std::string why) {
    replayed.verdict = Verdict::inconclusive;
    replayed.reason = std::move(why);
  };
  if (!result.violations.empty() || result.loop_closes) {
    replayed.verdict = Verdict::violated;
  } else if (!result.complete()) {
    inconclusive("the schedule does not fit any more");
  } else if (schedule.steps.empty()) {
    inconclusive("the schedule has no steps");
  } else if (schedule.missing != 0) {
    inconclusive(fmt::format("the schedule is cut short: it has {} of its {} steps",
                             schedule.steps.size(), schedule.steps.size() + schedule.missing));
  } else if (schedule.loop_start != explore::no_loop) {
    inconclusive("the loop does not close any more");
  } else if (schedule.kind == FindingKind::witness) {
    if (!is_reached(fabric, schedule, result.end))
      inconclusive("the last state does not show any more what was to be reached");
  } else if (is_final_loss(schedule) && is_still_lost(fabric, schedule, result.end)) {
    if (same_scenario) {
      replayed.verdict = Verdict::violated;
    } else {
      inconclusive("whether the loss at the end is final, only an exploration can tell");
    }
  }
}

/// Feeds a Tracer, which watches a world of its own, with the steps of a replay.
class Feeder : public Listener {
 public:
  Feeder(const Fabric& fabric, const explore::Schedule& schedule, const Replayed& replayed,
         std::vector<Sink*> sinks, std::string code)
      : fabric_(fabric),
        schedule_(schedule),
        whole_(whole(schedule)),
        code_(std::move(code)),
        replayed_(replayed),
        world_(fabric.initial()),
        tracer_(fabric, world_, std::move(sinks)) {}

  void on_event(const Event& event) override { events_.push_back(event); }

  void run() {
    TraceInfo info;
    info.scenario = schedule_.scenario;
    info.variant = schedule_.variant;
    info.scenario_hash = schedule_.scenario_hash;
    info.code = code_;
    info.timed = false;
    if (schedule_.loop_start != explore::no_loop) info.loop_start = schedule_.loop_start;
    if (!schedule_.continuation.empty()) info.continuation = schedule_.steps.size();
    tracer_.begin(info);
    explore::replay(
        fabric_, whole_, [this](const auto& step) { feed(step); }, this);
    tracer_.end(taken_ * step_ps, std::string(to_string(replayed_.verdict)));
  }

 private:
  void feed(const explore::ReplayStep& step) {
    tracer_.before_step(step.context, step.index * step_ps);
    for (const Event& e : events_)
      tracer_.on_event(e);
    events_.clear();
    for (const SlotIndex s : step.after->written()) {
      const SlotInfo& slot = fabric_.layout().slots()[s];
      std::memcpy(world_.mut_bytes(s, slot.offset), step.after->bytes(slot).data(), slot.size);
    }
    tracer_.after_step(step.result->choices, step.result->choice, step_ps, shown_at(step.index));
    world_.clear_written();
    ++taken_;
  }

  std::vector<Violation> shown_at(std::size_t index) const {
    std::vector<Violation> shown;
    for (const auto& [at, violation] : replayed_.result.violations) {
      if (at == index) shown.push_back(violation);
    }
    const bool is_end = index + 1 == schedule_.steps.size() && is_final_loss(schedule_);
    if (is_end && replayed_.verdict == Verdict::violated &&
        !found_property(replayed_.result, schedule_)) {
      shown.push_back({schedule_.property, schedule_.where, schedule_.message});
    }
    return shown;
  }

  const Fabric& fabric_;
  const explore::Schedule& schedule_;
  explore::Schedule whole_;
  std::string code_;
  const Replayed& replayed_;
  World world_;
  Tracer tracer_;
  std::vector<Event> events_;
  std::size_t taken_ = 0;
};

}  // namespace

Replayed replay(const Fabric& fabric, const explore::Schedule& schedule,
                const std::vector<std::string>& judged, bool same_scenario) {
  Replayed replayed;
  replayed.result = explore::replay(fabric, schedule, {});
  std::erase_if(replayed.result.violations, [&](const auto& v) {
    return std::find(judged.begin(), judged.end(), v.second.property) == judged.end();
  });
  judge(fabric, schedule, same_scenario, replayed);
  return replayed;
}

void trace_replay(const Fabric& fabric, const explore::Schedule& schedule, const Replayed& replayed,
                  std::vector<Sink*> sinks, std::string code) {
  Feeder(fabric, schedule, replayed, std::move(sinks), std::move(code)).run();
}

}  // namespace irqloom::app
