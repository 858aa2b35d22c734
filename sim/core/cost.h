#pragma once

#include <cstdint>
#include <vector>

namespace irqloom::core {

/// What the time of a step does to the executor of its context.
enum class CostKind : std::uint8_t {
  busy,      ///< Holds it; stands still while a higher level runs there.
  sleep,     ///< Frees it.
  elsewhere  ///< Passes in a device or a timer and concerns no executor.
};

/// How long a step takes, as the scenario states it: a fixed time or a distribution. All times are
/// whole picoseconds. Whoever fills one in keeps the rules below; `Random::draw` relies on them.
struct CostSpec {
  enum class Kind : std::uint8_t {
    fixed,        ///< Always `min_ps`.
    uniform,      ///< Every picosecond from `min_ps` to `max_ps`, both included, equally likely.
    weighted,     ///< One of `choices`.
    exponential,  ///< Exponential with `mean_ps`, conditioned on being at most `max_ps`.
  };

  /// One possible time of `Kind::weighted`.
  struct Choice {
    std::uint64_t ps = 0;
    std::uint64_t weight = 0;  ///< 1 to 2^32-1; the likelihood is weight / sum of all weights.

    bool operator==(const Choice&) const = default;
  };

  Kind kind = Kind::fixed;
  /// The shortest time that can be drawn (0 for exponential).
  std::uint64_t min_ps = 0;
  /// The longest time that can be drawn; `fixed`: equal to `min_ps`; `exponential`: >= `mean_ps`.
  std::uint64_t max_ps = 0;
  /// Of the exponential before it is cut at `max_ps`, > 0; otherwise 0.
  std::uint64_t mean_ps = 0;
  /// Only for `weighted`: at least one, by ascending time, each time once.
  std::vector<Choice> choices;

  bool operator==(const CostSpec&) const = default;
};

/// A cost that always takes `ps` picoseconds.
inline CostSpec fixed_cost(std::uint64_t ps) {
  CostSpec spec;
  spec.min_ps = spec.max_ps = ps;
  return spec;
}

}  // namespace irqloom::core
