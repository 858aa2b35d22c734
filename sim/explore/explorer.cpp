#include "sim/explore/explorer.h"

#include <algorithm>
#include <cstdio>

#include "sim/core/deadlock.h"
#include "sim/explore/liveness.h"
#include "sim/explore/search.h"

namespace irqloom::explore {

namespace {

std::string reason_of(Bound bound) {
  switch (bound) {
    case Bound::none:
      break;
    case Bound::max_states:
      return "the bound on states was reached";
    case Bound::max_memory:
      return "the bound on memory was reached";
    case Bound::timeout:
      return "the time limit was reached";
    case Bound::interrupted:
      return "interrupted";
  }
  return {};
}

Finding unreachable(const Property& p) {
  std::string message = "unreachable: this scenario cannot show what it is about";
  if (!p.message.empty()) message += " (" + p.message + ")";
  return Finding{p.name, p.where, std::move(message), FindingKind::unreachable, {}, no_loop};
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const Finding* find(const std::vector<Finding>& findings, const std::string& property) {
  const auto at = std::find_if(findings.begin(), findings.end(),
                               [&](const Finding& f) { return f.property == property; });
  return at == findings.end() ? nullptr : &*at;
}

std::string text_of(const Fingerprint& f) {
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016llx%016llx", static_cast<unsigned long long>(f.high),
                static_cast<unsigned long long>(f.low));
  return digits;
}

class Exploration {
 public:
  Exploration(const Fabric& fabric, const Options& options)
      : fabric_(fabric),
        options_(options),
        budget_(options.limits),
        search_(fabric, options, budget_) {}

  Result run();

 private:
  void search();
  void judge_on_graph();
  void collect_findings();
  void collect_reasons();
  void sum_up();
  std::vector<std::string> names() const;
  bool has(const std::string& name, bool (*is_kind)(PropertyKind)) const;
  std::string gap(const std::string& name) const;
  void fill_stats();

