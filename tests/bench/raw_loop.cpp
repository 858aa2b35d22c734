#include <vector>

#include "sim/core/random.h"
#include "sim/timed/simcontext.h"
#include "tests/bench/by_hand.h"
#include "tests/bench/islands.h"

namespace irqloom::bench {

namespace {

/// Delays that a process goes through in a circle, drawn beforehand.
using Delays = std::vector<std::uint64_t>;

constexpr std::size_t circle = 64;

core::CostSpec uniform(std::uint64_t least, std::uint64_t most) {
  core::CostSpec spec;
  spec.kind = core::CostSpec::Kind::uniform;
  spec.min_ps = least;
  spec.max_ps = most;
  return spec;
}

// As a device's context: waits for its period, and then for the raise.
Delays device_delays(core::Random& random) {
  Delays delays;
  const core::CostSpec period = uniform(shortest_period, longest_period);
  for (std::size_t i = 0; i < circle; ++i) {
    delays.push_back(random.draw(period));
    delays.push_back(raise_time);
  }
  return delays;
}

// As a CPU's hard interrupt context: the steps of one interrupt, and a rest that keeps the pace of
// its devices.
Delays cpu_delays(core::Random& random) {
  const Delays steps = {entry_time, cpu_time,     cpu_time, cpu_time,
                        cpu_time,   irqchip_time, cpu_time, exit_time};
  std::uint64_t busy = 0;
  for (const std::uint64_t ps : steps)
    busy += ps;
  const std::uint64_t rest = mean_period / devices_per_island - busy;
  Delays delays;
  for (std::size_t i = 0; i < circle; ++i) {
    delays.insert(delays.end(), steps.begin(), steps.end());
    delays.back() += random.draw(uniform(rest / 2, rest + rest / 2));
  }
  return delays;
}

}  // namespace

Sample run_raw_loop(unsigned devices, const Span& span) {
  const timed::FreshSimcontext fresh;
  std::uint64_t activations = 0;
  bool over = false;
  core::Random random(1, "raw loop");
  const auto spawn = [&activations, &over](Delays delays) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    sc_core::sc_spawn(
        [&activations, &over, delays = std::move(delays), at = std::size_t{0}]() mutable {
          if (over) return;
          ++activations;
          sc_core::next_trigger(sc_core::sc_time::from_value(delays[at]));
          if (++at == delays.size()) at = 0;
        },
        sc_core::sc_gen_unique_name("method"), &options);
  };
  for (unsigned i = 0; i < devices; ++i) {
    spawn(device_delays(random));
    if (i % devices_per_island == 0) spawn(cpu_delays(random));
  }
  Stopwatch stopwatch([&activations] { return activations; });
  const Opener opener(stopwatch, span.start_ps);
  timed::elaborate();
  sc_core::sc_start(sc_core::sc_time::from_value(span.end_ps));
  const Sample sample = stopwatch.close();
  over = true;
  sc_core::sc_start();  // What is pending would keep the simulation context.
  return sample;
}

}  // namespace irqloom::bench
