#include "sim/trace/svg_story.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace irqloom::trace {

namespace {

constexpr std::size_t none = ~std::size_t{0};

std::size_t index_of(const std::vector<SvgBeat>& beats, std::uint64_t seq) {
  const auto at = std::lower_bound(beats.begin(), beats.end(), seq,
                                   [](const SvgBeat& b, std::uint64_t s) { return b.seq < s; });
  const bool found = at != beats.end() && at->seq == seq;
  return found ? static_cast<std::size_t>(at - beats.begin()) : none;
}

/// Forgets causes that are not shown.
void tie_causes(std::vector<SvgBeat>& beats) {
  for (SvgBeat& beat : beats)
    beat.is_cause = false;
  for (SvgBeat& beat : beats) {
    const std::size_t cause = beat.cause == no_step ? none : index_of(beats, beat.cause);
    if (cause == none) {
      beat.cause = no_step;
    } else {
      beats[cause].is_cause = true;
    }
  }
}

void count_repeats(std::vector<SvgBeat>& steps) {
  std::map<const EventType*, std::size_t> events;  // Only looked up, so the order is of no account.
  std::map<std::string_view, std::size_t> labels;
  for (const SvgBeat& step : steps) {
    ++labels[step.label];
    for (const EventType* event : step.events)
      ++events[event];
  }
  for (SvgBeat& step : steps) {
    step.repeats = step.events.empty() ? labels[step.label] : steps.size();
    for (const EventType* event : step.events)
      step.repeats = std::min(step.repeats, events[event]);
  }
}

bool may_join(const SvgBeat& step) {
  return step.weight < SvgWeight::toggles && step.cause == no_step && !step.is_cause;
}

/// For every step the one of its context that ends where it begins, if it may join that; or none.
std::vector<std::size_t> hosts_of(const std::vector<SvgBeat>& steps) {
  std::vector<std::size_t> hosts(steps.size(), none);
  std::map<ContextId, std::size_t> latest;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto before = latest.find(steps[i].context);
    const bool follows = before != latest.end() && steps[before->second].end_ps >= steps[i].time_ps;
    if (follows && may_join(steps[i])) hosts[i] = before->second;
    latest[steps[i].context] = i;
  }
  return hosts;
}

/// Keeps the `count` joins that hide the least; of equal ones, the earliest.
void keep_joins(const std::vector<SvgBeat>& steps, std::vector<std::size_t>& hosts,
                std::size_t count) {
  std::vector<std::size_t> joins;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (hosts[i] != none) joins.push_back(i);
  }
  std::stable_sort(joins.begin(), joins.end(), [&](std::size_t a, std::size_t b) {
    if (steps[a].weight != steps[b].weight) return steps[a].weight < steps[b].weight;
    return steps[a].repeats > steps[b].repeats;
  });
  for (std::size_t i = count; i < joins.size(); ++i)
    hosts[joins[i]] = none;
}

void append(SvgBeat& beat, const SvgBeat& step) {
  beat.end_ps = std::max(beat.end_ps, step.end_ps);
  beat.marks.push_back(step.time_ps);
  beat.tooltip += "\n\n" + step.tooltip;
}

}  // namespace

std::vector<SvgBeat> join_steps(std::vector<SvgBeat> steps, std::size_t most, bool keeps_end) {
  tie_causes(steps);
  count_repeats(steps);
  std::vector<std::size_t> hosts = hosts_of(steps);
  keep_joins(steps, hosts, steps.size() - std::min(steps.size(), most));
  std::vector<SvgBeat> beats;
  std::vector<std::size_t> beat_of(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    beat_of[i] = hosts[i] == none ? beats.size() : beat_of[hosts[i]];
    if (hosts[i] == none) {
      beats.push_back(std::move(steps[i]));
    } else {
      append(beats[beat_of[i]], steps[i]);
    }
  }
  if (beats.size() > most) {
    const auto extra = static_cast<std::ptrdiff_t>(beats.size() - most);
    if (keeps_end) {
      beats.erase(beats.begin(), beats.begin() + extra);
    } else {
      beats.erase(beats.end() - extra, beats.end());
    }
    tie_causes(beats);
  }
  return beats;
}

}  // namespace irqloom::trace
