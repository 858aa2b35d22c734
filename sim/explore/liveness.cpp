#include "sim/explore/liveness.h"

#include <algorithm>

#include "sim/explore/fair_cycle.h"
#include "sim/explore/lasso.h"
#include "sim/explore/recover.h"
#include "sim/explore/region.h"
#include "sim/explore/schedule.h"

namespace irqloom::explore {

namespace {

Finding finding_of(const Property& p) {
  return Finding{p.name, p.where, p.message, FindingKind::liveness, {}, no_loop};
}

void add_sentence(std::string& message, const std::string& sentence) {
  if (!message.empty()) message += "; ";
  message += sentence;
}

void append(const Graph& graph, const std::vector<std::uint64_t>& edges, Finding& finding) {
  for (const std::uint64_t e : edges) {
    finding.path.push_back(PathStep{graph.edges[e].context, graph.edges[e].choice});
  }
}

std::optional<Finding> find_unrecoverable(const Fabric& fabric, const Graph& graph,
                                          const BackwardGraph& backward,
                                          const GraphProperty& property, const StateStore& store,
                                          bool fuse) {
  const StateNumber lost = backward.first_lost(property.p);
  if (lost == no_state) return std::nullopt;
  Finding finding = finding_of(*property.property);
  finding.path = path_to(store, lost);
  if (finding.path.empty()) {
    add_sentence(finding.message, "it cannot be reached from the start on");
  } else {
    // What is not expanded may have taken an earlier one for recoverable.
    const std::string where = graph.is_whole() ? "in" : "at the latest in";
    const ScheduleStep culprit = name_steps(fabric, finding.path, fuse).back();
    add_sentence(finding.message, "it is lost " + where + " step '" + culprit.label + "' of " +
                                      culprit.routine + " in " + culprit.context);
  }
  return finding;
}

std::optional<Finding> find_quiescent(const Graph& graph, const Region& region, const Property& p) {
  if (p.kind == PropertyKind::no_cycle) return std::nullopt;
  for (const StateNumber s : region.states()) {
    if (!graph.is_expanded(s) || graph.owed[s].any()) continue;
    Finding finding = finding_of(p);
    append(graph, region.path_to(s), finding);
    add_sentence(finding.message, "nothing more has to happen after the last step");
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> find_lasso(const Graph& graph, const Region& region, const Property& p) {
  const CycleMarks marks =
      p.kind == PropertyKind::no_cycle ? CycleMarks{p.mark, p.without} : CycleMarks{};
  const FairCycles cycles(graph, region, marks);
  if (!cycles.found()) return std::nullopt;
  const StateNumber start = *std::find_if(region.states().begin(), region.states().end(),
                                          [&](StateNumber s) { return cycles.component(s) != 0; });
  Finding finding = finding_of(p);
  append(graph, region.path_to(start), finding);
  finding.loop_start = finding.path.size();
  append(graph, LoopFinder(graph, cycles, marks, start).find(), finding);
  return finding;
}

}  // namespace

std::optional<Finding> find_fair_violation(const Graph& graph, const GraphProperty& property) {
  const Region region(graph, property);
  std::optional<Finding> end = find_quiescent(graph, region, *property.property);
  std::optional<Finding> lasso = find_lasso(graph, region, *property.property);
  if (!end || (lasso && lasso->path.size() < end->path.size())) return lasso;
  return end;
}

GraphJudgement judge_graph(const Fabric& fabric, const Graph& graph, const StateStore& store,
                           bool fuse, const Budget& budget) {
  GraphJudgement judgement;
  std::vector<std::optional<Finding>> found(graph.properties.size());
  const auto examine = [&](bool is_recoverable, const auto& find) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      const GraphProperty& g = graph.properties[i];
      if ((g.property->kind == PropertyKind::recoverable) != is_recoverable) continue;
      if (judgement.bound == Bound::none) judgement.bound = budget.is_over();
      if (judgement.bound == Bound::none) {
        found[i] = find(g);
      } else {
        judgement.unexamined.push_back(g.property->name);
      }
    }
  };
  std::optional<BackwardGraph> backward;
  examine(true, [&](const GraphProperty& g) {
    if (!backward) backward.emplace(fabric, graph);
    return find_unrecoverable(fabric, graph, *backward, g, store, fuse);
  });
  backward.reset();
  examine(false, [&](const GraphProperty& g) { return find_fair_violation(graph, g); });
  for (std::optional<Finding>& f : found) {
    if (f) judgement.findings.push_back(std::move(*f));
  }
  return judgement;
}

}  // namespace irqloom::explore
