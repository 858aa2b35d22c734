#include "sim/timed/timed.h"

#include <algorithm>
#include <systemc>

#include "sim/error.h"
#include "sim/timed/scheduler.h"

namespace irqloom::timed {

Scheduler::Scheduler(Fabric& fabric, const CostTable& costs, const TimedOptions& options,
                     std::vector<Sink*> sinks)
    : fabric_(fabric),
      options_(options),
      world_(fabric.initial()),
      exec_(fabric, world_),
      pacer_(exec_, *this),
      outsiders_([this] { guard([this] { poke(); }); }),
      waiters_(fabric.layout().slots().size(), fabric.contexts().size()),
      labels_(fabric, costs),
      judge_(fabric.properties(), options.patience_ps, options.properties),
      wait_for_graph_(fabric),
      owner_of_slot_(fabric.layout().slots().size()) {
  exec_.lock_graph(&lock_graph_);
  const auto own = [this](SlotIndex slot, Owner::Kind kind, std::size_t id) {
    owner_of_slot_[slot] = Owner{kind, static_cast<std::uint16_t>(id)};
  };
  for (const ContextInfo& c : fabric.contexts()) {
    own(c.slot, Owner::Kind::context, contexts_.size());
    contexts_.push_back(Context{core::Random(options.seed, c.name), TraceFingerprint::of(c)});
  }
  for (std::size_t e = 0; e < fabric.executors().size(); ++e) {
    own(fabric.executors()[e].slot.index, Owner::Kind::executor, e);
  }
  for (std::size_t l = 0; l < fabric.locks().size(); ++l) {
    own(fabric.locks()[l].handle.slot.index, Owner::Kind::lock, l);
  }
  if (!sinks.empty()) {
    tracer_.emplace(fabric, world_, std::move(sinks));
    exec_.listen(&*tracer_);
  }
  fabric.attach(&exec_, [this] {
    if (started_ && !pacer_.agenda().in_turn()) outsiders_.announce();
  });
}

// --- the whole run -----------------------------------------------------------------------------

void Scheduler::stop(End end, std::string reason) {
  stopped_ = true;
  result_.end = end;
  result_.reason = std::move(reason);
  pacer_.agenda().stop();
}

TimedResult Scheduler::run() {
  if (started_) throw InternalError("a timed run was started twice");
  started_ = true;
  world_.clear_written();
  if (tracer_) tracer_->begin(options_.trace);
  pacer_.agenda().set_end(options_.until_ps);
  look_outside_of_steps();
  for (std::size_t c = 0; c < contexts_.size(); ++c)
    pacer_.wake(static_cast<ContextId>(c));
  simulate();
  return finish();
}

void Scheduler::simulate() {
  try {
    do {
      if (options_.until_ps == never_ps) {
        sc_core::sc_start();
      } else if (options_.until_ps > pacer_.now_ps()) {
        sc_core::sc_start(sc_core::sc_time::from_value(options_.until_ps - pacer_.now_ps()),
                          sc_core::SC_EXIT_ON_STARVATION);
      }
      if (sc_core::sc_pending_activity()) {
        if (!stopped_) result_.end = End::until;
        break;
      }
      // Others may have the executor of one who spins, as in the exploration, before all stops.
    } while (!stopped_ && pacer_.unseat_spinners());
  } catch (const sc_core::sc_report& report) {
    throw InternalError(std::string("SystemC reports: ") + report.what());
  }
  if (failure_) std::rethrow_exception(failure_);
}

TimedResult Scheduler::finish() {
  const bool at_until = result_.end == End::until;
  result_.end_time_ps = at_until ? options_.until_ps : pacer_.now_ps();
  const std::size_t known = judge_.findings().size();
  judge_.finish(Moment{result_.end_time_ps, result_.steps - 1}, result_.end == End::quiescence);
  trace_findings(known);
  result_.findings = judge_.findings();
  std::stable_sort(result_.findings.begin(), result_.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.time_ps < b.time_ps; });
  result_.not_judged = judge_.not_judged();
  result_.fingerprint = fingerprint_.value();
  if (!result_.findings.empty()) {
    result_.verdict = Verdict::violated;
  } else if (result_.end == End::capacity || result_.end == End::interrupted) {
    result_.verdict = Verdict::inconclusive;
  }
  if (tracer_) tracer_->end(result_.end_time_ps, std::string(to_string(result_.verdict)));
  return result_;
}

// --- what others see ---------------------------------------------------------------------------

TimedRun::TimedRun(Fabric& fabric, const CostTable& costs, const TimedOptions& options,
                   std::vector<Sink*> sinks)
    : scheduler_(std::make_unique<Scheduler>(fabric, costs, options, std::move(sinks))) {}
TimedRun::~TimedRun() = default;

TimedResult TimedRun::run() {
  return scheduler_->run();
}
void TimedRun::poke() {
  scheduler_->poke();
}
Exec& TimedRun::exec() {
  return scheduler_->exec();
}
const World& TimedRun::world() const {
  return scheduler_->exec().world();
}

}  // namespace irqloom::timed
