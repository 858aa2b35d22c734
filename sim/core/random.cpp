#include "sim/core/random.h"

#include <algorithm>
#include <bit>

#include "sim/error.h"

namespace irqloom::core {
namespace {

// GCC and Clang have it on every 64-bit machine; ISO C++ does not.
__extension__ typedef unsigned __int128 Wide;

}  // namespace

std::uint64_t stable_hash(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

std::uint64_t SplitMix64::next() noexcept {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

Random::Random(std::uint64_t seed, std::string_view name) noexcept : state_{} {
  // The seed is mixed before the name comes in: neighbouring seeds and names shall not cancel out.
  SplitMix64 fill(SplitMix64(seed).next() ^ stable_hash(name));
  for (std::uint64_t& word : state_)
    word = fill.next();
}

std::uint64_t Random::next() noexcept {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

// Lemire: "Fast random integer generation in an interval", ACM TOMACS 29, 2019: the high word of
// next() * n, redrawn when the low word falls into the 2^64 mod n values that would favour some.
std::uint64_t Random::below(std::uint64_t n) {
  if (n == 0) throw InternalError("a random number below 0 was asked for");
  const std::uint64_t unfair = (0 - n) % n;
  Wide product;
  do {
    product = static_cast<Wide>(next()) * n;
  } while (static_cast<std::uint64_t>(product) < unfair);
  return static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t Random::draw(const CostSpec& cost) {
  switch (cost.kind) {
    case CostSpec::Kind::fixed:
      return cost.min_ps;
    case CostSpec::Kind::uniform: {
      if (cost.max_ps < cost.min_ps) throw InternalError("a uniform cost has max < min");
      const std::uint64_t values = cost.max_ps - cost.min_ps + 1;  // 0 stands for 2^64.
      return values == 0 ? next() : cost.min_ps + below(values);
    }
    case CostSpec::Kind::weighted:
      return draw_weighted(cost);
    case CostSpec::Kind::exponential:
      return draw_exponential(cost);
  }
  throw InternalError("a cost has an unknown kind");
}

std::uint64_t Random::draw_weighted(const CostSpec& cost) {
  std::uint64_t total = 0;
  for (const auto& choice : cost.choices)
    total += choice.weight;
  std::uint64_t ticket = below(total);
  for (const auto& choice : cost.choices) {
    if (ticket < choice.weight) return choice.ps;
    ticket -= choice.weight;
  }
  throw InternalError("the weights of a cost overflow");
}

// Redrawing what is too long conditions the distribution on the limit without piling up
// probability at the limit itself. At least 1 - 1/e of the draws fit because max >= mean.
std::uint64_t Random::draw_exponential(const CostSpec& cost) {
  if (cost.mean_ps == 0 || cost.max_ps < cost.mean_ps) {
    throw InternalError("an exponential cost needs 0 < mean <= max");
  }
  for (;;) {
    const std::uint64_t u = std::max<std::uint64_t>(next(), 1);
    const Wide ps = (static_cast<Wide>(cost.mean_ps) * negative_log_q40(u)) >> 40;
    if (ps <= cost.max_ps) return static_cast<std::uint64_t>(ps);
  }
}

// -log2 is found bit by bit: squaring a mantissa of 1 <= m < 2 doubles its logarithm, so the next
// bit of the logarithm is whether the square reaches 2 (Knuth, TAOCP vol. 1, section 1.2.2).
std::uint64_t negative_log_q40(std::uint64_t u) noexcept {
  constexpr int fraction_bits = 40;
  constexpr std::uint64_t ln_2 = 762123384786;  // ln 2 * 2^40, rounded.
  const int zeros = std::countl_zero(u);
  std::uint64_t mantissa = u << zeros;  // 1 <= m < 2 with 63 fractional bits.
  std::uint64_t log2 = 0;               // of the mantissa, with fraction_bits fractional bits.
  for (int bit = 0; bit < fraction_bits; ++bit) {
    const Wide square = static_cast<Wide>(mantissa) * mantissa;  // 126 fractional bits.
    const bool reaches_2 = (square >> 127) != 0;
    mantissa = static_cast<std::uint64_t>(square >> (reaches_2 ? 64 : 63));
    log2 = (log2 << 1) | (reaches_2 ? 1 : 0);
  }
  // u / 2^64 = m * 2^-(zeros + 1).
  const std::uint64_t negative_log2 =
      (static_cast<std::uint64_t>(zeros + 1) << fraction_bits) - log2;
  return static_cast<std::uint64_t>((static_cast<Wide>(negative_log2) * ln_2) >> fraction_bits);
}

}  // namespace irqloom::core
