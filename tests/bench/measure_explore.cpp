#include <algorithm>

#include "models/kvm/resample/policy.h"
#include "tests/bench/benches.h"
#include "tests/bench/clock.h"
#include "tests/bench/story.h"

namespace irqloom::bench {

namespace {

constexpr std::uint64_t max_states = 300'000;
constexpr unsigned most_devices = 3;

std::vector<Story> stories() {
  std::vector<Story> all;
  for (const ResamplePolicy::Entry& policy : ResamplePolicy::all())
    all.push_back({std::string(policy.name), 1});
  for (unsigned devices = 2; devices <= most_devices; ++devices)
    all.push_back({"at-eoi", devices});
  return all;
}

struct Cost {
  explore::Stats stats;
  bool complete = false;
  std::vector<double> seconds;
  std::vector<double> all_seconds;  ///< With the graph, where the space is complete.
};

void measure(const Story& story, Cost& cost) {
  const Exploration safety = explore_story(story, max_states, true);
  cost.stats = safety.result.stats;
  cost.complete = safety.result.bound == explore::Bound::none;
  cost.seconds.push_back(safety.seconds);
  if (cost.complete) cost.all_seconds.push_back(explore_story(story, max_states, false).seconds);
}

}  // namespace

void measure_explore(Report& report, unsigned rounds) {
  Table table{"explore: one core, up to 300,000 states",
              "explore",
              {{"policy", "policy"},
               {"devices", "devices"},
               {"states", "states"},
               {"transitions", "transitions"},
               {"depth", "depth"},
               {"ms", "ms"},
               {"states/s", "states_per_second"},
               {"transitions/s", "transitions_per_second"},
               {"bytes/state", "bytes_per_state"},
               {"ms with graph", "ms_with_graph"}},
              {},
              {"bytes/state: of the states visited, without the queue of those to expand",
               "with graph: kept and judged, for lost interrupts, storms and the like"}};
  const std::vector<Story> all = stories();
  std::vector<Cost> costs(all.size());
  for (unsigned round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i)
      measure(all[i], costs[i]);
  }
  std::vector<double> states_per_second;
  std::vector<double> transitions_per_second;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Cost& c = costs[i];
    const double seconds = median(c.seconds);
    const auto states = static_cast<double>(c.stats.states);
    const auto transitions = static_cast<double>(c.stats.transitions);
    states_per_second.push_back(states / seconds);
    transitions_per_second.push_back(transitions / seconds);
    table.rows.push_back({text(all[i].policy), number(all[i].devices), number(states),
                          number(transitions), number(c.stats.depth), number(1e3 * seconds),
                          number(states_per_second.back()), number(transitions_per_second.back()),
                          number(c.stats.bytes_per_state, 1),
                          c.complete ? number(1e3 * median(c.all_seconds)) : text("-")});
  }
  report.add(table);
  report.add(Aim{"explore: new states, median of the rows", median(states_per_second),
                 Aim::Bound::at_least, 500'000, "/s"});
  report.add(Aim{"explore: transitions, median of the rows", median(transitions_per_second),
                 Aim::Bound::at_least, 2'000'000, "/s"});
}

}  // namespace irqloom::bench
