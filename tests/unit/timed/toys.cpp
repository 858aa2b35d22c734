#include "tests/unit/timed/toys.h"

#include <cstdlib>

namespace irqloom::test {

// The survey asks at every label, also at those that a shorter script does not reach.
void Script::run(Exec& x, Frame& self) {
  const auto has = [this](std::size_t i) { return i < acts.size(); };
  const auto name = [this, has](std::size_t i) {
    return has(i) ? std::string_view(acts[i].label) : std::string_view("unused");
  };
  const auto key = [this, has](std::size_t i) {
    return cost(has(i) ? std::string_view(acts[i].cost_key) : std::string_view("b0"));
  };
  ROUTINE();
  for (;;) {
    STEP_WHEN(ready(x, 0), name(0), key(0));
    act(0).act(x);
    if (has(1)) {
      STEP_WHEN(ready(x, 1), name(1), key(1));
      act(1).act(x);
    }
    if (has(2)) {
      STEP_WHEN(ready(x, 2), name(2), key(2));
      act(2).act(x);
    }
    if (has(3)) {
      STEP_WHEN(ready(x, 3), name(3), key(3));
      act(3).act(x);
    }
    if (has(4)) {
      STEP_WHEN(ready(x, 4), name(4), key(4));
      act(4).act(x);
    }
    if (has(5)) {
      STEP_WHEN(ready(x, 5), name(5), key(5));
      act(5).act(x);
    }
    if (!circle) {
      RETURN(0);
    }
  }
  ROUTINE_END();
}

std::vector<std::string> lines(const std::vector<Seen>& steps) {
  std::vector<std::string> text;
  for (const Seen& s : steps) {
    text.push_back(std::to_string(s.time_ns) + " " + s.context + " " + s.label);
  }
  return text;
}

void Recorder::begin(const Fabric& fabric, const TraceInfo& /*info*/) {
  fabric_ = &fabric;
}

void Recorder::step(const StepRecord& record) {
  Seen s;
  s.time_ns = record.time_ps / 1000;
  s.context = fabric_->contexts()[record.context].name;
  s.label = fabric_->routines()[record.routine].steps[record.pc].name;
  s.duration_ns = record.duration_ps / 1000;
  s.cause = record.cause;
  s.flow = record.flow;
  s.id = record.context;
  s.choice = record.choice;
  for (const SlotIndex w : record.written)
    s.written.push_back(fabric_->layout().slots()[w].name);
  for (const Violation& v : *record.violations)
    s.violated.push_back(v.property);
  steps.push_back(std::move(s));
}

void Recorder::violated(const OpenViolation& violation) {
  open.push_back(std::to_string(violation.time_ps / 1000) + " " + violation.violation.property +
                 ": " + violation.reason);
}

void Recorder::end(std::uint64_t end, const std::string& text) {
  end_ps = end;
  verdict = text;
}

Rig::Rig() {
  options.scan_guards = true;
  costs["b0"];
}

ContextId Rig::context(const std::string& name, std::vector<Act> acts, bool circle,
                       ContextInfo info) {
  for (const Act& a : acts) {
    timed::StepCost c;
    c.spec = core::fixed_cost(std::strtoull(a.cost_key.c_str() + 1, nullptr, 10) * 1000);
    if (a.cost_key[0] == 's') c.kind = timed::CostKind::sleep;
    if (a.cost_key[0] == 'e') c.kind = timed::CostKind::elsewhere;
    costs.emplace(a.cost_key, c);
  }
  scripts_.push_back({});
  scripts_.back().acts = std::move(acts);
  scripts_.back().circle = circle;
  info.name = name;
  return fabric.context(info, fabric.routine<&Script::run>(scripts_.back(), name, "toy"));
}

ContextId Rig::on(ExecutorId cpu, const std::string& name, std::vector<Act> acts, bool circle) {
  ContextInfo info;
  info.executor = cpu;
  return context(name, std::move(acts), circle, info);
}

ContextId Rig::irq(ExecutorId cpu, const std::string& name, std::vector<Act> acts) {
  ContextInfo info;
  info.executor = cpu;
  info.level = Level::hardirq;
  return context(name, std::move(acts), true, info);
}

ContextId Rig::device(const std::string& name, std::uint64_t ns, std::function<void(Exec&)> act) {
  ContextInfo info;
  info.fairness = Fairness::optional;
  return context(name, {{"wait", "e" + std::to_string(ns)}, {"raise", "e0", std::move(act)}}, false,
                 info);
}

void Rig::seal() {
  if (!sealed_) fabric.seal();
  sealed_ = true;
}

timed::TimedRun& Rig::prepare() {
  seal();
  run_ = std::make_unique<timed::TimedRun>(fabric, costs, options, std::vector<Sink*>{&recorder});
  return *run_;
}

timed::TimedResult Rig::run() {
  return prepare().run();
}

std::function<void(Exec&)> add_one(Slot<Number> slot) {
  return [slot](Exec& x) { ++x.set(slot).n; };
}

std::function<bool(Exec&)> at_least(Slot<Number> slot, std::uint32_t n) {
  return [slot, n](Exec& x) { return x.get(slot).n >= n; };
}

}  // namespace irqloom::test
