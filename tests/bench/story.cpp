#include "tests/bench/story.h"

#include "models/platform/x86.h"
#include "sim/timed/simcontext.h"
#include "tests/bench/clock.h"

namespace irqloom::bench {

namespace {

constexpr unsigned first_pin = 16;
constexpr std::uint8_t first_vector = 0x51;

/// As scenarios/oneshot-resample, with the throttle's limit of an exploration.
x86::Spec spec_of(const Story& story) {
  x86::Spec spec;
  spec.resample_policy = story.policy;
  spec.forwards_mask = story.policy == "forward-mask";
  spec.throttle_limit = 3;
  for (unsigned i = 0; i < story.devices; ++i) {
    const std::string device = "dev" + std::to_string(i);
    x86::AssignedSpec assigned;
    assigned.name = device;
    assigned.host_pin = first_pin + i;
    assigned.gsi = first_pin + i;
    spec.devices.push_back(assigned);
    spec.lines.push_back({.gsi = first_pin + i,
                          .vector = static_cast<std::uint8_t>(first_vector + i),
                          .actions = {{.device = device}}});
  }
  return spec;
}

}  // namespace

Exploration explore_story(const Story& story, std::uint64_t max_states, bool safety_only) {
  const timed::FreshSimcontext fresh;
  Fabric fabric;
  const x86::Machine machine(fabric, spec_of(story));
  timed::elaborate();
  fabric.seal();
  explore::Options options;
  options.limits.max_states = max_states;
  if (safety_only) {
    options.properties = {"spurious-entry",  "deadlock",        "self-deadlock", "lock-order",
                          "irq-unsafe-lock", "sleep-in-atomic", "nested-signal"};
  }
  Exploration exploration;
  const double before = processor_seconds();
  exploration.result = explore::explore(fabric, options);
  exploration.seconds = processor_seconds() - before;
  return exploration;
}

}  // namespace irqloom::bench