  const Fabric& fabric_;
  const Options& options_;
  Budget budget_;
  Search search_;
  double search_seconds_ = 0;
  GraphJudgement on_graph_;
  std::string gap_of_graph_;  ///< Why it does not prove that something holds; empty: it does.
  std::string lost_graph_;    ///< The sentence about a graph that was given up.
  Result result_;
};

Result Exploration::run() {
  search();
  collect_findings();
  collect_reasons();
  sum_up();
  fill_stats();
  return std::move(result_);
}

void Exploration::search() {
  const auto go_on = [this] {
    const double before = budget_.seconds();
    result_.bound = search_.run();
    search_seconds_ += budget_.seconds() - before;
  };
  go_on();
  judge_on_graph();
  if (result_.bound != Bound::max_memory || search_.graph() == nullptr) return;
  gap_of_graph_ = "not broken in the part of the graph for which there was memory";
  lost_graph_ = "the bound on memory left no room for the graph of more than " +
                std::to_string(search_.store().size()) + " states";
  search_.drop_graph();
  go_on();
}

void Exploration::judge_on_graph() {
  GraphBuilder* const builder = search_.graph();
  if (const auto obstacle = search_.graph_obstacle()) {
    gap_of_graph_ = *obstacle;
  } else if (result_.bound == Bound::interrupted) {
    gap_of_graph_ = "it was interrupted before this was judged";
  } else if (builder != nullptr) {
    const Graph& graph = builder->finish();
    on_graph_ = judge_graph(fabric_, graph, search_.store(), options_.fuse, budget_);
    if (result_.bound == Bound::none) result_.bound = on_graph_.bound;
    if (!graph.is_whole()) gap_of_graph_ = "not broken in the part of the graph that was visited";
  }
}

void Exploration::collect_findings() {
  const SafetyJudge& safety = search_.safety();
  result_.findings = safety.findings();
  result_.witnesses = safety.witnesses();
  if (search_.is_complete()) {
    for (const Property* p : safety.unreached())
      result_.findings.push_back(unreachable(*p));
  }
  result_.findings.insert(result_.findings.end(), on_graph_.findings.begin(),
                          on_graph_.findings.end());
}

void Exploration::collect_reasons() {
  std::vector<std::string>& reasons = result_.reasons;
  if (result_.bound != Bound::none) reasons.push_back(reason_of(result_.bound));
  if (!lost_graph_.empty()) reasons.push_back(lost_graph_);
  reasons.insert(reasons.end(), search_.exceeded().begin(), search_.exceeded().end());
}

/// The judged names: what each judgement rests on, or why there is none.
void Exploration::sum_up() {
  for (const std::string& name : names()) {
    const Finding* finding = find(result_.findings, name);
    if (finding != nullptr && finding->kind != FindingKind::unreachable) {
      result_.judged.push_back({name, How::counterexample});
    } else if (find(result_.witnesses, name) != nullptr) {
      result_.judged.push_back({name, How::witness});
    } else if (std::string why = gap(name); !why.empty()) {
      result_.not_judged.push_back({name, std::move(why)});
    } else {
      result_.judged.push_back({name, has(name, needs_graph) ? How::every_path : How::every_state});
    }
  }
  if (!result_.not_judged.empty()) result_.verdict = Verdict::inconclusive;
  if (!result_.findings.empty()) result_.verdict = Verdict::violated;
}

std::vector<std::string> Exploration::names() const {
  if (!options_.properties.empty()) return options_.properties;
  std::vector<std::string> names{std::string(deadlock.name), std::string(self_deadlock.name)};
  const auto add = [&](const std::string& name) {
    if (!contains(names, name)) names.push_back(name);
  };
  for (const Property& p : fabric_.properties())
    add(p.name);
  for (const Finding& f : result_.findings)
    add(f.property);
  return names;
}

/// Whether one of the properties of that name is of such a kind.
bool Exploration::has(const std::string& name, bool (*is_kind)(PropertyKind)) const {
  const auto& all = fabric_.properties();
  return std::any_of(all.begin(), all.end(),
                     [&](const Property& p) { return p.name == name && is_kind(p.kind); });
}

/// Why it is not proved that no execution breaks what was not found broken; empty: it is.
std::string Exploration::gap(const std::string& name) const {
  if (has(name, needs_graph)) {
    return contains(on_graph_.unexamined, name) ? "no time was left to judge it" : gap_of_graph_;
  }
  if (search_.is_complete()) return {};
  const auto is_reachable = [](PropertyKind k) { return k == PropertyKind::reachable; };
  return has(name, is_reachable) ? "not reached in what was visited"
                                 : "not broken in what was visited";
}

void Exploration::fill_stats() {
  Stats& stats = result_.stats;
  stats.states = search_.store().size();
  stats.expanded = search_.expanded();
  stats.transitions = search_.transitions();
  stats.depth = search_.depth();
  stats.states_per_second =
      search_seconds_ > 0 ? static_cast<double>(stats.states) / search_seconds_ : 0;
  stats.bytes_per_state = search_.store().bytes_per_state();
  stats.seconds = budget_.seconds();
  result_.fingerprint = text_of(search_.space()) + ":" + std::to_string(stats.states) + ":" +
                        std::to_string(stats.transitions);
}

}  // namespace

bool Options::judges(std::string_view property) const {
  return properties.empty() ||
         std::find(properties.begin(), properties.end(), property) != properties.end();
}

std::string_view to_string(How how) {
  switch (how) {
    case How::counterexample:
      return "counterexample";
    case How::witness:
      return "witness";
    case How::every_state:
      return "every-state";
    case How::every_path:
      return "every-path";
  }
  return {};
}

Result explore(const Fabric& fabric, const Options& options) {
  return Exploration(fabric, options).run();
}

}  // namespace irqloom::explore
