#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/core/cost.h"

namespace irqloom::core {

/// FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923): the same for a name on every machine, which
/// std::hash does not promise.
std::uint64_t stable_hash(std::string_view text) noexcept;

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014),
/// with the constants of Vigna's splitmix64.c. Only used to fill the state of the generator below.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t next() noexcept;

 private:
  std::uint64_t state_;
};

/// A deterministic source of random numbers: the same (seed, name) gives the same sequence on every
/// machine and compiler. Each context owns one under its own name, so that a draw more in one
/// context does not change what another one draws. The generator is xoshiro256** (Blackman, Vigna:
/// "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021).
///
/// All arithmetic is on integers: no libm, no floating point.
class Random {
 public:
  using State = std::array<std::uint64_t, 4>;

  Random(std::uint64_t seed, std::string_view name) noexcept;
  /// Continues from a state; `state` must not be all zero.
  explicit Random(const State& state) noexcept : state_(state) {}

  /// The next 64 random bits.
  std::uint64_t next() noexcept;

  /// A number from 0 to n-1, each exactly equally likely. Throws InternalError if n is 0.
  std::uint64_t below(std::uint64_t n);

  /// A time in picoseconds, distributed as `cost` says. A fixed cost consumes no random number.
  /// Throws InternalError if `cost` breaks the rules of CostSpec.
  std::uint64_t draw(const CostSpec& cost);

 private:
  std::uint64_t draw_weighted(const CostSpec& cost);
  std::uint64_t draw_exponential(const CostSpec& cost);

  State state_;
};

/// -ln(u / 2^64) as a fixed-point number with 40 fractional bits, for u >= 1; off by less than
/// 2^-36. It is the inverse CDF of the exponential distribution with mean 1.
std::uint64_t negative_log_q40(std::uint64_t u) noexcept;

}  // namespace irqloom::core
