#include "tests/unit/topology/watched.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/platform/parts.h"
#include "sim/core/exec.h"
#include "sim/timed/timed.h"
#include "sim/trace/record.h"

namespace irqloom::watched {

using topology::NodeId;
using topology::Topology;
namespace attribute = platform::attribute;

std::set<std::string> contexts_of(const Fabric& fabric) {
  std::set<std::string> names;
  for (const ContextInfo& c : fabric.contexts())
    names.insert(c.name);
  return names;
}

std::set<std::string> contexts_of(const Topology& topology) {
  std::set<std::string> names;
  for (const topology::Node& n : topology.nodes()) {
    for (const topology::Attribute& a : n.attributes) {
      if (a.key == attribute::context) names.insert(a.value);
    }
  }
  return names;
}

std::vector<std::string> unexplained(const Topology& topology, const Writes& writes) {
  const topology::Reachability reachability = topology.reachability();
  std::vector<std::string> list;
  for (const auto& [context, slot] : writes) {
    const NodeId part = *topology.find(slot);
    const auto explains = [&](NodeId n) { return reachability.reaches(n, part); };
    if (std::ranges::none_of(topology.with(attribute::context, context), explains))
      list.push_back(context + " writes " + slot);
  }
  return list;
}

void Walk::run(int steps) {
  World world = fabric_.initial();
  Exec x(fabric_, world);
  for (int i = 0; i < steps; ++i) {
    std::vector<ContextId> ready;
    for (std::size_t c = 0; c < fabric_.contexts().size(); ++c) {
      if (x.enabled(static_cast<ContextId>(c))) ready.push_back(static_cast<ContextId>(c));
    }
    if (ready.empty()) return;
    const ContextId c = ready[random_.below(ready.size())];
    world.clear_written();
    x.execute(c, static_cast<std::uint16_t>(random_.below(8)));
    for (const SlotIndex s : world.written()) {
      const std::string& slot = fabric_.layout().slots()[s].name;
      if (topology_.find(slot)) writes.insert({fabric_.contexts()[c].name, slot});
    }
  }
}

// --- latencies ----------------------------------------------------------------------------------

namespace {

/// What happened first, by event; the host's and the guest's handlers apart.
class FirstTimes : public Sink {
 public:
  void begin(const Fabric& fabric, const TraceInfo& /*info*/) override { fabric_ = &fabric; }
  void step(const StepRecord& record) override {
    for (const Event& e : record.events) {
      std::string key(e.type->name);
      if (fabric_->contexts()[record.context].layer == "guest") key = "guest " + key;
      for (std::size_t i = 0; i < e.type->args.size(); ++i) {
        if (e.type->args[i].kind != ArgKind::name) continue;
        const auto name = static_cast<std::size_t>(e.args[i]);
        times.try_emplace(key + " " + fabric_->names()[name], record.time_ps);
      }
      times.try_emplace(key, record.time_ps);
    }
  }
  void end(std::uint64_t /*end_ps*/, const std::string& /*verdict*/) override {}

  std::map<std::string, std::uint64_t> times;

 private:
  const Fabric* fabric_ = nullptr;
};

/// Every cost key by another time, so that a wrong one shows. The devices rest first.
std::map<std::string, std::uint64_t, std::less<>> odd_times(const Fabric& fabric) {
  std::map<std::string, std::uint64_t, std::less<>> times;
  for (const RoutineInfo& r : fabric.routines()) {
    for (const StepInfo& s : r.steps)
      times.emplace(s.cost_key, 0);
  }
  std::uint64_t next = 1'000'003;
  for (auto& [key, ps] : times)
    ps = next = next * 17 / 16;
  return times;
}

}  // namespace

std::uint64_t Measured::between(const std::string& from, const std::string& to) const {
  INFO(from << " to " << to);
  REQUIRE(at.contains(from));
  REQUIRE(at.contains(to));
  return at.at(to) - at.at(from);
}

topology::EdgeTime Measured::time() const {
  return topology::sum_of([this](std::string_view key) { return costs.find(key)->second; });
}

Measured measured(Fabric& fabric, std::uint64_t seed) {
  Measured result;
  result.costs = odd_times(fabric);
  timed::CostTable table;
  for (const auto& [key, ps] : result.costs) {
    const bool elsewhere = key.starts_with("device");
    table[key] = {core::fixed_cost(ps),
                  elsewhere ? timed::CostKind::elsewhere : timed::CostKind::busy};
  }
  timed::TimedOptions options;
  options.seed = seed;
  options.until_ps = 2'000'000'000;
  FirstTimes times;
  timed::TimedRun run(fabric, table, options, {&times});
  run.run();
  result.at = times.times;
  return result;
}

}  // namespace irqloom::watched
